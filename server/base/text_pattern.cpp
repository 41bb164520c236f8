#include "base/text_pattern.h"

#include <algorithm>
#include <fmt/format.h>
#include <regex>

namespace tenon {
namespace {

Error invalid(std::string rule) {
    return {ErrorKind::invalid_input, "pattern.invalid", "The pattern " + std::move(rule) + "."};
}

// How large the pattern becomes when its counted repetitions are written out; repetitions inside of
// repetitions multiply, so all of them are multiplied.
std::size_t weight_of(std::string_view pattern) {
    std::size_t weight = pattern.size();
    for (std::size_t open = pattern.find('{'); open != std::string_view::npos;
         open = pattern.find('{', open + 1)) {
        std::size_t count = 0;
        std::size_t largest = 1;
        for (const char c : pattern.substr(open + 1, pattern.find('}', open) - open - 1)) {
            count = c >= '0' && c <= '9' ? count * 10 + static_cast<std::size_t>(c - '0') : 0;
            largest = std::max(largest, std::min(count, kPatternWeightMax));
        }
        weight = std::min(weight * largest, kPatternWeightMax + 1);
    }
    return weight;
}

}  // namespace

struct TextPattern::Impl {
    std::regex regex;
};

Result<TextPattern> TextPattern::compile(std::string_view pattern) {
    if (pattern.size() > kPatternBytesMax) {
        return invalid(fmt::format("must be at most {} bytes", kPatternBytesMax));
    }
    if (weight_of(pattern) > kPatternWeightMax) {
        return invalid("repeats too much: lower the counts in {…}");
    }
    // libstdc++ matches breadth first with __polynomial: time is bounded by text times pattern, and
    // the stack does not grow with the text.
    constexpr auto kFlags = std::regex::ECMAScript | std::regex_constants::__polynomial;
    try {
        auto impl = std::make_shared<Impl>();
        impl->regex.assign(pattern.begin(), pattern.end(), kFlags);
        return TextPattern(std::move(impl));
    } catch (const std::regex_error&) {
        return invalid(
            "must be a regular expression (ECMAScript, without back references and look-behind)");
    }
}

bool TextPattern::occurs_in(std::string_view text) const {
    if (text.size() > kPatternTextBytesMax) return false;
    return std::regex_search(text.begin(), text.end(), impl_->regex);
}

bool TextPattern::matches(std::string_view text) const {
    if (text.size() > kPatternTextBytesMax) return false;
    return std::regex_match(text.begin(), text.end(), impl_->regex);
}

}  // namespace tenon
