#include "app/web_app.h"

#include "base/text.h"

namespace tenon {
namespace {

using http::Request;
using http::Response;

std::string_view content_type_of(std::string_view path) {
    if (path.ends_with(".html")) return "text/html; charset=utf-8";
    if (path.ends_with(".css")) return "text/css; charset=utf-8";
    if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (path.ends_with(".svg")) return "image/svg+xml";
    if (path.ends_with(".woff2")) return "font/woff2";
    if (path.ends_with(".json")) return "application/json";
    if (path.ends_with(".txt")) return "text/plain; charset=utf-8";
    return "application/octet-stream";
}

// RFC 9110, section 12.5.3: a weight of zero refuses a coding.
bool is_refused(std::string_view parameters) {
    const std::size_t at = parameters.find("q=");
    if (at == std::string_view::npos) return false;
    const std::string_view weight = trim(parameters.substr(at + 2));
    return weight.find_first_not_of("0.") == std::string_view::npos;
}

Response sent_as(const embedded::WebFile& file, Encoding encoding) {
    Response response;
    response.headers.add("Content-Type", content_type_of(file.path));
    response.headers.add("Vary", "Accept-Encoding");
    response.headers.add("X-Content-Type-Options", "nosniff");
    if (encoding == Encoding::brotli && !file.brotli.empty()) {
        response.headers.add("Content-Encoding", "br");
        response.body = file.brotli;
    } else if (encoding != Encoding::identity && !file.gzip.empty()) {
        response.headers.add("Content-Encoding", "gzip");
        response.body = file.gzip;
    } else {
        response.body = file.bytes;
    }
    return response;
}

// Who takes brotli takes gzip too, in every browser there is; a client that does not is sent plain
// bytes.
Encoding encoding_for(const Request& request) {
    return preferred_encoding(request.headers.get("Accept-Encoding"));
}

}  // namespace

Encoding preferred_encoding(std::string_view accept_encoding) {
    Encoding best = Encoding::identity;
    for (const std::string_view item : split(accept_encoding, ',')) {
        const std::size_t end = std::min(item.find(';'), item.size());
        if (is_refused(item.substr(end))) continue;
        const std::string_view name = trim(item.substr(0, end));
        if (equals_ignoring_case(name, "br")) return Encoding::brotli;
        if (equals_ignoring_case(name, "gzip")) best = Encoding::gzip;
    }
    return best;
}

WebApp::WebApp(std::span<const embedded::WebFile> files, std::string_view policy)
    : policy_(policy) {
    for (const embedded::WebFile& file : files) files_.emplace(file.path, file);
}

Response WebApp::page(const Request& request) const {
    Response response = sent_as(files_.at("index.html"), encoding_for(request));
    response.headers.add("Content-Security-Policy", policy_);
    response.headers.add("Referrer-Policy", "no-referrer");
    response.headers.add("X-Frame-Options", "DENY");
    // Not plain same-origin: connecting in the builder's preview opens the provider's page, which
    // must be able to answer its opener.
    response.headers.add("Cross-Origin-Opener-Policy", "same-origin-allow-popups");
    response.headers.add("Cache-Control", "no-cache");
    return response;
}

Result<Response> WebApp::file(const Request& request, std::string_view path) const {
    const auto found = files_.find(path);
    if (found == files_.end() || path.ends_with(".html")) return Error::not_found("File");
    Response response = sent_as(found->second, encoding_for(request));
    response.headers.add("Cache-Control", "public, max-age=31536000, immutable");
    return response;
}

}  // namespace tenon
