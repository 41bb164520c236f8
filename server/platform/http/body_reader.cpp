#include "platform/http/body_reader.h"

#include <algorithm>

namespace tenon::http {

void BodyReader::start(BodyKind kind, std::uint64_t content_length) {
    kind_ = kind;
    left_ = content_length;
    bytes_read_ = 0;
    done_ = kind == BodyKind::none || (kind == BodyKind::length && content_length == 0);
    if (kind == BodyKind::chunked) chunked_.reset();
}

BodyReader::Next BodyReader::next(Buffer& from, std::string_view& data) {
    if (done_) return Next::end;
    if (kind_ == BodyKind::chunked) return next_chunked(from, data);
    if (from.empty()) return Next::need_bytes;
    data = from.readable();
    if (kind_ == BodyKind::length) {
        data =
            data.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, data.size())));
        left_ -= data.size();
        done_ = left_ == 0;
    }
    bytes_read_ += data.size();
    from.consume(data.size());
    return Next::data;
}

BodyReader::Next BodyReader::next_chunked(Buffer& from, std::string_view& data) {
    if (from.empty()) return Next::need_bytes;
    const ChunkedDecoder::Step step = chunked_.decode(from.readable_bytes());
    from.consume(step.consumed);
    if (step.status == ChunkedDecoder::Status::refused) return Next::refused;
    done_ = step.status == ChunkedDecoder::Status::done;
    if (step.data.empty()) return done_ ? Next::end : Next::need_bytes;
    data = step.data;
    bytes_read_ += data.size();
    return Next::data;
}

bool BodyReader::end_of_stream() {
    if (kind_ == BodyKind::until_close) done_ = true;
    return done_;
}

}  // namespace tenon::http
