// Regular expressions (ECMAScript) for checking short texts, also ones that customers write. They
// are matched without backtracking, so no pattern and no text can make the time explode; back
// references are refused for that reason.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tenon {

constexpr std::size_t kPatternBytesMax = 512;
// Bytes of the pattern times the upper bounds of its counted repetitions: what {1,255} costs when
// written out.
constexpr std::size_t kPatternWeightMax = 65'536;
// Longer texts never match; no field with a pattern is nearly as long.
constexpr std::size_t kPatternTextBytesMax = 2048;

class TextPattern {
 public:
    // Errors: invalid_input "pattern.invalid" with the rule.
    static Result<TextPattern> compile(std::string_view pattern);

    // Whether the pattern occurs anywhere in `text`; anchor it with ^ and $ for the whole text.
    bool occurs_in(std::string_view text) const;
    // Whether the whole text matches.
    bool matches(std::string_view text) const;

 private:
    struct Impl;
    explicit TextPattern(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<const Impl> impl_;
};

}  // namespace tenon
