#include "platform/http/chunked.h"

#include <algorithm>
#include <cstring>

#include "platform/http/codec.h"

namespace tenon::http {
namespace {

constexpr std::uint8_t kSizeDigitsMax = 15;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_text(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); }

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::decode(std::span<char> bytes) {
    Step step;
    char* data_begin = nullptr;  // body bytes of this call are gathered here, in place
    std::size_t data_size = 0;
    std::size_t at = 0;
    while (at < bytes.size() && state_ != State::done) {
        if (state_ == State::data) {
            const auto run =
                static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - at));
            char* const from = bytes.data() + at;
            if (data_begin == nullptr) {
                data_begin = from;
            } else {
                std::memmove(data_begin + data_size, from, run);
            }
            data_size += run;
            at += run;
            left_ -= run;
            if (left_ == 0) state_ = State::data_cr;
        } else if (!on_framing_byte(bytes[at])) {
            break;
        } else {
            ++at;
        }
    }
    if (data_begin != nullptr) step.data = {data_begin, data_size};
    step.consumed = at;
    if (state_ == State::done) step.status = Status::done;
    if (state_ == State::refused) step.status = Status::refused;
    return step;
}

bool ChunkedDecoder::refuse(std::string_view problem) {
    state_ = State::refused;
    problem_ = problem;
    return false;
}

bool ChunkedDecoder::on_framing_byte(char c) {
    switch (state_) {
        case State::size: {
            const int digit = hex_value(c);
            if (digit >= 0) {
                if (++digits_ > kSizeDigitsMax)
                    return refuse("The chunk size has too many digits.");
                left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
                return true;
            }
            if (digits_ == 0) return refuse("A chunk must begin with its size in hexadecimal.");
            if (c == ';')
                state_ = State::extension;
            else if (c == '\r')
                state_ = State::size_lf;
            else
                return refuse("Only an extension or CR LF may follow the chunk size.");
            return true;
        }
        case State::extension:
            if (c == '\r') {
                state_ = State::size_lf;
                return true;
            }
            if (!is_text(c)) return refuse("A chunk extension may not hold control characters.");
            if (++extension_bytes_ > kExtensionBytesMax)
                return refuse("The chunk extensions are too long.");
            return true;
        case State::size_lf:
            return c == '\n' ? end_size_line() : refuse("The chunk size line must end with CR LF.");
        case State::data_cr:
            if (c != '\r') return refuse("Chunk data must end with CR LF after its size.");
            state_ = State::data_lf;
            return true;
        case State::data_lf:
            if (c != '\n') return refuse("Chunk data must end with CR LF after its size.");
            state_ = State::size;
            left_ = 0;
            digits_ = 0;
            return true;
        case State::trailer:
            if (c == '\r') {
                state_ = State::trailer_lf;
                return true;
            }
            if (!is_text(c)) return refuse("A trailer may not hold control characters.");
            if (trailers_.size() >= kTrailerBytesMax) return refuse("The trailers are too long.");
            trailers_ += c;
            return true;
        case State::trailer_lf:
            return c == '\n' ? end_trailer_line() : refuse("A trailer line must end with CR LF.");
        case State::data:
        case State::done:
        case State::refused:
            break;
    }
    return false;
}

bool ChunkedDecoder::end_size_line() {
    state_ = left_ > 0 ? State::data : State::trailer;
    return true;
}

bool ChunkedDecoder::end_trailer_line() {
    const std::string_view line = std::string_view(trailers_).substr(trailer_line_begin_);
    if (line.empty()) {
        state_ = State::done;
        return true;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        return refuse("A trailer must be a field.");
    }
    trailers_ += kChunkEnd;
    trailer_line_begin_ = trailers_.size();
    state_ = State::trailer;
    return true;
}

ChunkHead::ChunkHead(std::size_t size) {
    constexpr char kDigits[] = "0123456789abcdef";
    begin_ = text_.size();
    text_[--begin_] = '\n';
    text_[--begin_] = '\r';
    do {
        text_[--begin_] = kDigits[size & 15];
        size >>= 4;
    } while (size > 0);
}

}  // namespace tenon::http
