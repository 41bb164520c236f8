// Any text parses or is refused, and no value leaves the place that a template gives it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/template.h"
#include "base/url.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

tenon::Template::Lookup always(std::string_view value) {
    return [value](const tenon::TemplateName&) { return tenon::Secret(std::string(value)); };
}

// With one value in every place of a URL, everything around it must stand as it was written.
void check_url(std::string_view value) {
    const auto parsed = tenon::Template::parse(
        "https://{{ inputs.x }}.example.com/p/{{ inputs.x }}?q={{ inputs.x }}");
    const auto rendered = parsed->render(always(value), tenon::TemplatePlace::url);
    if (!rendered) return;
    const auto url = tenon::Url::parse(rendered->reveal());
    require(url && url->host.ends_with(".example.com") && url->port == 443);
    require(url->path.starts_with("/p/") &&
            std::count(url->path.begin(), url->path.end(), '/') == 2);
    require(!tenon::has_dot_segments(url->path));
    require(url->query.starts_with("q=") && url->query.find('&') == std::string::npos);
}

void check_header(std::string_view value) {
    const auto parsed = tenon::Template::parse("Bearer {{ inputs.x }}");
    const auto rendered = parsed->render(always(value), tenon::TemplatePlace::header);
    if (rendered)
        require(rendered->reveal().find_first_of(std::string_view("\r\n\0", 3)) ==
                std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_url(text);
    check_header(text);
    const auto parsed = tenon::Template::parse(text);
    if (!parsed) return 0;
    for (const auto value : {"acme", "https://acme.example", "8443"}) {
        const auto rendered = parsed->render(always(value), tenon::TemplatePlace::url);
        if (!rendered) continue;
        const bool relative = rendered->reveal().find("://") == std::string_view::npos;
        require(relative || tenon::Url::parse(rendered->reveal()) ||
                rendered->reveal().front() == '/' ||
                rendered->reveal().find_first_of("/?") < rendered->reveal().find(':'));
    }
    return 0;
}
