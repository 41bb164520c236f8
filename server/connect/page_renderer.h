// Pages for end users: small HTML files with {{name}} places, filled with escaped text. No inline
// script or style, so a strict Content-Security-Policy holds on every page.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "platform/http/message.h"

namespace tenon {

// Path below server/app/pages, such as "connect/link.html", to its bytes; passed in by app/.
using PageAssets = std::map<std::string, std::string_view, std::less<>>;

// What fills a page. Texts are escaped; `html` holds what other templates rendered.
struct PageValues {
    std::map<std::string, std::string, std::less<>> text;
    std::map<std::string, std::string, std::less<>> html;
};

class PageRenderer {
 public:
    explicit PageRenderer(PageAssets assets) : assets_(std::move(assets)) {}

    // Fills {{name}} with escaped text and {{{name}}} with HTML; an unknown name renders as
    // nothing. An unknown page is a bug and renders as an empty text.
    std::string render(std::string_view page, const PageValues& values) const;
    // A whole answer with the security headers of every page.
    http::Response respond(http::Status status, std::string_view page,
                           const PageValues& values) const;

 private:
    PageAssets assets_;
};

}  // namespace tenon
