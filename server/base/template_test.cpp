#include "base/template.h"

#include <gtest/gtest.h>
#include <map>

namespace tenon {
namespace {

using Values = std::map<std::string, std::string>;

Template::Lookup lookup_in(Values values) {
    return [values = std::move(values)](const TemplateName& name) -> std::optional<Secret> {
        const auto found = values.find(name.group + "." + name.name);
        if (found == values.end()) return std::nullopt;
        return Secret(found->second);
    };
}

// The rendered text, or "code: message" of the error.
std::string render(std::string_view text, const Values& values, TemplatePlace place) {
    const auto parsed = Template::parse(text);
    if (!parsed) return parsed.error().code + ": " + parsed.error().message;
    const auto rendered = parsed->render(lookup_in(values), place);
    if (!rendered) return rendered.error().code + ": " + rendered.error().message;
    return std::string(rendered->reveal());
}
std::string render_url(std::string_view text, const Values& values) {
    return render(text, values, TemplatePlace::url);
}
bool is_refused(const std::string& rendered) {
    return rendered.starts_with("template.value_refused: ");
}

TEST(Template, keeps_text_without_variables) {
    const auto parsed = Template::parse("grant }} { \"a\": { \"b\": 1 }}");
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->is_constant());
    EXPECT_EQ(render("grant }}", {}, TemplatePlace::raw), "grant }}");
    EXPECT_EQ(render("", {}, TemplatePlace::raw), "");
}

TEST(Template, names_each_variable_once_with_aliases_resolved) {
    const auto parsed = Template::parse(
        "{{inputs.a}}{{ settings.a }}{{ settings.oauthAccessToken }}{{ callback.accounts-server "
        "}}");
    ASSERT_TRUE(parsed);
    const std::vector<TemplateName> expected = {
        {"inputs", "a"}, {"credential", "access_token"}, {"callback", "accounts-server"}};
    EXPECT_EQ(parsed->names(), expected);
}

TEST(Template, refuses_bad_syntax_and_says_where) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"a{{", "At byte 3"},
        {"{{ inputs }}", "group.name"},
        {"{{ inputs. }}", "expected a name"},
        {"{{ inputs.x }", "expected }}"},
        {"{{ inputs.x | upper }}", "expected }}"},
        {"{{ inputs.a.b }}", "expected }}"},
        {"{{ env.HOME }}", "variables begin with"},
        {"{{ credential.secret }}", "a credential has"},
        {"{{ secrets.lower }}", "names of secrets"},
        {"{{ inputs.x ?? eu }}", "double quotes"},
        {"{{ inputs.x ?? \"eu }}", "no closing quote"},
        {"{{ inputs.x ?? \"eu\\", "no closing quote"},
        {"{{ {{ inputs.x }} }}", "expected a name"},
        {"{{ 1inputs.x }}", "expected a name"},
        {"${{{{inputs.x}}", "expected a name"},
    };
    for (const auto& [text, message] : cases) {
        const auto parsed = Template::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, "template.syntax");
        EXPECT_NE(parsed.error().message.find(message), std::string::npos)
            << text << ": " << parsed.error().message;
    }
}

TEST(Template, is_bounded) {
    EXPECT_FALSE(Template::parse(std::string(Template::kBytesMax + 1, 'x')));
    EXPECT_FALSE(Template::parse("{{ inputs." + std::string(65, 'x') + " }}"));
    std::string many;
    for (std::size_t i = 0; i <= Template::kVariablesMax; ++i) many += "{{ inputs.x }}";
    EXPECT_FALSE(Template::parse(many));
}

TEST(Template, uses_the_default_for_absent_and_empty_values) {
    const std::string_view text = R"({{ inputs.region ?? "e\"u\\" }})";
    EXPECT_EQ(render(text, {}, TemplatePlace::raw), "e\"u\\");
    EXPECT_EQ(render(text, {{"inputs.region", ""}}, TemplatePlace::raw), "e\"u\\");
    EXPECT_EQ(render(text, {{"inputs.region", "us"}}, TemplatePlace::raw), "us");
    EXPECT_EQ(render("[{{ inputs.x ?? \"\" }}]", {}, TemplatePlace::raw), "[]");
}

TEST(Template, knows_what_may_be_absent) {
    const auto parsed =
        Template::parse("{{ inputs.a ?? \"x\" }}{{ inputs.b }}{{ inputs.b ?? \"y\" }}");
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->has_default({"inputs", "a"}));
    EXPECT_FALSE(parsed->has_default({"inputs", "b"}));
}

TEST(Template, names_what_is_missing) {
    EXPECT_EQ(render("{{ token.instance_url }}", {}, TemplatePlace::raw),
              "template.value_missing: There is no value for {{ token.instance_url }}.");
}

TEST(Template, never_expands_a_value_again) {
    EXPECT_EQ(render("a={{ inputs.x }}", {{"inputs.x", "{{ secrets.KEY }}"}, {"secrets.KEY", "s3"}},
                     TemplatePlace::raw),
              "a={{ secrets.KEY }}");
}

TEST(Template, refuses_controls_in_headers) {
    for (const char c : {'\r', '\n', '\0', '\t', '\x1f', '\x7f'}) {
        const std::string value = std::string("a") + c + "b";
        EXPECT_TRUE(is_refused(
            render("Bearer {{ inputs.x }}", {{"inputs.x", value}}, TemplatePlace::header)));
        EXPECT_TRUE(is_refused(render(value, {}, TemplatePlace::header)));
        EXPECT_EQ(render("{{ inputs.x }}", {{"inputs.x", value}}, TemplatePlace::json), value);
    }
    EXPECT_EQ(
        render("Bearer {{ inputs.x }}", {{"inputs.x", "k: {\xc3\xa9}"}}, TemplatePlace::header),
        "Bearer k: {\xc3\xa9}");
}

TEST(Template, errors_never_hold_the_value) {
    for (const std::string_view text :
         {"https://{{ inputs.x }}.example.com", "{{ inputs.x }}/a", "https://a:{{ inputs.x }}/",
          "https://a.com/{{ inputs.x }}"}) {
        const std::string rendered = render_url(text, {{"inputs.x", "../hunter2"}});
        EXPECT_TRUE(is_refused(rendered)) << rendered;
        EXPECT_NE(rendered.find("inputs.x"), std::string::npos) << rendered;
        EXPECT_EQ(rendered.find("hunter2"), std::string::npos) << rendered;
    }
}

TEST(TemplateUrl, fills_every_place) {
    EXPECT_EQ(render_url("https://{{ inputs.h }}.example.com:{{ inputs.p }}/v1/{{ inputs.s }}?q={{ "
                         "inputs.q }}&x=1",
                         {{"inputs.h", "acme-1"},
                          {"inputs.p", "8443"},
                          {"inputs.s", "a/b c"},
                          {"inputs.q", "ä&=#?"}}),
              "https://acme-1.example.com:8443/v1/a%2Fb%20c?q=%C3%A4%26%3D%23%3F&x=1");
    EXPECT_EQ(render_url("HTTPS://api.{{ inputs.r }}.example.com", {{"inputs.r", "eu.west"}}),
              "HTTPS://api.eu.west.example.com");
    EXPECT_EQ(render_url("https://api-{{ inputs.r ?? \"eu\" }}.example.com/", {}),
              "https://api-eu.example.com/");
}

TEST(TemplateUrl, takes_paths_below_a_base_url) {
    EXPECT_EQ(render_url("/users/{{ inputs.x }}", {{"inputs.x", "a?b"}}), "/users/a%3Fb");
    EXPECT_EQ(render_url("users/{{ inputs.x }}?a={{ inputs.x }}", {{"inputs.x", "http://e"}}),
              "users/http%3A%2F%2Fe?a=http%3A%2F%2Fe");
    EXPECT_EQ(render_url("/oauth/callback?to=http://x", {}), "/oauth/callback?to=http://x");
}

TEST(TemplateUrl, takes_a_whole_url_at_the_start_only) {
    const Values values = {{"token.u", "https://na1.example.com/base/"}, {"inputs.s", "x"}};
    EXPECT_EQ(render_url("{{ token.u }}", values), "https://na1.example.com/base/");
    EXPECT_EQ(render_url("{{ token.u }}/services/{{ inputs.s }}", values),
              "https://na1.example.com/base/services/x");
    EXPECT_EQ(render_url("{{ token.u }}?a={{ inputs.s }}", values),
              "https://na1.example.com/base/?a=x");
    EXPECT_EQ(render_url("https://example.com/{{ token.u }}", values),
              "https://example.com/https%3A%2F%2Fna1.example.com%2Fbase%2F");
    for (const std::string_view text :
         {"{{ token.u }}.example.com/", "{{ token.u }}:80/", "{{ token.u }}@good.example/",
          "{{ token.u }}{{ inputs.s }}", "{{ token.u }}#x", "https://{{ token.u }}/"}) {
        EXPECT_TRUE(is_refused(render_url(text, values))) << text;
    }
}

TEST(TemplateUrl, refuses_whole_urls_of_another_kind) {
    for (const std::string_view value :
         {"javascript:alert(1)", "file:///etc/passwd", "ftp://a.example/", "//a.example/",
          "a.example", "https://user@a.example/", "https://a.example/?q", "https://a.example/#f",
          "https://a.example\\@b.example/", "https://a.example/../x", "https://", "",
          " https://a.example/", "https://a.example/%2e%2e/"}) {
        EXPECT_TRUE(is_refused(render_url("{{ inputs.u }}/x", {{"inputs.u", std::string(value)}})))
            << value;
    }
}

TEST(TemplateUrl, keeps_a_value_inside_the_host) {
    for (const std::string_view value : {"evil.example/",
                                         "evil.example#",
                                         "evil.example?",
                                         "user@evil",
                                         "evil:80",
                                         "evil.example\\",
                                         "a..b",
                                         ".a",
                                         "a.",
                                         "-a",
                                         "a-",
                                         "",
                                         "[::1]",
                                         "%2e",
                                         "a b",
                                         "a\tb",
                                         "\xe2\x80\xa4",
                                         "ev\xc3\xadl",
                                         "a_b",
                                         "*",
                                         "evil.example%00"}) {
        const std::string rendered =
            render_url("https://{{ inputs.h }}.example.com/x", {{"inputs.h", std::string(value)}});
        EXPECT_TRUE(is_refused(rendered)) << value << " gave " << rendered;
    }
    EXPECT_TRUE(is_refused(
        render_url("https://{{ inputs.h }}.example.com/", {{"inputs.h", std::string(64, 'a')}})));
}

TEST(TemplateUrl, lets_no_value_make_an_ip_address_unless_it_is_the_host) {
    EXPECT_TRUE(is_refused(render_url("https://10.{{ inputs.h }}/", {{"inputs.h", "0.0.1"}})));
    EXPECT_TRUE(
        is_refused(render_url("https://{{ inputs.h }}{{ inputs.h }}/", {{"inputs.h", "127"}})));
    EXPECT_TRUE(is_refused(render_url("https://{{ inputs.h }}{{ inputs.g }}/",
                                      {{"inputs.h", "0x7f"}, {"inputs.g", "000001"}})));
    EXPECT_TRUE(is_refused(render_url("https://[{{ inputs.h }}]/", {{"inputs.h", "1"}})));
    EXPECT_TRUE(is_refused(render_url("https://{{ inputs.h }}/", {{"inputs.h", "1.2.3.4.5"}})));
    // Whether it may be called at all is the egress policy's question.
    EXPECT_EQ(render_url("https://{{ inputs.h }}:8443/", {{"inputs.h", "192.0.2.1"}}),
              "https://192.0.2.1:8443/");
    EXPECT_EQ(render_url("https://{{ inputs.h }}/", {{"inputs.h", "db-1.example"}}),
              "https://db-1.example/");
}

TEST(TemplateUrl, keeps_ports_ports) {
    for (const std::string_view value :
         {"0", "65536", "080000", "80@evil.example", "80/", "", "http", "-1"}) {
        EXPECT_TRUE(is_refused(
            render_url("https://a.example:{{ inputs.p }}/", {{"inputs.p", std::string(value)}})))
            << value;
    }
}

TEST(TemplateUrl, keeps_a_value_inside_its_segment) {
    for (const std::string_view value : {"..", ".", "../admin", "a/../..", "a\\..", "%2e%2e/x"}) {
        const std::string rendered =
            render_url("https://a.example/v1/{{ inputs.s }}/x", {{"inputs.s", std::string(value)}});
        // An escape is escaped once more, and then it is an ordinary name.
        if (value.starts_with("%")) {
            EXPECT_EQ(rendered, "https://a.example/v1/%252e%252e%2Fx/x");
        } else {
            EXPECT_TRUE(is_refused(rendered)) << value << " gave " << rendered;
        }
    }
    EXPECT_TRUE(is_refused(render_url("/a/.{{ inputs.s }}", {{"inputs.s", "."}})));
    EXPECT_TRUE(is_refused(render_url("/{{ inputs.s ?? \"\" }}/evil.example", {})));
    EXPECT_EQ(render_url("/a/{{ inputs.s }}", {{"inputs.s", "v1.2..3"}}), "/a/v1.2..3");
}

TEST(TemplateUrl, refuses_templates_that_build_a_scheme) {
    EXPECT_TRUE(is_refused(render_url("http{{ inputs.s }}://a.example/", {{"inputs.s", "s"}})));
    EXPECT_TRUE(is_refused(render_url("{{ inputs.s }}://a.example/", {{"inputs.s", "https"}})));
    EXPECT_TRUE(is_refused(render_url("javascript:{{ inputs.s }}", {{"inputs.s", "alert"}})));
    EXPECT_TRUE(is_refused(render_url("//{{ inputs.s }}/", {{"inputs.s", "a.example"}})));
    EXPECT_TRUE(
        is_refused(render_url("https://user:{{ inputs.s }}@a.example/", {{"inputs.s", "1"}})));
    EXPECT_TRUE(is_refused(render_url("https://a.example/#{{ inputs.s }}", {{"inputs.s", "1"}})));
    EXPECT_TRUE(is_refused(render_url("?{{ inputs.s }}", {{"inputs.s", "1"}})));
}

}  // namespace
}  // namespace tenon
