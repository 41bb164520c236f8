#include "projects/project_rules.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "base/url.h"
#include "projects/project_service.h"

namespace tenon {
namespace {

constexpr std::size_t kSecretNameBytesMax = 64;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// `host` is as Url gives it: an IPv4 address in any spelling is dotted decimal there.
bool is_loopback_host(std::string_view host) {
    const bool is_ipv4 = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return host == "localhost" || host.ends_with(".localhost") || host == "::1" ||
           (is_ipv4 && host.starts_with("127."));
}

// Empty when the origin is fine.
std::string origin_problem(const std::string& origin) {
    const auto url = Url::parse(origin);
    if (!url) return "must be an origin such as https://app.example.com";
    if (url->origin() != origin) {
        return fmt::format("must be the origin alone, written {}", url->origin());
    }
    if (url->scheme == "https" || is_loopback_host(url->host)) return {};
    return "must use https (http is for loopback hosts only)";
}

}  // namespace

Ok check_project_name(std::string_view name, const ProjectLimits& limits) {
    if (trim(name).empty()) return Error::invalid_field("name", "must not be empty");
    if (!is_valid_utf8(name) || std::any_of(name.begin(), name.end(), is_control)) {
        return Error::invalid_field("name", "must be text without control characters");
    }
    if (count_code_points(name) > limits.name_characters_max) {
        return Error::invalid_field(
            "name", fmt::format("must have at most {} characters", limits.name_characters_max));
    }
    return {};
}

Ok check_allowed_origins(const std::vector<std::string>& origins, const ProjectLimits& limits) {
    if (origins.size() > limits.allowed_origins_max) {
        return Error::invalid_field("allowedOrigins", fmt::format("must have at most {} items",
                                                                  limits.allowed_origins_max));
    }
    std::vector<FieldProblem> problems;
    for (std::size_t i = 0; i < origins.size(); ++i) {
        const std::string problem = origin_problem(origins[i]);
        if (!problem.empty()) problems.push_back({fmt::format("allowedOrigins[{}]", i), problem});
    }
    if (!problems.empty()) return invalid_fields(std::move(problems));
    return {};
}

Ok check_secret_name(std::string_view name) {
    const auto is_allowed = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    const bool fine = !name.empty() && name.size() <= kSecretNameBytesMax && name[0] >= 'A' &&
                      name[0] <= 'Z' && std::all_of(name.begin(), name.end(), is_allowed);
    if (fine) return {};
    return Error::invalid_field(
        "name", "must be 1 to 64 characters of A-Z, 0-9 and _, beginning with a letter");
}

}  // namespace tenon
