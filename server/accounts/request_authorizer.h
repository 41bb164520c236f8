// Makes the Authorizer: a project API key in `Authorization: Bearer tnk_…`, else a browser session.
#pragma once

#include <memory>

#include "accounts/api_key_service.h"
#include "accounts/authorizer.h"
#include "accounts/browser_session.h"
#include "accounts/member_store.h"

namespace tenon {

// What it uses outlives it.
std::unique_ptr<Authorizer> make_authorizer(Database& database, BrowserSession& browser,
                                            ApiKeyService& api_keys);

}  // namespace tenon
