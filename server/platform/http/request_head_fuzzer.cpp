// Any bytes as a request head: no crash, views inside the input, and the same verdict however the
// bytes arrive.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "platform/http/codec.h"

namespace {

bool is_inside(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tenon::http;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const HeadLimits limits{.head_bytes_max = 4'096, .fields_max = 20};
    RequestHead head;
    const ParseResult whole = parse_request_head(bytes, limits, head);
    if (whole.state == ParseStatus::complete) {
        require(head.head_bytes <= size && head.head_bytes <= limits.head_bytes_max);
        require(head.headers.size() <= limits.fields_max);
        for (const std::string_view part : {head.method, head.target, head.authority, head.query}) {
            require(is_inside(part, bytes));
        }
        require(!head.path.empty() && (head.path[0] == '/' || head.path == "*"));
        for (const HeaderField& field : head.headers) {
            require(is_inside(field.name, bytes) && is_inside(field.value, bytes));
            require(is_token(field.name) && is_field_value(field.value));
        }
        // One byte less is never complete, and one that is wanted is never refused.
        RequestHead shorter;
        require(parse_request_head(bytes.substr(0, head.head_bytes - 1), limits, shorter).state ==
                ParseStatus::need_more);
    } else if (whole.state == ParseStatus::need_more) {
        for (std::size_t n = size > 64 ? size - 64 : 0; n < size; ++n) {
            require(parse_request_head(bytes.substr(0, n), limits, head).state ==
                    ParseStatus::need_more);
        }
    } else {
        require(whole.refusal.status >= 400 && !whole.refusal.message.empty());
    }
    return 0;
}
