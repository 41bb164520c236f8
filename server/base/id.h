// Typed ids: a ProjectId is not a UserId, so one can never be passed for the other. Every id is a
// version-4 UUID (RFC 9562); the published client refuses other versions for credentials and
// configurations.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tenon {

struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    static Uuid random();  // version 4
    // Accepts the 36-character form, either case. Any version: ids of others may be older.
    static Result<Uuid> parse(std::string_view text);
    std::string str() const;
    auto operator<=>(const Uuid&) const = default;
};

template <class Tag>
class Id {
 public:
    Id() = default;  // the nil id; never stored
    explicit Id(Uuid uuid) : uuid_(uuid) {}

    static Id random() { return Id(Uuid::random()); }
    static Result<Id> parse(std::string_view text) {
        ASSIGN_OR_RETURN(const Uuid uuid, Uuid::parse(text));
        return Id(uuid);
    }
    std::string str() const { return uuid_.str(); }
    const Uuid& uuid() const { return uuid_; }
    bool is_nil() const { return uuid_ == Uuid{}; }
    auto operator<=>(const Id&) const = default;

 private:
    Uuid uuid_{};
};

}  // namespace tenon

template <class Tag>
struct std::hash<tenon::Id<Tag>> {
    std::size_t operator()(const tenon::Id<Tag>& id) const noexcept {
        // Version-4 bytes are random already.
        std::size_t value = 0;
        std::memcpy(&value, id.uuid().bytes.data(), sizeof value);
        return value;
    }
};
