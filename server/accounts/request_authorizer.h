// Makes the Authorizer: a project API key in `Authorization: Bearer tnk_…`, else a session.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "accounts/api_key_service.h"
#include "accounts/authorizer.h"
#include "accounts/browser_session.h"
#include "accounts/member_store.h"

namespace tenon {

// The key of "Authorization: Bearer <key>"; nothing without the header, empty for another scheme.
std::optional<std::string_view> bearer_key(const http::Request& request);

// What it uses outlives it.
std::unique_ptr<Authorizer> make_authorizer(Database& database, BrowserSession& browser,
                                            ApiKeyService& api_keys);

}  // namespace tenon
