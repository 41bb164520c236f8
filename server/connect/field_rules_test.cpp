#include "connect/field_rules.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

const FieldLimits kLimits{.value_bytes_max = 100, .fields_max = 5};

// What is left of one submitted value, or the broken rule.
std::string checked(const InputField& field, std::string value) {
    SubmittedFields submitted;
    submitted[field.id] = Secret(std::move(value));
    const auto values = check_fields({field}, submitted, kLimits);
    if (!values) {
        EXPECT_EQ(values.error().code, "validation_failed");
        EXPECT_EQ(values.error().problems.at(0).field, field.id);
        return "! " + values.error().problems.at(0).rule;
    }
    const auto found = values->find(field.id);
    return found == values->end() ? "(none)" : std::string(found->second.reveal());
}

TEST(FieldRules, TidiesWhatWasPasted) {
    const InputField subdomain{
        .id = "subdomain", .suffix_label = ".zendesk.com", .pattern = "[a-z0-9-]+"};
    EXPECT_EQ(checked(subdomain, " acme \n"), "acme");
    EXPECT_EQ(checked(subdomain, "acme.zendesk.com"), "acme");
    EXPECT_EQ(checked(subdomain, "https://acme.zendesk.com/"), "acme");
    EXPECT_EQ(checked(subdomain, "evil.com/"), "! must match [a-z0-9-]+");
    const InputField password{.id = "password", .type = InputType::password};
    EXPECT_EQ(checked(password, " with spaces \r\n"), " with spaces ");
}

TEST(FieldRules, RefusesByTypeAndNamesTheRule) {
    const InputField text{.id = "f"};
    EXPECT_EQ(checked(text, ""), "! is required");
    EXPECT_EQ(checked(text, "   "), "! is required");
    EXPECT_EQ(checked(text, "a\r\nb"), "! must not hold control characters");
    EXPECT_EQ(checked(text, std::string("a\0b", 3)), "! must not hold control characters");
    EXPECT_EQ(checked(text, "\xff\xfe"), "! must be UTF-8 text");
    EXPECT_EQ(checked(text, std::string(101, 'x')), "! must have at most 100 bytes");
    EXPECT_EQ(checked({.id = "f", .type = InputType::email}, "nobody"),
              "! must be an e-mail address");
    EXPECT_EQ(checked({.id = "f", .type = InputType::email}, "a@b.c"), "a@b.c");
    EXPECT_EQ(checked({.id = "f", .type = InputType::url}, "javascript:alert(1)"),
              "! must be a complete http or https address");
    EXPECT_EQ(checked({.id = "f", .type = InputType::number}, "12x"), "! must be a number");
    EXPECT_EQ(checked({.id = "f", .type = InputType::number}, "-1.5"), "-1.5");
    EXPECT_EQ(checked({.id = "f", .type = InputType::textarea}, "a\nb"), "a\nb");
    const InputField select{
        .id = "f", .type = InputType::select, .options = {{"Europe", "eu"}, {"America", "us"}}};
    EXPECT_EQ(checked(select, "eu"), "eu");
    EXPECT_EQ(checked(select, "Europe"), "! must be one of the choices");
}

TEST(FieldRules, TakesDefaultsAndLeavesOutWhatNoFieldAsksFor) {
    const std::vector<InputField> fields = {{.id = "region", .default_value = "eu"},
                                            {.id = "note", .required = false}};
    SubmittedFields submitted;
    submitted["skipPostOAuthInputs"] = Secret("false");
    const auto values = check_fields(fields, submitted, kLimits);
    ASSERT_TRUE(values);
    EXPECT_EQ(values->size(), 1u);
    EXPECT_EQ(values->at("region").reveal(), "eu");
}

TEST(FieldRules, NamesEveryWrongFieldAtOnceAndBoundsTheirNumber) {
    const auto values = check_fields({{.id = "a"}, {.id = "b"}, {.id = "c"}}, {}, kLimits);
    ASSERT_FALSE(values);
    EXPECT_EQ(values.error().problems.size(), 3u);
    SubmittedFields many;
    for (int i = 0; i < 6; ++i) many["f" + std::to_string(i)] = Secret("x");
    EXPECT_FALSE(check_fields({}, many, kLimits));
}

TEST(FieldRules, SendsOwnFieldsToTheirMembers) {
    SubmittedFields values;
    for (const char* id : {"username", "password", "apiKey", "clientId", "clientSecret", "org"}) {
        values[id] = Secret(std::string("of-") + id);
    }
    const std::vector<InputField> own = {{.id = "username"},
                                         {.id = "password"},
                                         {.id = "apiKey"},
                                         {.id = "clientId"},
                                         {.id = "clientSecret"}};
    const CredentialSecrets secrets = secrets_from_fields(std::move(values), own);
    EXPECT_EQ(secrets.username.reveal(), "of-username");
    EXPECT_EQ(secrets.password.reveal(), "of-password");
    EXPECT_EQ(secrets.api_key.reveal(), "of-apiKey");
    EXPECT_EQ(secrets.client_id.reveal(), "of-clientId");
    EXPECT_EQ(secrets.client_secret.reveal(), "of-clientSecret");
    ASSERT_EQ(secrets.inputs.size(), 1u);
    EXPECT_EQ(secrets.inputs.at("org").reveal(), "of-org");
}

TEST(FieldRules, ReadsScalarsOfAPayload) {
    const auto json = parse_json(R"({"a":"x","n":7,"b":true,"o":{"x":1},"l":[1],"z":null})");
    const SubmittedFields fields = submitted_fields(*json);
    EXPECT_EQ(fields.size(), 3u);
    EXPECT_EQ(fields.at("n").reveal(), "7");
    EXPECT_EQ(fields.at("b").reveal(), "true");
}

}  // namespace
}  // namespace tenon
