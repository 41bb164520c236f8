// The chunked transfer coding (RFC 9112 §7.1), both ways.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tenon::http {

// Decodes a body piece by piece. Refuses sizes of more than 15 digits, signs, prefixes and blanks
// around them, bare CR or LF, and anything but CRLF behind the data. Extensions are read and
// dropped, trailers kept.
class ChunkedDecoder {
 public:
    enum class Status : std::uint8_t { need_more, done, refused };
    struct Step {
        Status status = Status::need_more;
        std::size_t consumed = 0;    // bytes of the input that are used up
        std::string_view data = {};  // body bytes, in one piece inside the input
    };

    static constexpr std::size_t kExtensionBytesMax = 4'096;  // of the whole body
    static constexpr std::size_t kTrailerBytesMax = 8'192;

    // Decodes all it can of `bytes`, moving body bytes together in place. After `done`, what
    // follows the consumed bytes is the next message; after `refused` the connection must go.
    Step decode(std::span<char> bytes);

    bool is_done() const { return state_ == State::done; }
    // The trailer fields as received, each line with its CRLF, checked for form; empty without
    // trailers.
    const std::string& trailers() const { return trailers_; }
    // Static text of what was wrong, after `refused`.
    std::string_view problem() const { return problem_; }
    void reset() { *this = ChunkedDecoder(); }

 private:
    enum class State : std::uint8_t {
        size,
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer,
        trailer_lf,
        done,
        refused
    };
    bool on_framing_byte(char c);
    bool refuse(std::string_view problem);
    bool end_size_line();
    bool end_trailer_line();

    State state_ = State::size;
    std::uint8_t digits_ = 0;
    std::uint64_t left_ = 0;  // of the chunk: its size while reading the size, then what is to come
    std::size_t extension_bytes_ = 0;
    std::size_t trailer_line_begin_ = 0;
    std::string trailers_;
    std::string_view problem_;
};

// The size line of one chunk, "1a2b\r\n".
class ChunkHead {
 public:
    explicit ChunkHead(std::size_t size);
    std::string_view view() const { return {text_.data() + begin_, text_.size() - begin_}; }

 private:
    std::array<char, 18> text_;
    std::size_t begin_;
};

inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace tenon::http
