// Any text parses within its limits or is refused; what was read is written and read back as the
// same value.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "integrations/yaml_document.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto documents = tenon::parse_yaml({reinterpret_cast<const char*>(data), size});
    if (!documents) return 0;
    for (const tenon::YamlDocument& document : *documents) {
        if (!document.value.is_object()) continue;
        const auto again = tenon::parse_yaml(tenon::write_yaml(document.value));
        require(again && again->size() == 1);
        require(tenon::write_json(again->front().value) == tenon::write_json(document.value));
        require(document.line_of("a.b[3].c") >= 1);
    }
    return 0;
}
