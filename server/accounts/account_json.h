// The JSON forms of accounts/ and users/ in the platform API. Nothing secret has a form here.
#pragma once

#include "accounts/account.h"
#include "accounts/member_service.h"
#include "base/json.h"
#include "users/connected_user.h"

namespace tenon {

JsonObject to_json(const Account& account);
JsonObject to_json(const Session& session);
JsonObject to_json(const OwnProject& own);
JsonObject to_json(const Membership& member);
JsonObject to_json(const Invitation& invitation);
JsonObject to_json(const InvitationView& view);
JsonObject to_json(const ApiKey& key);
JsonObject to_json(const ConnectedUser& user);

// {items: […], nextCursor: null} of a list that is given whole.
template <class Item>
Json list_to_json(const std::vector<Item>& items) {
    JsonArray array;
    array.reserve(items.size());
    for (const Item& item : items) array.push_back(to_json(item));
    return JsonObject{{"items", std::move(array)}, {"nextCursor", nullptr}};
}

}  // namespace tenon
