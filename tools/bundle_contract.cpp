// bundle_contract --output FILE part.yaml…: reads the capabilities' parts of the HTTP contract
// (YAML), puts them together (platform/http/contract_document.h) and writes one OpenAPI 3.1
// document as JSON. Run by the build; a wrong part fails it with file, place and rule.
#include <charconv>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <yaml-cpp/yaml.h>

#include "platform/http/contract_document.h"

namespace {

using namespace tenon;

constexpr int kDepthMax = 64;

Error invalid(const std::string& file, const YAML::Mark& mark, std::string_view rule) {
    return {ErrorKind::invalid_input, "contract.invalid",
            fmt::format("{}:{}:{}: {}", file, mark.line + 1, mark.column + 1, rule)};
}

// A plain scalar by YAML's core schema; a quoted one is always a text.
Json scalar_of(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") return Json(text);
    if (text.empty() || text == "~" || text == "null") return nullptr;
    if (text == "true" || text == "false") return text == "true";
    const char* end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto read = std::from_chars(text.data(), end, whole);
        read.ec == std::errc{} && read.ptr == end) {
        return whole;
    }
    double number = 0;
    const bool may_be_number = text.find_first_not_of("0123456789+-.eE") == std::string::npos;
    if (const auto read = std::from_chars(text.data(), end, number);
        may_be_number && read.ec == std::errc{} && read.ptr == end) {
        return number;
    }
    return Json(text);
}

Result<Json> json_of(const std::string& file, const YAML::Node& node, int depth) {
    if (depth > kDepthMax) return invalid(file, node.Mark(), "is nested too deeply");
    if (node.IsScalar()) return scalar_of(node);
    if (node.IsSequence()) {
        JsonArray list;
        for (const YAML::Node& item : node) {
            ASSIGN_OR_RETURN(Json value, json_of(file, item, depth + 1));
            list.push_back(std::move(value));
        }
        return Json(std::move(list));
    }
    if (!node.IsMap()) return Json(nullptr);
    JsonObject object;
    for (const auto& entry : node) {
        if (!entry.first.IsScalar())
            return invalid(file, entry.first.Mark(), "a key must be a text");
        const std::string& key = entry.first.Scalar();
        ASSIGN_OR_RETURN(Json value, json_of(file, entry.second, depth + 1));
        if (!object.emplace(key, std::move(value)).second) {
            return invalid(file, entry.first.Mark(), fmt::format("{} stands here twice", key));
        }
    }
    return Json(std::move(object));
}

Result<http::ContractPart> read_part(const std::string& file) {
    try {
        ASSIGN_OR_RETURN(Json document, json_of(file, YAML::LoadFile(file), 0));
        return http::ContractPart{file, std::move(document)};
    } catch (const YAML::ParserException& wrong) {
        return invalid(file, wrong.mark, wrong.msg);
    } catch (const YAML::Exception&) {
        return Error{ErrorKind::invalid_input, "contract.invalid", file + ": cannot be read"};
    }
}

Ok run(const std::string& output, const std::vector<std::string>& files) {
    std::vector<http::ContractPart> parts;
    for (const std::string& file : files) {
        ASSIGN_OR_RETURN(http::ContractPart part, read_part(file));
        parts.push_back(std::move(part));
    }
    ASSIGN_OR_RETURN(const Json bundle, http::bundle_contract(parts, TENON_VERSION));
    std::ofstream out(output, std::ios::binary);
    out << write_json_pretty(bundle) << '\n';
    out.close();
    if (!out) return Error{ErrorKind::internal, "contract.write", output + ": cannot be written"};
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() < 2 || arguments[0] != "--output") {
        std::fputs("Usage: bundle_contract --output FILE part.yaml…\n", stderr);
        return 2;
    }
    const Ok done = run(arguments[1], {arguments.begin() + 2, arguments.end()});
    if (done) return 0;
    fmt::print(stderr, "{}\n", done.error().message);
    return 1;
}
