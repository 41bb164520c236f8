// The cookie that tells one browser from another while it connects: random, first-party, not
// readable by scripts. It is no session: alone it opens nothing. Also the checks that a form or a
// script of our own pages sent a request (CSRF).
#pragma once

#include <string>

#include "platform/http/message.h"

namespace tenon {

class BrowserCookie {
 public:
    // With https the name gets the prefix __Host-, so that no sibling host can plant the cookie.
    explicit BrowserCookie(const std::string& public_url);

    const std::string& public_origin() const { return public_origin_; }
    // Empty when the browser sent none, or one of another shape.
    std::string read(const http::Request& request) const;
    // The browser's cookie, or a new one.
    std::string read_or_make(const http::Request& request) const;
    void set(http::Response& response, const std::string& value) const;

    // False when a page of another origin sent the request. Our pages send no referrer, so their
    // forms carry "Origin: null"; where the browser does not send Sec-Fetch-Site either, the
    // cookie's SameSite=Lax keeps it out of requests of other sites.
    bool is_same_origin(const http::Request& request) const;

 private:
    std::string public_origin_;
    bool is_https_ = false;
    std::string name_;
};

}  // namespace tenon
