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

// Whether a server might read a part of the path as a dot segment. Nearly no path has any of the
// bytes that this takes.
bool may_climb(std::string_view path) {
    const bool is_plain = path.find('%') == std::string_view::npos &&
                          path.find("/.") == std::string_view::npos &&
                          path.find('\\') == std::string_view::npos && !path.starts_with('.');
    return !is_plain && has_dot_segments(path);
}

void append_query(std::string& out, std::string_view part, char& separator) {
    if (part.empty()) return;
    out += separator;
    out += part;
    separator = '&';
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

Result<ProxyUrl> ProxyUrl::make(const Url& base, const ProxyTarget& target,
                                std::string_view extra_query) {
    ProxyUrl url;
    url.base_ = &base;
    if (is_full_url(target.api_path)) {
        auto full = Url::parse(target.api_path);
        if (!full) return Error::invalid_field("path", full.error().message);
        url.full_ = std::move(*full);
    } else {
        url.api_path_ = target.api_path;
    }
    if (may_climb(url.full_ ? std::string_view(url.full_->path) : url.api_path_)) {
        return Error::invalid_field("path", "must not hold \".\" or \"..\" segments");
    }
    url.query_ = target.query;
    url.has_query_ = target.has_query;
    url.extra_query_ = extra_query;
    return url;
}

void ProxyUrl::append_request_target(std::string& out) const {
    std::string_view path = origin().path;
    if (!api_path_.empty() && path.ends_with('/')) path.remove_suffix(1);
    out += path;
    if (!api_path_.empty()) {
        out += '/';
        out += api_path_;
    }
    char separator = '?';
    append_query(out, origin().query, separator);
    append_query(out, query_, separator);
    append_query(out, extra_query_, separator);
    // An empty query is not the same as none.
    if (separator == '?' && (has_query_ || origin().has_query)) out += '?';
}

}  // namespace tenon
