// What a provider said about a failure, fit to be shown: one short line of plain text, without any
// secret that it may have echoed. Pure.
#pragma once

#include <string>
#include <string_view>

#include "credentials/credential.h"

namespace tenon {

// The message of a JSON error body (message, error_description, detail, title, error …); empty when
// the body is something else or says nothing.
std::string provider_words(std::string_view body, const CredentialSecrets& secrets,
                           std::size_t bytes_max);

}  // namespace tenon
