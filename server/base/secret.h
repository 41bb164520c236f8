// A Secret holds text that must never be printed. It has no stream operator, no fmt formatter and
// no JSON form; the only way to the text is reveal(), which is easy to search for. Its bytes are
// overwritten when it dies.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace tenon {

// Overwrites the bytes in a way that the compiler keeps.
void wipe(std::string& text);

class Secret {
 public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}
    Secret(const Secret& other) = default;
    Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }
    Secret& operator=(const Secret& other) {
        if (this != &other) {
            wipe(text_);
            text_ = other.text_;
        }
        return *this;
    }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            wipe(text_);
            text_ = std::move(other.text_);
            wipe(other.text_);
        }
        return *this;
    }
    ~Secret() { wipe(text_); }

    std::string_view reveal() const { return text_; }
    bool empty() const { return text_.empty(); }

 private:
    std::string text_;
};

// Takes the same time whatever the contents; only the lengths may show.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace tenon
