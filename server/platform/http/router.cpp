#include "platform/http/router.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/text.h"
#include "platform/http/codec.h"
#include "platform/http/contract.h"
#include "platform/http/route_tree.h"
#include "platform/http/router_internal.h"

namespace tenon::http {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"get",     "put",   "post", "delete",
                                                      "options", "patch", "head"};
// How long a browser may remember a preflight's answer, in seconds; Chromium's own limit.
constexpr std::string_view kPreflightMaxAge = "7200";
// Of the header names that a preflight asks for and gets echoed.
constexpr std::size_t kRequestedHeadersBytesMax = 4096;

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    }
    return out;
}

// Whether the last parameter of the path is marked x-catch-all.
RouteTree::Ending ending_of(const Json& document, const JsonObject& item,
                            const JsonObject& operation) {
    for (const JsonObject* owner : {&operation, &item}) {
        const Json* list = owner->if_contains("parameters");
        if (list == nullptr || !list->is_array()) continue;
        for (const Json& written : list->get_array()) {
            const auto reference = optional_string_member(written, "$ref");
            const Json* parameter = reference ? resolve_reference(document, *reference) : &written;
            if (parameter != nullptr && bool_member(*parameter, "x-catch-all")) {
                return RouteTree::Ending::catch_all;
            }
        }
    }
    return RouteTree::Ending::exact;
}

// The Allow field: every method of a path, HEAD beside GET.
std::string allowed_methods(const std::vector<RouteTree::Route>& routes) {
    std::vector<std::string> methods;
    for (const RouteTree::Route& route : routes) {
        methods.push_back(route.operation->method);
        if (route.operation->method == "GET") methods.emplace_back("HEAD");
    }
    std::sort(methods.begin(), methods.end());
    std::string out;
    for (const std::string& method : methods) out += (out.empty() ? "" : ", ") + method;
    return out;
}

bool is_header_name_list(std::string_view text) {
    if (text.size() > kRequestedHeadersBytesMax) return false;
    const auto names = split(text, ',');
    return std::all_of(names.begin(), names.end(),
                       [](std::string_view name) { return is_token(trim(name)); });
}

Operation* find_operation(Router::Impl& impl, std::string_view id) {
    const auto found = std::find_if(impl.operations.begin(), impl.operations.end(),
                                    [&](const Operation& operation) { return operation.id == id; });
    return found == impl.operations.end() ? nullptr : &*found;
}

// Adds one operation of the document, or a problem.
Ok add_operation(Router::Impl& impl, const Json& document, const JsonObject& item,
                 const JsonObject& written, Operation operation, SchemaCompiler& compiler) {
    const std::string place = operation.method + " " + operation.path_template;
    if (operation.id.empty()) {
        return Error{ErrorKind::invalid_input, "contract.invalid", place + ": has no operationId"};
    }
    if (find_operation(impl, operation.id) != nullptr) {
        return Error{ErrorKind::invalid_input, "contract.invalid",
                     place + ": operationId " + operation.id + " is taken"};
    }
    ASSIGN_OR_RETURN(operation.contract,
                     OperationContract::compile(document, item, written, place, compiler));
    const Operation& added = impl.operations.emplace_back(std::move(operation));
    return impl.routes->add(added, ending_of(document, item, written));
}

}  // namespace

Router::Impl::Impl(const Json& contract) : routes(std::make_unique<RouteTree>()) {
    const Json* paths = find_member(contract, "paths");
    if (paths == nullptr || !paths->is_object()) return;
    SchemaCompiler compiler(contract);
    for (const auto& path : paths->get_object()) {
        const JsonObject* item = path.value().if_object();
        if (item == nullptr) continue;
        for (const std::string_view method : kMethods) {
            const Json* written = item->if_contains(method);
            if (written == nullptr || !written->is_object()) continue;
            Operation operation;
            operation.id = string_member(*written, "operationId");
            operation.method = upper(method);
            operation.path_template = path.key();
            operation.is_stream = bool_member(*written, "x-stream");
            operation.cors = bool_member(*written, "x-cors");
            operation.body_bytes_max = static_cast<std::size_t>(
                std::max<std::int64_t>(0, int_member(*written, "x-body-bytes-max")));
            const Ok added = add_operation(*this, contract, *item, written->get_object(),
                                           std::move(operation), compiler);
            if (!added) problems.push_back(added.error().message);
        }
    }
}

Router::Impl::~Impl() = default;

const Operation* Router::Impl::find_proxy(std::string_view path) const {
    constexpr std::string_view kBegin = "/projects/";
    constexpr std::string_view kMiddle = "/sdk/proxy/";
    if (!proxy || !path.starts_with(kBegin)) return nullptr;
    const std::size_t id_end = path.find('/', kBegin.size());
    if (id_end == std::string_view::npos) return nullptr;
    return path.substr(id_end).starts_with(kMiddle) ? &*proxy : nullptr;
}

RouteMatch Router::Impl::match(std::string_view method, std::string_view path) const {
    RouteMatch match;
    match.operation = find_proxy(path);
    if (match.operation != nullptr) return match;
    const RouteTree::Found found = routes->find(method, path);
    if (found.routes == nullptr) return match;
    match.path_known = true;
    const RouteTree::Route* route = find_method(*found.routes, method);
    if (route == nullptr) {
        match.allow = allowed_methods(*found.routes);
        return match;
    }
    for (std::size_t i = 0; i < route->parameter_names.size(); ++i) {
        const std::string_view raw = found.values[i];
        const bool is_rest = found.ends_in_rest && i + 1 == found.values.size();
        auto value = is_rest ? std::string(raw) : percent_decode(raw);
        if (!value) return {};  // a broken escape names nothing
        match.path_parameters.emplace_back(route->parameter_names[i], std::move(*value));
    }
    match.operation = route->operation;
    return match;
}

Ok Router::Impl::check(const Operation& operation, Request& request) {
    if (operation.contract == nullptr) return {};
    RETURN_IF_ERROR(operation.contract->check_parameters(request));
    if (operation.is_stream) return {};
    return operation.contract->check_body(request);
}

std::optional<Response> Router::Impl::answer_preflight(std::string_view method,
                                                       std::string_view path,
                                                       const Headers& request_headers) const {
    const std::string* wanted = request_headers.find("Access-Control-Request-Method");
    if (method != "OPTIONS" || wanted == nullptr || !request_headers.has("Origin") ||
        request_headers.has("Authorization") || !is_token(*wanted)) {
        return std::nullopt;
    }
    const Operation* operation = match(*wanted, path).operation;
    if (operation == nullptr || !operation->cors) return std::nullopt;
    Response response = no_content();
    response.headers.add("Access-Control-Allow-Origin", "*");
    response.headers.add("Access-Control-Allow-Methods", *wanted);
    response.headers.add("Access-Control-Max-Age", kPreflightMaxAge);
    response.headers.add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
    // Echoed, since "*" does not cover Authorization.
    const std::string* names = request_headers.find("Access-Control-Request-Headers");
    if (names != nullptr && is_header_name_list(*names)) {
        response.headers.add("Access-Control-Allow-Headers", *names);
    }
    return response;
}

void Router::Impl::add_cors(const Operation& operation, Headers& headers) {
    if (!operation.cors) return;
    headers.set("Access-Control-Allow-Origin", "*");
    headers.set("Access-Control-Expose-Headers", "*");
}

Router::Router(const Json& contract) : impl_(std::make_unique<Impl>(contract)) {}
Router::~Router() = default;

void Router::handle(std::string_view operation_id, Handler handler) {
    Operation* operation = find_operation(*impl_, operation_id);
    if (operation == nullptr) {
        impl_->problems.push_back(fmt::format("handler {} is not in the contract", operation_id));
    } else if (operation->is_stream) {
        impl_->problems.push_back(fmt::format("operation {} is a stream", operation_id));
    } else if (operation->handler) {
        impl_->problems.push_back(fmt::format("operation {} has two handlers", operation_id));
    } else {
        operation->handler = std::move(handler);
    }
}

void Router::stream(std::string_view operation_id, StreamHandler handler) {
    Operation* operation = find_operation(*impl_, operation_id);
    if (operation == nullptr) {
        impl_->problems.push_back(fmt::format("handler {} is not in the contract", operation_id));
    } else if (!operation->is_stream) {
        impl_->problems.push_back(
            fmt::format("operation {} is no stream (x-stream)", operation_id));
    } else if (operation->stream_handler) {
        impl_->problems.push_back(fmt::format("operation {} has two handlers", operation_id));
    } else {
        operation->stream_handler = std::move(handler);
    }
}

void Router::set_proxy_fast_path(StreamHandler handler) {
    Operation operation;
    operation.id = "proxy";
    operation.path_template = "/projects/{projectId}/sdk/proxy/{path}";
    operation.is_stream = true;
    operation.cors = true;
    operation.stream_handler = std::move(handler);
    impl_->proxy.emplace(std::move(operation));
}

std::vector<std::string> Router::problems() const {
    std::vector<std::string> problems = impl_->problems;
    for (const Operation& operation : impl_->operations) {
        if (operation.handler || operation.stream_handler) continue;
        problems.push_back(fmt::format("operation {} has no handler", operation.id));
    }
    return problems;
}

}  // namespace tenon::http
