#include "proxy/proxy_target.h"

#include "base/text.h"

namespace tenon {
namespace {

constexpr std::string_view kProjects = "/projects/";
constexpr std::string_view kSdkProxy = "/sdk/proxy/";
constexpr std::size_t kUuidLength = 36;

// Takes the text up to the next slash off the front.
std::string_view take_segment(std::string_view& rest) {
    const std::size_t end = rest.find('/');
    const std::string_view segment = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return segment;
}

bool is_full_url(std::string_view path) {
    return path.starts_with("https://") || path.starts_with("http://");
}

Result<IntegrationId> parse_integration_id(std::string_view text) {
    auto id = IntegrationId::parse(text);
    if (!id) return Error::not_found("Integration");
    return id;
}

Ok read_integration(ProxyTarget& target, std::string_view& rest) {
    const std::string_view segment = take_segment(rest);
    if (segment.starts_with("custom.")) {
        target.slug = segment.substr(7);
        return {};
    }
    const std::string_view id = segment == "custom" ? take_segment(rest) : segment;
    if (id.size() != kUuidLength) return Error::not_found("Integration");
    ASSIGN_OR_RETURN(target.integration_id, parse_integration_id(id));
    return {};
}

// Dot segments, also percent-encoded ones, would let a caller climb out of the base path at the
// provider.
bool has_dot_segment(std::string_view path) {
    const bool may_have = path.find("/.") != std::string_view::npos ||
                          path.find("%2") != std::string_view::npos || path.starts_with('.');
    if (!may_have) return false;
    for (const std::string_view segment : split(path, '/')) {
        std::string plain;
        for (std::size_t i = 0; i < segment.size(); ++i) {
            const bool encoded_dot = segment[i] == '%' && i + 2 < segment.size() &&
                                     segment[i + 1] == '2' && ascii_lower(segment[i + 2]) == 'e';
            plain += encoded_dot ? '.' : segment[i];
            if (encoded_dot) i += 2;
            if (plain.size() > 2) break;
        }
        if (plain == "." || plain == "..") return true;
    }
    return false;
}

void append_query(Url& url, std::string_view query) {
    if (url.has_query && !url.query.empty() && !query.empty()) url.query += '&';
    url.query += query;
    url.has_query = true;
}

}  // namespace

Result<ProxyTarget> parse_proxy_target(std::string_view target) {
    ProxyTarget parsed;
    const std::size_t question = target.find('?');
    std::string_view path = target.substr(0, question);
    if (question != std::string_view::npos) {
        parsed.query = target.substr(question + 1);
        parsed.has_query = true;
    }
    if (path.starts_with("/v2/")) path.remove_prefix(3);
    if (!path.starts_with(kProjects)) return Error::not_found("Route");
    path.remove_prefix(kProjects.size());
    const std::string_view project = path.substr(0, kUuidLength);
    path.remove_prefix(project.size());
    if (!path.starts_with(kSdkProxy)) return Error::not_found("Route");
    path.remove_prefix(kSdkProxy.size());
    auto project_id = ProjectId::parse(project);
    if (!project_id) return Error::not_found("Project");
    parsed.project_id = *project_id;
    RETURN_IF_ERROR(read_integration(parsed, path));
    // One slash more than needed in front of the path means nothing, as clients send both.
    if (path.starts_with('/')) path.remove_prefix(1);
    parsed.api_path = path;
    return parsed;
}

Ok apply_proxy_url_header(ProxyTarget& target, std::string_view proxy_url) {
    if (!target.api_path.empty()) {
        return Error{ErrorKind::invalid_input, "proxy.url_conflict",
                     "X-Paragon-Proxy-Url replaces the path: send no path behind the integration."};
    }
    const std::size_t question = proxy_url.find('?');
    target.api_path = proxy_url.substr(0, question);
    if (question != std::string_view::npos) {
        target.query = proxy_url.substr(question + 1);
        target.has_query = true;
    }
    if (target.api_path.starts_with('/')) target.api_path.remove_prefix(1);
    return {};
}

Result<Url> build_proxy_url(const Url& base, const ProxyTarget& target,
                            std::string_view extra_query) {
    Url url = base;
    if (is_full_url(target.api_path)) {
        auto full = Url::parse(target.api_path);
        if (!full) return Error::invalid_field("path", full.error().message);
        url = std::move(*full);
    } else if (!target.api_path.empty()) {
        if (url.path.ends_with('/')) url.path.pop_back();
        url.path += '/';
        url.path += target.api_path;
    }
    if (has_dot_segment(url.path)) {
        return Error::invalid_field("path", "must not hold \".\" or \"..\" segments");
    }
    if (target.has_query) append_query(url, target.query);
    if (!extra_query.empty()) append_query(url, extra_query);
    return url;
}

}  // namespace tenon
