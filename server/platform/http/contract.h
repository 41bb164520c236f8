// The rules of one operation of the OpenAPI document, compiled: its parameters and its body. The
// router checks every request with them before a handler runs. Inside of the module.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "platform/http/json_schema.h"
#include "platform/http/message.h"
#include "platform/http/schema_node.h"

namespace tenon::http {

// Of one query string; a longer one is refused before anything is decoded.
constexpr std::size_t kQueryPartsMax = 256;

class OperationContract {
 public:
    // `item` is the path item, `operation` one of its members. The compiler belongs to the
    // document. Errors: invalid_input "contract.invalid" or "schema.invalid", naming the place.
    static Result<std::shared_ptr<const OperationContract>> compile(const Json& document,
                                                                    const JsonObject& item,
                                                                    const JsonObject& operation,
                                                                    const std::string& place,
                                                                    SchemaCompiler& compiler);

    // Errors: invalid_input "validation_failed" with every wrong field.
    Ok check_parameters(const Request& request) const;
    // Parses a JSON body into request.json and checks it. Errors: as above, "json.…" when it does
    // not parse, "content_type" when the operation does not take the body's media type.
    Ok check_body(Request& request) const;

 private:
    enum class Location { path, query, header, cookie };
    struct Parameter {
        std::string name;
        Location location = Location::query;
        bool is_required = false;
        std::uint8_t types = 0;       // json_type bits of the schema
        std::uint8_t item_types = 0;  // of a list's items
        JsonSchema schema;
    };
    struct MediaType {
        std::string name;                          // lower case, without parameters
        std::shared_ptr<const JsonSchema> schema;  // null: taken as bytes
    };

    using QueryParts = std::vector<std::pair<std::string, std::string>>;

    static std::optional<Location> location_named(std::string_view name);
    // What the request gives for the parameter: nothing, one text, or several of a repeated query
    // part.
    static std::vector<std::string> texts_of(const Parameter& parameter, const Request& request,
                                             const QueryParts& query);
    static std::vector<std::string> broken_rules(const Parameter& parameter,
                                                 const std::vector<std::string>& texts);
    Ok read_parameter(const Json& document, const Json& written, const std::string& place,
                      SchemaCompiler& compiler);
    Ok read_body(const Json& document, const Json& written, const std::string& place,
                 SchemaCompiler& compiler);
    const MediaType* find_media_type(std::string_view content_type) const;

    std::vector<Parameter> parameters_;
    std::vector<MediaType> media_types_;
    bool takes_body_ = false;
    bool body_is_required_ = false;
};

}  // namespace tenon::http
