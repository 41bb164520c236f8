// The stand-alone connect page in each of its states, from an opened link to HTML. Pure: texts in,
// HTML out. Everything that comes from outside is escaped.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "connect/connect_links.h"
#include "connect/page_renderer.h"

namespace tenon {

struct ConnectPageView {
    const OpenedLink* link = nullptr;
    std::vector<InputField> fields;  // everything the user is asked for
    bool leads_to_provider = false;  // the method has a page of the provider
    SubmittedFields submitted;       // what stood in the form; passwords are not shown again
    std::optional<Error> error;      // of the last try
    std::string path;                // of this page: "/connect/<token>"
    std::string public_origin;       // where the browser's cookie is good
};

// The whole page for a link that may still be used, or has just connected.
PageValues connect_page_values(const PageRenderer& pages, const ConnectPageView& view);
// How people call a connected account: a name or address from its facts; empty: not known.
std::string account_label(const Credential& credential);
// One field with its label, hint, value and what is wrong with it.
std::string field_html(const InputField& field, std::string_view value, std::string_view problem);
// The style sheet of an accent colour ("2f6fed"): the colour, and black or white on it, whichever
// reads better (WCAG 2.2 contrast).
std::string accent_style(std::string_view hex);

}  // namespace tenon
