#include "platform/http/route_tree.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tenon::http {
namespace {

using Segments = std::vector<std::string_view>;

std::string_view name_in_braces(std::string_view segment) {
    const bool is_parameter = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
    return is_parameter ? segment.substr(1, segment.size() - 2) : std::string_view{};
}

// Depth first, the more literal way first. No deeper than the longest template, and wide only where
// a literal and a parameter stand side by side.
class Search {
 public:
    Search(std::string_view method, const Segments& segments)
        : method_(method), segments_(segments) {}

    // True when a place with the method was found.
    bool visit(const RouteTree::Node& node, std::size_t at) {
        if (at == segments_.size()) return take(node.routes, at);
        if (const auto literal = node.literals.find(segments_[at]);
            literal != node.literals.end()) {
            if (visit(*literal->second, at + 1)) return true;
        }
        if (node.parameter != nullptr && !segments_[at].empty()) {
            values_.push_back(segments_[at]);
            if (visit(*node.parameter, at + 1)) return true;
            values_.pop_back();
        }
        return take(node.catch_all_routes, at);
    }

    RouteTree::Found found;

 private:
    bool take(const std::vector<RouteTree::Route>& routes, std::size_t at) {
        if (routes.empty()) return false;
        const bool has_method = find_method(routes, method_) != nullptr;
        if (!has_method && found.routes != nullptr) return false;
        found = {&routes, values_, at < segments_.size()};
        if (found.ends_in_rest) {
            const char* end = segments_.back().data() + segments_.back().size();
            const char* begin = segments_[at].data();
            found.values.emplace_back(begin, static_cast<std::size_t>(end - begin));
        }
        return has_method;
    }

    std::string_view method_;
    const Segments& segments_;
    Segments values_;
};

}  // namespace

const RouteTree::Route* find_method(const std::vector<RouteTree::Route>& routes,
                                    std::string_view method) {
    const RouteTree::Route* get = nullptr;
    for (const RouteTree::Route& route : routes) {
        if (route.operation->method == method) return &route;
        if (route.operation->method == "GET") get = &route;
    }
    return method == "HEAD" ? get : nullptr;
}

Ok RouteTree::add(const Operation& operation, Ending ending) {
    Route route{&operation, {}};
    Segments segments = split(std::string_view(operation.path_template).substr(1), '/');
    std::string_view rest_name;
    if (ending == Ending::catch_all) {
        rest_name = name_in_braces(segments.back());
        segments.pop_back();
    }
    Node* node = &root_;
    for (const std::string_view segment : segments) {
        const std::string_view name = name_in_braces(segment);
        std::unique_ptr<Node>& next =
            name.empty() ? node->literals[std::string(segment)] : node->parameter;
        if (next == nullptr) next = std::make_unique<Node>();
        if (!name.empty()) route.parameter_names.emplace_back(name);
        node = next.get();
    }
    if (ending == Ending::catch_all) route.parameter_names.emplace_back(rest_name);
    std::vector<Route>& routes =
        ending == Ending::catch_all ? node->catch_all_routes : node->routes;
    for (const Route& other : routes) {
        if (other.operation->method != operation.method) continue;
        return Error{ErrorKind::conflict, "router.route_taken",
                     fmt::format("operations {} and {} have the same method and path",
                                 other.operation->id, operation.id)};
    }
    routes.push_back(std::move(route));
    return {};
}

RouteTree::Found RouteTree::find(std::string_view method, std::string_view path) const {
    if (!path.starts_with('/')) return {};
    const Segments segments = split(path.substr(1), '/');
    Search search(method, segments);
    search.visit(root_, 0);
    return std::move(search.found);
}

}  // namespace tenon::http
