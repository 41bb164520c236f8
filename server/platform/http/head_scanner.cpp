#include "platform/http/head_scanner.h"

#include "base/text.h"

namespace tenon::http::detail {
namespace {

constexpr std::array<std::uint8_t, 256> make_char_classes() {
    std::array<std::uint8_t, 256> classes{};
    for (int c = 0x21; c < 0x7f; ++c) {
        const auto index = static_cast<std::size_t>(c);
        const bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (c != '#') classes[index] |= kTargetChar;
        if (alphanumeric) classes[index] |= kTokenChar | kHostChar;
    }
    for (const char c : std::string_view("!#$%&'*+-.^_`|~")) {
        classes[static_cast<unsigned char>(c)] |= kTokenChar;
    }
    for (const char c : std::string_view(".-_"))
        classes[static_cast<unsigned char>(c)] |= kHostChar;
    return classes;
}

constexpr Refusal kFolded{400, "http.folded_field", "A field may not go on on a second line."};
constexpr Refusal kFieldName{400, "http.malformed_field",
                             "A field needs a name of token characters directly before its colon."};
constexpr Refusal kFieldValue{400, "http.malformed_field",
                              "A field value may not hold control characters."};
constexpr Refusal kTooManyFields{431, "http.too_many_fields", "The message has too many fields."};
constexpr Refusal kHeadTooLarge{431, "http.head_too_large", "The message head is too large."};
constexpr Refusal kTargetTooLong{414, "http.target_too_long", "The request line is too long."};
constexpr Refusal kConflictingFraming{
    400, "http.conflicting_framing",
    "Content-Length and Transfer-Encoding may stand neither together nor more than once."};
constexpr Refusal kBadLength{400, "http.malformed_length",
                             "Content-Length must be one decimal number."};
constexpr Refusal kCodingBelow11{400, "http.conflicting_framing",
                                 "Transfer-Encoding needs HTTP/1.1."};
constexpr Refusal kBadCoding{400, "http.malformed_coding",
                             "Transfer-Encoding must be exactly chunked."};
constexpr Refusal kUnknownCoding{501, "http.unsupported_coding",
                                 "The only transfer coding accepted is chunked."};

void note_connection_options(std::string_view value, FramingFields& framing) {
    // What nearly everybody sends.
    if (value == "keep-alive") {
        framing.connection_keep_alive = true;
        return;
    }
    if (list_has_token(value, "close")) framing.connection_close = true;
    if (list_has_token(value, "keep-alive")) framing.connection_keep_alive = true;
}

void note_framing(const HeaderField& field, FramingFields& framing) {
    switch (field.id) {
        case HeaderId::content_length:
            framing.content_length_twice = framing.content_length != nullptr;
            framing.content_length = &field;
            break;
        case HeaderId::transfer_encoding:
            framing.transfer_encoding_twice = framing.transfer_encoding != nullptr;
            framing.transfer_encoding = &field;
            break;
        case HeaderId::host:
            framing.host_twice = framing.host != nullptr;
            framing.host = &field;
            break;
        case HeaderId::authorization:
            framing.authorization_twice = framing.authorization != nullptr;
            framing.authorization = &field;
            break;
        case HeaderId::connection:
            note_connection_options(field.value, framing);
            break;
        case HeaderId::expect:
            framing.expect = &field;
            break;
        case HeaderId::upgrade:
            framing.upgrade = &field;
            break;
        case HeaderId::te:
            if (list_has_token(field.value, "trailers")) framing.te_trailers = true;
            break;
        default:
            break;
    }
}

std::string_view without_blanks(const char* begin, const char* end) {
    while (begin != end && (*begin == ' ' || *begin == '\t')) ++begin;
    while (begin != end && (end[-1] == ' ' || end[-1] == '\t')) --end;
    return {begin, static_cast<std::size_t>(end - begin)};
}

// The value up to its line end; p stands behind the colon.
bool scan_value(Scanner& scanner, std::string_view& value) {
    const char* const begin = scanner.p;
    const char* stop = find_control(begin, scanner.end);
    while (stop != scanner.end && *stop == '\t') stop = find_control(stop + 1, scanner.end);
    scanner.p = stop;
    if (stop == scanner.end) return scanner.need_more();
    if (*stop != '\r' && *stop != '\n') return scanner.refuse(kFieldValue);
    if (!scanner.line_end()) return false;
    value = without_blanks(begin, stop);
    return true;
}

bool scan_field(Scanner& scanner, HeaderField& field) {
    const char* const begin = scanner.p;
    const char* p = begin;
    while (p != scanner.end && is_class(*p, kTokenChar)) ++p;
    if (p == scanner.end) return scanner.need_more();
    if (*p != ':' || p == begin) {
        const bool is_fold = p == begin && (*p == ' ' || *p == '\t');
        return scanner.refuse(is_fold ? kFolded : *p == '\n' ? kBareLineEnd : kFieldName);
    }
    scanner.p = p + 1;
    field.name = {begin, static_cast<std::size_t>(p - begin)};
    return scan_value(scanner, field.value);
}

bool is_token_list(std::string_view list) {
    for (const std::string_view part : split(list, ',')) {
        if (!is_token(trim(part))) return false;
    }
    return true;
}

std::optional<std::uint64_t> parse_length(std::string_view text) {
    constexpr std::size_t kDigitsMax = 18;  // cannot overflow 63 bits
    if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

}  // namespace

const std::array<std::uint8_t, 256> kCharClass = make_char_classes();

bool scan_fields(Scanner& scanner, const HeadLimits& limits, HeaderList& headers,
                 FramingFields& framing) {
    headers.clear();
    while (true) {
        if (scanner.p == scanner.end) return scanner.need_more();
        if (*scanner.p == '\r') return scanner.line_end();
        if (headers.size() == limits.fields_max || headers.full()) {
            return scanner.refuse(kTooManyFields);
        }
        HeaderField field;
        if (!scan_field(scanner, field)) return false;
        field.id = header_id(field.name);
        headers.add(field);
        if (field.id != HeaderId::other) note_framing(headers[headers.size() - 1], framing);
    }
}

bool derive_framing(Scanner& scanner, const FramingFields& fields, int minor_version,
                    Framing& framing) {
    const bool has_both = fields.content_length != nullptr && fields.transfer_encoding != nullptr;
    if (has_both || fields.content_length_twice || fields.transfer_encoding_twice) {
        return scanner.refuse(kConflictingFraming);
    }
    if (fields.content_length != nullptr) {
        const auto length = parse_length(fields.content_length->value);
        if (!length) return scanner.refuse(kBadLength);
        framing = {BodyKind::length, *length};
    } else if (fields.transfer_encoding != nullptr) {
        if (minor_version < 1) return scanner.refuse(kCodingBelow11);
        const std::string_view coding = fields.transfer_encoding->value;
        if (!equals_ignoring_case(coding, "chunked")) {
            const bool well_formed = is_token_list(coding) && !list_has_token(coding, "chunked");
            return scanner.refuse(well_formed ? kUnknownCoding : kBadCoding);
        }
        framing = {BodyKind::chunked, 0};
    }
    return true;
}

std::optional<int> minor_version_of(std::string_view eight_bytes, bool& is_version) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    is_version = eight_bytes.size() == 8 && eight_bytes.substr(0, 5) == "HTTP/" &&
                 is_digit(eight_bytes[5]) && eight_bytes[6] == '.' && is_digit(eight_bytes[7]);
    if (!is_version || eight_bytes[5] != '1' || eight_bytes[7] > '1') return std::nullopt;
    return eight_bytes[7] - '0';
}

ParseResult apply_size_limit(ParseResult result, std::size_t bytes, const HeadLimits& limits,
                             bool in_first_line) {
    const bool over = result.state == ParseStatus::need_more ? bytes >= limits.head_bytes_max
                                                             : bytes > limits.head_bytes_max;
    if (!over || result.state == ParseStatus::refused) return result;
    return {ParseStatus::refused, in_first_line ? kTargetTooLong : kHeadTooLarge};
}

}  // namespace tenon::http::detail
