#include "platform/http/codec.h"

#include <algorithm>
#include <array>

#include "platform/http/head_scanner.h"

namespace tenon::http {

bool is_token(std::string_view text) {
    for (const char c : text) {
        if (!detail::is_class(c, detail::kTokenChar)) return false;
    }
    return !text.empty();
}

bool is_field_value(std::string_view text) {
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    if (!text.empty() && (is_blank(text.front()) || is_blank(text.back()))) return false;
    const char* const end = text.data() + text.size();
    const char* p = detail::find_control(text.data(), end);
    while (p != end && *p == '\t') p = detail::find_control(p + 1, end);
    return p == end;
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 100:
            return "Continue";
        case 101:
            return "Switching Protocols";
        case 103:
            return "Early Hints";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 203:
            return "Non-Authoritative Information";
        case 204:
            return "No Content";
        case 205:
            return "Reset Content";
        case 206:
            return "Partial Content";
        case 300:
            return "Multiple Choices";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 411:
            return "Length Required";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 421:
            return "Misdirected Request";
        case 422:
            return "Unprocessable Content";
        case 423:
            return "Locked";
        case 425:
            return "Too Early";
        case 426:
            return "Upgrade Required";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 451:
            return "Unavailable For Legal Reasons";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        case 507:
            return "Insufficient Storage";
        default:
            return "";
    }
}

void append_decimal(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits;
    std::size_t at = digits.size();
    do {
        digits[--at] = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    out.append(digits.data() + at, digits.size() - at);
}

void append_status_line(std::string& out, int status, std::string_view reason) {
    out += "HTTP/1.1 ";
    append_decimal(out, static_cast<std::uint64_t>(status));
    out += ' ';
    out += reason;
    out += "\r\n";
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    const std::size_t before = out.size();
    out.resize(before + name.size() + value.size() + 4);
    char* to = out.data() + before;
    to = std::copy(name.begin(), name.end(), to);
    *to++ = ':';
    *to++ = ' ';
    to = std::copy(value.begin(), value.end(), to);
    *to++ = '\r';
    *to = '\n';
}

void append_received_field(std::string& out, const HeaderField& field) {
    const char* const name_end = field.name.data() + field.name.size();
    const char* const value_end = field.value.data() + field.value.size();
    if (field.value.data() == name_end + 2 && name_end[1] == ' ' && value_end[0] == '\r') {
        out.append(field.name.data(), static_cast<std::size_t>(value_end + 2 - field.name.data()));
    } else {
        append_field(out, field.name, field.value);
    }
}

}  // namespace tenon::http
