// The permissions claim of a user token: a tree of scopes whose leaves are lists of permissions
// (paragon-contract §2.3).
//
// Every way from the root to a leaf whose scopes all fit the thing in question is a rule. The rule
// with the most specific scopes decides; a scope that names the thing but grants nothing below it
// therefore denies.
#include <algorithm>
#include <array>

#include "users/user_session.h"

namespace tenon {
namespace {

using Scope = TokenPermissions::Scope;

// A token is at most 16 KB, so width is bounded; depth is bounded here.
constexpr std::size_t kDepthMax = 8;

enum class Level { integration, credential, configuration };

// How a scope key relates to the thing in question.
enum class Fit {
    no_scope,  // the key is no scope but a permission such as "metadata:write"
    foreign,   // speaks of another thing
    wildcard,  // "credential:*"
    exact,     // names the thing
};

struct KeyFit {
    Fit fit = Fit::no_scope;
    Level level = Level::integration;
    bool said = false;  // the question names a thing on this level
};

KeyFit fit_key(std::string_view key, const Scope& scope) {
    struct Prefix {
        std::string_view text;
        Level level;
        std::string_view thing;
    };
    const std::array<Prefix, 3> prefixes = {
        {{"integration:", Level::integration, scope.integration},
         {"credential:", Level::credential, scope.credential_id},
         {"configuration:", Level::configuration, scope.configuration_id}}};
    for (const auto& [text, level, thing] : prefixes) {
        if (!key.starts_with(text)) continue;
        const std::string_view name = key.substr(text.size());
        const bool by_external_id =
            level == Level::configuration && !scope.configuration_external_id.empty();
        const bool said = !thing.empty() || by_external_id;
        if (name == "*") return {Fit::wildcard, level, said};
        const bool exact = (!thing.empty() && name == thing) ||
                           (by_external_id && name.starts_with("ext:") &&
                            name.substr(4) == scope.configuration_external_id);
        return {exact ? Fit::exact : Fit::foreign, level, said};
    }
    return {};
}

// Six bits, so that the narrowest scope of a rule weighs more than all wider ones together.
unsigned weight_of(const KeyFit& fit) {
    const unsigned wildcard = 1U << (2 * static_cast<unsigned>(fit.level));
    return fit.fit == Fit::exact ? wildcard << 1U : wildcard;
}

bool grants(const Json& leaf, std::string_view permission) {
    if (leaf.is_bool()) return leaf.get_bool();
    return leaf.is_array() && std::ranges::any_of(leaf.get_array(), [&](const Json& entry) {
               return entry.get_string() == permission;
           });
}

bool grants_anything(const Json& leaf) {
    return leaf.is_bool() ? leaf.get_bool() : leaf.is_array() && !leaf.get_array().empty();
}

// The decision of the most specific rule seen so far.
struct Decision {
    int weight = -1;
    bool allowed = false;

    void consider(unsigned candidate_weight, bool candidate_allowed) {
        if (static_cast<int>(candidate_weight) <= weight) return;
        weight = static_cast<int>(candidate_weight);
        allowed = candidate_allowed;
    }
};

class Question {
 public:
    Question(std::string_view permission, const Scope& scope)
        : permission_(permission), scope_(scope) {}

    bool ask(const Json& rules) {
        visit(rules, 0);
        return decision_.allowed;
    }

 private:
    void visit(const Json& node, unsigned weight) {
        if (!node.is_object()) {
            decision_.consider(weight, grants(node, permission_));
            return;
        }
        const JsonObject& members = node.get_object();
        if (visit_scopes(members, weight, [](const KeyFit& fit) {
                return fit.fit == Fit::exact || (fit.fit == Fit::wildcard && fit.said);
            })) {
            return;
        }
        if (const Json* const direct = members.if_contains(permission_)) {
            decision_.consider(weight, grants_anything(*direct));
            return;
        }
        // The question leaves a level open, as when a credential is made: "any" includes it.
        if (visit_scopes(members, weight,
                         [](const KeyFit& fit) { return fit.fit == Fit::wildcard && !fit.said; })) {
            return;
        }
        decision_.consider(weight, false);
    }

    template <class Predicate>
    bool visit_scopes(const JsonObject& members, unsigned weight, Predicate is_fitting) {
        bool any = false;
        for (const auto& member : members) {
            const KeyFit fit = fit_key(member.key(), scope_);
            if (!is_fitting(fit)) continue;
            any = true;
            visit(member.value(), weight | (fit.said ? weight_of(fit) : 0));
        }
        return any;
    }

    std::string_view permission_;
    const Scope& scope_;
    Decision decision_;
};

// Whether the thing may be shown: the rule that decides about it grants something, or a rule about
// something narrower inside of it does.
class Visibility {
 public:
    explicit Visibility(const Scope& scope) : scope_(scope) {}

    bool ask(const Json& rules) {
        visit(rules, 0, Reach::whole);
        return narrower_ || decision_.allowed;
    }

 private:
    enum class Reach { whole, part };

    void visit(const Json& node, unsigned weight, Reach reach) {
        if (!node.is_object()) {
            if (reach == Reach::part)
                narrower_ = narrower_ || grants_anything(node);
            else
                decision_.consider(weight, grants_anything(node));
            return;
        }
        bool direct = false;
        for (const auto& member : node.get_object()) {
            const KeyFit fit = fit_key(member.key(), scope_);
            if (fit.fit == Fit::no_scope) {
                // "metadata:write" beside the scopes is about the user, not about what they
                // connect.
                direct = direct || (weight != 0 && grants_anything(member.value()));
            } else if (!fit.said) {
                visit(member.value(), weight, Reach::part);
            } else if (fit.fit != Fit::foreign) {
                visit(member.value(), weight | weight_of(fit), reach);
            }
        }
        if (reach == Reach::part)
            narrower_ = narrower_ || direct;
        else
            decision_.consider(weight, direct);
    }

    const Scope& scope_;
    Decision decision_;
    bool narrower_ = false;
};

Ok check_rules(const Json& node, std::size_t depth) {
    const Error problem{ErrorKind::unauthenticated, "token.invalid",
                        "The user token is not valid: its permissions must be an object of scopes "
                        "with true, lists of permissions, or narrower scopes."};
    if (node.is_bool() && depth > 0) return {};
    if (node.is_array() && depth > 0) {
        const bool only_texts =
            std::ranges::all_of(node.get_array(), [](const Json& e) { return e.is_string(); });
        if (only_texts) return {};
        return problem;
    }
    if (!node.is_object() || depth >= kDepthMax) return problem;
    for (const auto& member : node.get_object()) {
        RETURN_IF_ERROR(check_rules(member.value(), depth + 1));
    }
    return {};
}

}  // namespace

TokenPermissions::TokenPermissions() = default;

Result<TokenPermissions> TokenPermissions::parse(const Json& claim) {
    Json rules = claim;
    if (claim.is_string()) {
        auto parsed = parse_json(claim.get_string(), {.depth_max = kDepthMax + 1});
        rules = parsed ? std::move(*parsed) : Json();
    }
    RETURN_IF_ERROR(check_rules(rules, 0));
    TokenPermissions permissions;
    permissions.rules_ = std::make_shared<const Json>(std::move(rules));
    return permissions;
}

bool TokenPermissions::allows(std::string_view permission, const Scope& scope) const {
    return is_unrestricted() || Question(permission, scope).ask(*rules_);
}

bool TokenPermissions::can_see(const Scope& scope) const {
    return is_unrestricted() || Visibility(scope).ask(*rules_);
}

}  // namespace tenon
