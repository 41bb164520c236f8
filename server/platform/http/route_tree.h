// Paths to operations: a tree of path segments. A literal segment wins over a parameter, a
// parameter over a catch-all. Inside of the module.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/http/router_internal.h"

namespace tenon::http {

class RouteTree {
 public:
    struct Route {
        const Operation* operation = nullptr;
        std::vector<std::string> parameter_names;
    };
    struct Node {
        std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
        std::unique_ptr<Node> parameter;
        std::vector<Route> routes;            // one for each method
        std::vector<Route> catch_all_routes;  // of paths that go on
    };
    // Where a path leads: the routes of all its methods, and the raw text of each parameter.
    struct Found {
        const std::vector<Route>* routes = nullptr;
        std::vector<std::string_view> values;
        bool ends_in_rest = false;  // the last value is a catch-all's
    };

    enum class Ending { exact, catch_all };
    // Errors: conflict "router.route_taken" when an operation has this method and path already.
    Ok add(const Operation& operation, Ending ending);

    // The place that has `method`; when none has, the first place that has the path at all.
    Found find(std::string_view method, std::string_view path) const;

 private:
    Node root_;
};

// The route of `method` among those of one path; HEAD finds GET.
const RouteTree::Route* find_method(const std::vector<RouteTree::Route>& routes,
                                    std::string_view method);

}  // namespace tenon::http
