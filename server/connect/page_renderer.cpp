#include "connect/page_renderer.h"

#include "base/text.h"

namespace tenon {

namespace {

// Everything from our own origin, nothing inline, never framed. Forms go to our origin only; the
// way to the provider is a link and a refresh, which form-action does not bind.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

std::string_view find_value(const std::map<std::string, std::string, std::less<>>& values,
                            std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

std::string PageRenderer::render(std::string_view page, const PageValues& values) const {
    const auto asset = assets_.find(page);
    if (asset == assets_.end()) return {};
    std::string_view rest = asset->second;
    std::string out;
    for (std::size_t open = rest.find("{{"); open != std::string_view::npos;
         open = rest.find("{{")) {
        out += rest.substr(0, open);
        const bool is_html = rest.substr(open).starts_with("{{{");
        const std::string_view end_mark = is_html ? "}}}" : "}}";
        const std::size_t begin = open + end_mark.size();
        const std::size_t close = rest.find(end_mark, begin);
        if (close == std::string_view::npos) return out;  // a broken page ends here
        const std::string_view name = trim(rest.substr(begin, close - begin));
        if (is_html) {
            out += find_value(values.html, name);
        } else {
            out += html_escape(find_value(values.text, name));
        }
        rest.remove_prefix(close + end_mark.size());
    }
    out += rest;
    return out;
}

http::Response PageRenderer::respond(http::Status status, std::string_view page,
                                     const PageValues& values) const {
    http::Response response = http::html_response(status, render(page, values));
    response.headers.set("Content-Security-Policy", kContentSecurityPolicy);
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("X-Frame-Options", "DENY");
    response.headers.set("Cache-Control", "no-store");
    // A page's address may hold the token of a link or of a user.
    response.headers.set("Referrer-Policy", "no-referrer");
    return response;
}

}  // namespace tenon
