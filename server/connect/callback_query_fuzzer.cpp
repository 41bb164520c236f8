// Any bytes as the query of a callback: never more than the limits, and only with a whole state.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "connect/callback_query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const tenon::CallbackLimits limits;
    // A right state in front lets the rest of the query be reached.
    static const std::string state = tenon::make_flow_token(tenon::ProjectId::random());
    for (const std::string& query :
         {std::string(bytes), "state=" + state + "&" + std::string(bytes)}) {
        const auto parsed = tenon::parse_callback_query(query, limits);
        if (!parsed) continue;
        if (!tenon::project_of_flow_token(parsed->state)) std::abort();
        if (parsed->code.reveal().size() > limits.code_bytes_max) std::abort();
        if (!tenon::is_valid_utf8(parsed->error_description)) std::abort();
        if (parsed->error_description.size() > limits.words_bytes_max + 3) std::abort();
    }
    return 0;
}
