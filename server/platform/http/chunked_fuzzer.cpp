// Any bytes as a chunked body: the same body and verdict whether they come at once or in pieces.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "platform/http/chunked.h"

namespace {

using tenon::http::ChunkedDecoder;

struct Outcome {
    ChunkedDecoder::Status status = ChunkedDecoder::Status::need_more;
    std::size_t consumed = 0;
    std::string body;
    std::string trailers;
    bool operator==(const Outcome&) const = default;
};

Outcome decode(std::string bytes, std::size_t piece) {
    ChunkedDecoder decoder;
    Outcome outcome;
    while (outcome.consumed < bytes.size() && outcome.status == ChunkedDecoder::Status::need_more) {
        const std::size_t size = std::min(piece, bytes.size() - outcome.consumed);
        const auto step = decoder.decode(std::span(bytes).subspan(outcome.consumed, size));
        if (step.consumed > size) std::abort();
        outcome.body += step.data;
        outcome.consumed += step.consumed;
        outcome.status = step.status;
    }
    outcome.trailers = decoder.trailers();
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Outcome whole = decode(bytes, std::max<std::size_t>(bytes.size(), 1));
    if (whole != decode(bytes, 1) || whole != decode(bytes, data[0] % 16 + 1)) std::abort();
    if (whole.body.size() > bytes.size()) std::abort();
    return 0;
}
