// The only file that knows the TOML library.
#include <algorithm>
#include <fmt/format.h>
#include <toml++/toml.h>

#include "app/config.h"

namespace tenon {
namespace {

Error file_error(const std::filesystem::path& path, std::string_view what) {
    return {ErrorKind::invalid_input, "config.file_invalid",
            fmt::format("{}: {}", path.string(), what)};
}

// `request_head_timeout` and `request-head-timeout` both name the setting.
const Setting* find_setting(std::string key) {
    std::replace(key.begin(), key.end(), '_', '-');
    const auto found = std::find_if(settings().begin(), settings().end(),
                                    [&](const Setting& setting) { return setting.name == key; });
    return found == settings().end() ? nullptr : &*found;
}

std::optional<std::string> scalar_of(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return *text;
    if (const auto number = node.value_exact<std::int64_t>()) return fmt::to_string(*number);
    return std::nullopt;
}

Result<std::vector<std::string>> values_of(const Setting& setting, const toml::node& node) {
    if (const toml::array* list = node.as_array(); list != nullptr && setting.repeatable) {
        std::vector<std::string> values;
        for (const toml::node& item : *list) {
            const auto text = scalar_of(item);
            if (!text) return Error{ErrorKind::invalid_input, "", "must be a list of texts"};
            values.push_back(*text);
        }
        return values;
    }
    const auto text = scalar_of(node);
    if (!text) return Error{ErrorKind::invalid_input, "", "must be a text or a whole number"};
    return std::vector<std::string>{*text};
}

}  // namespace

Result<SettingValues> read_config_file(const std::filesystem::path& path) {
    try {
        const toml::table table = toml::parse_file(path.string());
        SettingValues values;
        for (const auto& [key, node] : table) {
            const Setting* setting = find_setting(std::string(key.str()));
            if (setting == nullptr) {
                return file_error(
                    path,
                    fmt::format("line {}: \"{}\" is not a setting; `tenon serve --help` lists them",
                                node.source().begin.line, key.str()));
            }
            auto read = values_of(*setting, node);
            if (!read) {
                return file_error(path, fmt::format("line {}: {} {}", node.source().begin.line,
                                                    key.str(), read.error().message));
            }
            values[std::string(setting->name)] = std::move(*read);
        }
        return values;
    } catch (const toml::parse_error& e) {
        return file_error(path, fmt::format("line {}: {}", e.source().begin.line, e.description()));
    }
}

}  // namespace tenon
