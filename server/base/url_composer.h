// Puts a URL together from literal text, which is trusted, and values, which are not. A value can
// fill the place it was given and never reach beyond it:
//
//   whole URL   a value at the very start must be an http or https URL without query and fragment,
//   and only '/', '?'
//               or the end may follow it; it is inserted as it is, a final '/' dropped before a '/'
//               that follows
//   host        labels of letters, digits and '-', joined by dots; together with its surroundings
//   it must not make an
//               IP address, unless the value is the whole host
//   port        1 to 65535
//   path        percent-encoded, '/' too; never a "." or ".." segment
//   query       percent-encoded
//
// A text that begins with '/' or a name is a path (with a query) below some base URL.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace tenon {

class UrlComposer {
 public:
    ~UrlComposer() { wipe(url_); }

    // Errors of all three: invalid_input "url.invalid", whose message is a rule ("must be …") that
    // holds no value.
    Ok add_literal(std::string_view text);
    Ok add_value(std::string_view value);
    Result<Secret> finish();

 private:
    enum class Zone { start, after_whole_url, relative, host, port, path, query };

    Ok begin_with(std::string_view literal);
    Ok check_whole_url_end(std::string_view literal);
    Ok scan(char c);
    Ok scan_authority(char c);
    Ok add_whole_url(std::string_view value);
    Ok add_host_value(std::string_view value);
    Ok check_absolute() const;
    Ok check_relative() const;
    std::size_t path_begin() const;

    std::string url_;
    Zone zone_ = Zone::start;
    bool is_absolute_ = false;
    bool has_host_value_ = false;
    bool has_host_text_ = false;  // beside exactly one value
    bool has_path_value_ = false;
    bool in_brackets_ = false;  // of an IPv6 address
};

}  // namespace tenon
