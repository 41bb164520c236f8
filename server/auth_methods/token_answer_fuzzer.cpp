// Token endpoints are run by strangers: whatever they answer is judged without harm, and their
// words come out short, plain and without the secret that was sent. First byte: status and content
// type; the rest: the body.
#include <cstddef>
#include <cstdint>
#include <string>

#include "auth_methods/retry_after.h"
#include "auth_methods/token_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tenon;
    if (size == 0) return 0;
    constexpr int kStatuses[] = {200, 302, 400, 401, 429, 500, 503, 204};
    constexpr const char* kTypes[] = {"application/json", "text/plain",
                                      "application/x-www-form-urlencoded", ""};
    http::ClientResponse response;
    response.status = kStatuses[data[0] % 8];
    response.headers.set("Content-Type", kTypes[data[0] / 8 % 4]);
    response.body.assign(data + 1, data + size);
    Authentication authentication;
    authentication.captured_from_token = {{"a", "a.b[0]"}};
    const Secret sent("sent-secret");
    const FakeClock clock;
    const auto judged = judge_token_answer(response, {},
                                           {.authentication = authentication,
                                            .phase = TokenPhase::refresh,
                                            .now = clock.now(),
                                            .hidden = {&sent}});
    if (judged && judged->secrets.access_token.empty()) __builtin_trap();
    if (!judged) {
        const std::string& message = judged.error().message;
        if (message.find_first_of("<>\r\n") != std::string::npos) __builtin_trap();
        if (message.find(sent.reveal()) != std::string::npos) __builtin_trap();
    }
    (void)parse_retry_after(response.body, clock.now());
    return 0;
}
