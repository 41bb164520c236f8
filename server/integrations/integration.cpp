#include "integrations/integration.h"

namespace tenon {

std::string_view name_of(IntegrationStatus status) {
    switch (status) {
        case IntegrationStatus::draft:
            return "draft";
        case IntegrationStatus::active:
            return "active";
        case IntegrationStatus::inactive:
            return "inactive";
    }
    return {};
}

std::string_view name_of(AuthMethodKind method) {
    switch (method) {
        case AuthMethodKind::oauth:
            return "oauth";
        case AuthMethodKind::basic:
            return "basic";
        case AuthMethodKind::oauth_client_credential:
            return "oauth_client_credential";
        case AuthMethodKind::ropc_app:
            return "ropc_app";
    }
    return {};
}

std::string_view name_of(InputType type) {
    switch (type) {
        case InputType::text:
            return "text";
        case InputType::password:
            return "password";
        case InputType::email:
            return "email";
        case InputType::url:
            return "url";
        case InputType::number:
            return "number";
        case InputType::textarea:
            return "textarea";
        case InputType::select:
            return "select";
        case InputType::toggle:
            return "switch";
    }
    return {};
}

std::string_view name_of(PortalTheme theme) {
    switch (theme) {
        case PortalTheme::system:
            return "system";
        case PortalTheme::light:
            return "light";
        case PortalTheme::dark:
            return "dark";
    }
    return {};
}

std::string_view name_of(ClientAuthentication style) {
    switch (style) {
        case ClientAuthentication::basic:
            return "basic";
        case ClientAuthentication::body:
            return "body";
        case ClientAuthentication::automatic:
            return "auto";
        case ClientAuthentication::private_key_jwt:
            return "private_key_jwt";
        case ClientAuthentication::tls_client_auth:
            return "tls_client_auth";
    }
    return {};
}

std::string_view name_of(TokenRequestBody body) {
    switch (body) {
        case TokenRequestBody::form:
            return "form";
        case TokenRequestBody::json:
            return "json";
        case TokenRequestBody::query:
            return "query";
    }
    return {};
}

std::string_view name_of(TokenRequestMethod method) {
    switch (method) {
        case TokenRequestMethod::post:
            return "POST";
        case TokenRequestMethod::get:
            return "GET";
    }
    return {};
}

std::string_view name_of(ExpiryUnit unit) {
    switch (unit) {
        case ExpiryUnit::seconds:
            return "seconds";
        case ExpiryUnit::milliseconds:
            return "milliseconds";
        case ExpiryUnit::minutes:
            return "minutes";
    }
    return {};
}

std::string_view name_of(RequestSigning signing) {
    switch (signing) {
        case RequestSigning::none:
            return "none";
        case RequestSigning::aws_sigv4:
            return "aws_sigv4";
        case RequestSigning::hmac:
            return "hmac";
        case RequestSigning::oauth1:
            return "oauth1";
        case RequestSigning::wsse:
            return "wsse";
    }
    return {};
}

std::string_view name_of(ApiAuthorizationType type) {
    switch (type) {
        case ApiAuthorizationType::none:
            return "none";
        case ApiAuthorizationType::bearer:
            return "bearer";
        case ApiAuthorizationType::basic:
            return "basic";
        case ApiAuthorizationType::query_params:
            return "query_params";
        case ApiAuthorizationType::auth_header:
            return "auth_header";
    }
    return {};
}

std::string_view name_of(UserProfileStrategy strategy) {
    switch (strategy) {
        case UserProfileStrategy::http:
            return "http";
        case UserProfileStrategy::jwt:
            return "jwt";
    }
    return {};
}

}  // namespace tenon
