// One of the embedded web apps: its page for every address the app itself routes, and its files,
// compressed when it was built, under names that change with their bytes.
#pragma once

#include <map>
#include <string_view>

#include "base/result.h"
#include "embedded/dashboard.h"
#include "platform/http/message.h"

namespace tenon {

// How a file may be sent to this client; the smallest form it takes.
enum class Encoding { identity, gzip, brotli };
Encoding preferred_encoding(std::string_view accept_encoding);

class WebApp {
 public:
    // `policy` is the Content-Security-Policy of the app's page.
    WebApp(std::span<const embedded::WebFile> files, std::string_view policy);

    // index.html, asked for anew at each visit.
    http::Response page(const http::Request& request) const;
    // A file by its path; cached for good, for its name is a digest. Errors: not_found.
    Result<http::Response> file(const http::Request& request, std::string_view path) const;

 private:
    std::map<std::string_view, embedded::WebFile> files_;
    std::string_view policy_;
};

}  // namespace tenon
