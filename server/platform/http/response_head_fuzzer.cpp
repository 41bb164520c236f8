// Any bytes as the head of an answer: no crash, views inside the input, framing that cannot be
// doubted.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "platform/http/codec.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tenon::http;
    if (size == 0) return 0;
    const std::string_view method = (data[0] & 1) != 0 ? "HEAD" : "GET";
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    ResponseHead head;
    const ParseResult result =
        parse_response_head(bytes, {.head_bytes_max = 4'096, .fields_max = 20}, method, head);
    if (result.state == ParseStatus::refused) require(result.refusal.status == 502);
    if (result.state != ParseStatus::complete) return 0;
    require(head.head_bytes <= bytes.size());
    require(head.status >= 100 && head.status <= 599 && head.status != 101);
    require(head.body != BodyKind::until_close || !head.keep_alive);
    require(head.body != BodyKind::length || head.content_length > 0);
    if (method == "HEAD") require(head.body == BodyKind::none);
    int lengths = 0;
    for (const HeaderField& field : head.headers) {
        if (field.id == HeaderId::content_length) ++lengths;
        require(is_token(field.name) && is_field_value(field.value));
    }
    require(lengths <= 1);
    return 0;
}
