// Any bytes as the provider's side of an HTTP/2 connection with three calls on it: one that
// uploads, one that waits and one that is cancelled on the way. Whatever comes, heads and bodies
// stay within their bounds, every call ends when the connection does, and nothing is touched after
// its end.
#include <cstdlib>

#include "platform/http/http2_core.h"

namespace {

using namespace tenon::http;

constexpr std::size_t kPieceBytes = 97;  // so that frames are cut in odd places

void require(bool holds) {
    if (!holds) std::abort();
}

void look_at(Http2Core& core, Http2Call& call) {
    require(call.body.size() <= Http2Core::kWindowMax);
    require(call.interims.size() <= 16);
    if (call.has_head) {
        ResponseHead head;
        call.head.describe("GET", call.ended, head);
        require(head.status >= 200 && head.status <= 599);
        for (const HeaderField& field : head.headers) {
            require(is_field_value(field.value) || field.value.empty());
            require(field.name.find_first_of("\r\n:") == std::string_view::npos ||
                    field.name.starts_with(':'));
        }
    }
    const std::size_t taken = call.body.size();
    call.body.release();
    core.consume(call, taken);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(bytes), size);
    const std::size_t step = input.empty() ? 1 : 1 + static_cast<unsigned char>(input[0]) % 3;
    if (!input.empty()) input.remove_prefix(1);
    Http2Call uploads;
    Http2Call waits;
    Http2Call leaves;
    {
        Http2Core core({.head_bytes_max = 4'096, .calls_max = 8});
        const std::string upload(1'000, 'x');
        uploads.outgoing = upload;
        waits.body_complete = true;
        leaves.body_complete = true;
        const Http2Fields fields("GET /x HTTP/1.1\r\nHost: a\r\nX-Key: k\r\n", {});
        require(core.begin(uploads, fields).has_value());
        require(core.begin(waits, fields).has_value());
        require(core.begin(leaves, fields).has_value());
        std::string out;
        std::size_t pieces = 0;
        bool is_broken = false;
        while (!input.empty() && !is_broken) {
            const std::string_view piece = input.substr(0, kPieceBytes * step);
            input.remove_prefix(piece.size());
            is_broken = !core.receive(piece);
            core.produce(out, 65'536);
            out.clear();
            for (Http2Call* const call : {&uploads, &waits, &leaves}) look_at(core, *call);
            if (++pieces == 4) core.cancel(leaves);
            if (uploads.outgoing.empty() && !uploads.body_complete) {
                uploads.body_complete = true;
                core.resume_body(uploads);
            }
        }
        core.fail_all(core.end_reason());
        for (Http2Call* const call : {&uploads, &waits, &leaves}) {
            require(call->closed && (call->ended || call->error));
            core.forget(*call);
        }
        core.ready().clear();
    }
    return 0;
}
