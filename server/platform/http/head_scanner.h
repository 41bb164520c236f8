// What request and response heads have in common: scanning lines and fields byte for byte, and the
// meaning of the framing fields. Used by request_head.cpp and response_head.cpp only.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "platform/http/codec.h"

namespace tenon::http::detail {

enum CharClass : std::uint8_t {
    kTokenChar = 1,   // RFC 9110 §5.6.2
    kTargetChar = 2,  // visible ASCII but '#': no fragment is ever sent
    kHostChar = 4,    // letters, digits, '.', '-', '_'
};
extern const std::array<std::uint8_t, 256> kCharClass;

inline bool is_class(char c, CharClass wanted) {
    return (kCharClass[static_cast<unsigned char>(c)] & wanted) != 0;
}

inline constexpr Refusal kBareLineEnd{400, "http.malformed_line",
                                      "Lines must end with CR LF, and neither may stand alone."};

// The first byte of [p, end) that is a control character (below 0x20, or 0x7F), many bytes at a
// time.
inline const char* find_control(const char* p, const char* end) {
#if defined(__SSE2__)
    while (end - p >= 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        const __m128i below = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
        const __m128i is_delete = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
        const auto hits = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(below, is_delete)));
        if (hits != 0) return p + std::countr_zero(hits);
        p += 16;
    }
#endif
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHighs = 0x8080808080808080;
    while (end - p >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, p, 8);
        const std::uint64_t below_space = (word - kOnes * 0x20) & ~word;
        const std::uint64_t not_delete = word ^ (kOnes * 0x7f);
        const std::uint64_t is_delete = (not_delete - kOnes) & ~not_delete;
        // A borrow may mark bytes behind the first hit, never before it.
        const std::uint64_t hits = (below_space | is_delete) & kHighs;
        if (hits != 0) {
            if constexpr (std::endian::native != std::endian::little) break;
            return p + std::countr_zero(hits) / 8;
        }
        p += 8;
    }
    while (p != end && static_cast<unsigned char>(*p) >= 0x20 && *p != 0x7f) ++p;
    return p;
}

// The first byte of [p, end) that may not stand in a request target.
inline const char* find_target_end(const char* p, const char* end) {
#if defined(__SSE2__)
    while (end - p >= 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        // As signed numbers: bytes beyond ASCII are below the space too.
        const __m128i above_space = _mm_cmpgt_epi8(bytes, _mm_set1_epi8(0x20));
        const __m128i refused = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)),
                                             _mm_cmpeq_epi8(bytes, _mm_set1_epi8('#')));
        const auto fits =
            static_cast<unsigned>(_mm_movemask_epi8(_mm_andnot_si128(refused, above_space)));
        if (fits != 0xffffU) return p + std::countr_one(fits);
        p += 16;
    }
#endif
    while (p != end && is_class(*p, kTargetChar)) ++p;
    return p;
}

// A position in a head and why scanning stopped there. Every function returns false when it
// stopped: `result` then says need_more or refused.
struct Scanner {
    const char* p;
    const char* end;
    ParseResult result{};

    bool need_more() {
        result.state = ParseStatus::need_more;
        return false;
    }
    bool refuse(const Refusal& why) {
        result.state = ParseStatus::refused;
        result.refusal = why;
        return false;
    }
    // CR LF at p; nothing else may stand there.
    bool line_end() {
        if (p == end) return need_more();
        if (*p != '\r') return refuse(kBareLineEnd);
        if (p + 1 == end) return need_more();
        if (p[1] != '\n') return refuse(kBareLineEnd);
        p += 2;
        return true;
    }
};

// The framing fields seen among the fields of one head.
struct FramingFields {
    const HeaderField* content_length = nullptr;
    const HeaderField* transfer_encoding = nullptr;
    const HeaderField* host = nullptr;
    const HeaderField* expect = nullptr;
    const HeaderField* upgrade = nullptr;
    const HeaderField* authorization = nullptr;
    bool content_length_twice = false;
    bool transfer_encoding_twice = false;
    bool host_twice = false;
    bool authorization_twice = false;
    bool connection_close = false;
    bool connection_keep_alive = false;
    bool te_trailers = false;
};

// Scans fields up to and with the empty line into `headers`.
bool scan_fields(Scanner& scanner, const HeadLimits& limits, HeaderList& headers,
                 FramingFields& framing);

// What the framing fields mean, the same for both directions. Refused: both fields, either of them
// twice, codings other than chunked, a length that is not one number, Transfer-Encoding below
// HTTP/1.1.
struct Framing {
    BodyKind body = BodyKind::none;  // none: neither field was there
    std::uint64_t content_length = 0;
};
bool derive_framing(Scanner& scanner, const FramingFields& fields, int minor_version,
                    Framing& framing);

// "HTTP/1.0" or "HTTP/1.1" at the front of eight bytes; nothing for other versions. `is_version`
// tells whether it has the form of a version at all.
std::optional<int> minor_version_of(std::string_view eight_bytes, bool& is_version);

// What an unfinished or finished head means for the limit on its size.
ParseResult apply_size_limit(ParseResult result, std::size_t bytes, const HeadLimits& limits,
                             bool in_first_line);

}  // namespace tenon::http::detail
