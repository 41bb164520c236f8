// The platform API of integrations, and their icons. Operations and schemas: api.yaml.
#pragma once

#include <string>

#include "accounts/authorizer.h"
#include "integrations/definition_documents.h"
#include "integrations/integration_service.h"
#include "platform/http/router.h"

namespace tenon {

class IntegrationRoutes {
 public:
    // All of it outlives the routes. `public_url` is the origin under which browsers reach Tenon.
    IntegrationRoutes(IntegrationService& service, Authorizer& authorizer,
                      const DefinitionReader& reader, std::string public_url);
    void register_on(http::Router& router);

 private:
    using Answer = Task<Result<http::Response>>;

    Answer list_integrations(const http::Request& request);
    Answer create_integration(const http::Request& request);
    Answer get_integration(const http::Request& request);
    Answer update_integration(const http::Request& request);
    Answer set_status(const http::Request& request);
    Answer delete_integration(const http::Request& request);
    Answer apply_integrations(const http::Request& request);
    Answer export_integration(const http::Request& request);
    Answer export_integrations(const http::Request& request);
    Answer get_icon(const http::Request& request);

    Result<DefinitionDocuments> read_documents(const http::Request& request) const;

    IntegrationService& service_;
    Authorizer& authorizer_;
    const DefinitionReader& reader_;
    std::string public_url_;
};

}  // namespace tenon
