// Header fields as views into the connection's buffer, in a list of fixed capacity: parsing a head
// allocates nothing.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace tenon::http {

// Fields that the codec, the relay or the proxy must know by name, some as a group with one
// meaning. Everything else is `other`.
enum class HeaderId : std::uint8_t {
    other,
    connection,
    content_length,
    content_type,
    expect,
    host,
    keep_alive,
    proxy_prefixed,  // any name that begins with "proxy-"
    te,
    trailer,
    transfer_encoding,
    upgrade,
    authorization,
    cookie,
    set_cookie,
    forwarded,  // Forwarded, Via, X-Real-IP and X-Forwarded-*
    request_id,
    referer,
    fetch_metadata,  // Sec-*
    access_control,  // Access-Control-*
    instruction,     // X-Paragon-* and X-Tenon-*: from the caller to Tenon itself
    origin_policy,  // by which an answer rules its whole origin: Content-Security-Policy, Alt-Svc …
    of_exact_bytes,  // true of the body's very bytes only: ETag, Digest, Accept-Ranges …
    accept_encoding,
    user_agent,
    date,
    server,
    origin,
    content_encoding,
    location,
    retry_after,
};

HeaderId header_id(std::string_view name);

struct HeaderField {
    std::string_view name;   // as received
    std::string_view value;  // without surrounding blanks
    HeaderId id;
};

class HeaderList {
 public:
    static constexpr std::size_t kCapacity = 128;

    void clear() { size_ = 0; }
    bool full() const { return size_ == kCapacity; }
    void add(const HeaderField& field) { fields_[size_++] = field; }
    std::size_t size() const { return size_; }
    const HeaderField* begin() const { return fields_.data(); }
    const HeaderField* end() const { return fields_.data() + size_; }
    const HeaderField& operator[](std::size_t index) const { return fields_[index]; }

    // The first field of that name (case does not matter), or null.
    const HeaderField* find(std::string_view name) const;
    const HeaderField* find(HeaderId id) const;
    std::string_view get(std::string_view name) const;  // empty when absent

 private:
    std::array<HeaderField, kCapacity> fields_;
    std::size_t size_ = 0;
};

// Whether `list`, a comma separated field value, holds `token` (case does not matter).
bool list_has_token(std::string_view list, std::string_view token);
// Whether a Connection field of `headers` names `name`.
bool is_named_by_connection(const HeaderList& headers, std::string_view name);
// Fields that end at this hop (RFC 9110 §7.6.1) and so are never passed on: Connection and what it
// names, Keep-Alive, Proxy-*, TE, Trailer, Transfer-Encoding, Upgrade. Content-Length and Host are
// the caller's own to write anew.
bool is_hop_by_hop(const HeaderList& headers, const HeaderField& field);

}  // namespace tenon::http
