#include "auth_methods/refresher.h"

namespace tenon {
namespace {

class CatalogRefresher final : public CredentialRefresher {
 public:
    CatalogRefresher(const AuthMethodCatalog& catalog, IntegrationOpener& opener)
        : catalog_(catalog), opener_(opener) {}

    bool can_refresh(const Integration& integration,
                     const LiveCredential& credential) const override {
        return method_of(integration).can_refresh(integration, credential.secrets);
    }

    Task<Result<tl::expected<RefreshedTokens, RefreshFailure>>> refresh(
        const Integration& integration, const LiveCredential& credential) override {
        // The caller's integration outlives this task; the opener wants one to share.
        const auto shared = std::make_shared<const Integration>(integration);
        ASSIGN_OR_CO_RETURN(const auto open,
                            co_await opener_.open(shared, credential.record.provider_data));
        co_return co_await method_of(integration).refresh(*open, credential.secrets);
    }

 private:
    const AuthMethod& method_of(const Integration& integration) const {
        return catalog_.get(integration.definition.authentication.method);
    }

    const AuthMethodCatalog& catalog_;
    IntegrationOpener& opener_;
};

}  // namespace

std::unique_ptr<CredentialRefresher> make_credential_refresher(const AuthMethodCatalog& catalog,
                                                               IntegrationOpener& opener) {
    return std::make_unique<CatalogRefresher>(catalog, opener);
}

}  // namespace tenon
