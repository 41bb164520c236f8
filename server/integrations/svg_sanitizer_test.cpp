#include "integrations/svg_sanitizer.h"

#include <gtest/gtest.h>
#include <vector>

namespace tenon {
namespace {

constexpr std::string_view kOpen = R"(<svg xmlns="http://www.w3.org/2000/svg">)";

std::string svg(std::string_view inside) {
    return std::string(kOpen) + std::string(inside) + "</svg>";
}

// The clean form, or the reason for refusing it.
std::string sanitize(std::string_view text, const SvgLimits& limits = {}) {
    const auto clean = sanitize_svg(text, limits);
    return clean ? *clean : "refused: " + clean.error().message;
}

struct Hostile {
    std::string text;
    std::string_view reason;  // part of it
};

void expect_refused(const std::vector<Hostile>& icons) {
    for (const auto& [text, reason] : icons) {
        const auto clean = sanitize_svg(text);
        if (clean) {
            ADD_FAILURE() << text << "\npassed as " << *clean;
            continue;
        }
        EXPECT_EQ(clean.error().code, "icon.refused");
        EXPECT_NE(clean.error().message.find(reason), std::string::npos) << text << "\n"
                                                                         << clean.error().message;
        EXPECT_NE(clean.error().message.find("(line "), std::string::npos);
    }
}

TEST(SvgSanitizer, refuses_scripts) {
    expect_refused({
        {svg("<script>alert(1)</script>"), "element script"},
        {svg("<script href='data:text/javascript,alert(1)'/>"), "element script"},
        {svg("<SCRIPT>alert(1)</SCRIPT>"), "element SCRIPT"},
        {svg("<g><g><script/></g></g>"), "element script"},
        {svg("<svg:script xmlns:svg='http://www.w3.org/2000/svg'/>"), "element svg:script"},
        {svg("<x:script xmlns:x='http://www.w3.org/1999/xhtml'/>"), "element x:script"},
        {svg("<handler type='text/ecmascript'>alert(1)</handler>"), "element handler"},
        {svg("<listener event='load' handler='#x'/>"), "element listener"},
        {"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "event handler onload"},
        {"<svg xmlns='http://www.w3.org/2000/svg' ONLOAD='alert(1)'/>", "event handler ONLOAD"},
        {svg("<path onclick='alert(1)'/>"), "event handler onclick"},
        {svg("<rect onmouseover='alert(1)' width='9'/>"), "event handler onmouseover"},
        {svg("<g onbegin='alert(1)'/>"), "event handler onbegin"},
        {svg("<g onfocusin='alert(1)' tabindex='1'/>"), "event handler onfocusin"},
        {svg("<path xlink:onload='alert(1)'/>"), "attribute xlink:onload"},
    });
}

TEST(SvgSanitizer, refuses_links_and_embedded_documents) {
    expect_refused({
        {svg("<a href='javascript:alert(1)'><path d='M0 0'/></a>"), "element a"},
        {svg("<a xlink:href='javascript:alert(1)'/>"), "element a"},
        {svg("<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>"),
         "element foreignObject"},
        {svg("<FOREIGNOBJECT/>"), "element FOREIGNOBJECT"},
        {svg("<iframe src='https://evil.example'/>"), "element iframe"},
        {svg("<embed src='x'/>"), "element embed"},
        {svg("<object data='x'/>"), "element object"},
        {svg("<video src='https://evil.example/x'/>"), "element video"},
        {svg("<audio src='https://evil.example/x'/>"), "element audio"},
        {svg("<image href='https://evil.example/x.png'/>"), "element image"},
        {svg("<image href='data:image/svg+xml;base64,PHN2Zy8+'/>"), "element image"},
        {svg("<img src='x'/>"), "element img"},
        {svg("<link rel='stylesheet' href='https://evil.example'/>"), "element link"},
        {svg("<meta http-equiv='refresh' content='0;url=https://evil.example'/>"), "element meta"},
        {svg("<base href='https://evil.example/'/>"), "element base"},
        {svg("<form action='https://evil.example'/>"), "element form"},
        {svg("<input autofocus=''/>"), "element input"},
        {svg("<body/>"), "element body"},
        {svg("<use href='https://evil.example/x.svg#a'/>"), "own elements"},
        {svg("<use xlink:href='//evil.example/x.svg#a'/>"), "own elements"},
        {svg("<use href='data:image/svg+xml,&lt;svg/>#a'/>"), "own elements"},
        {svg("<use href='#a b'/>"), "own elements"},
        {svg("<use href=''/>"), "own elements"},
        {svg("<use href='&#35;a' xlink:href='https://evil.example'/>"), "two references"},
        {svg("<use href='#a' xlink:href='#b'/>"), "two references"},
        {svg("<path href='#a'/>"), "reference on the element path"},
        {svg("<linearGradient xlink:href='https://evil.example/#a'/>"), "own elements"},
        {svg("<view id='a'/>"), "element view"},
        {svg("<switch><g/></switch>"), "element switch"},
        {svg("<path xml:base='https://evil.example/'/>"), "attribute xml:base"},
        {svg("<path src='https://evil.example/'/>"), "attribute src"},
        {svg("<path formaction='javascript:alert(1)'/>"), "attribute formaction"},
    });
}

TEST(SvgSanitizer, refuses_animations_and_filters) {
    expect_refused({
        {svg("<use href='#a'><set attributeName='href' to='javascript:alert(1)'/></use>"),
         "element set"},
        {svg("<animate attributeName='href' values='javascript:alert(1)'/>"), "element animate"},
        {svg("<animateTransform attributeName='transform'/>"), "element animateTransform"},
        {svg("<animateMotion><mpath href='#a'/></animateMotion>"), "element animateMotion"},
        {svg("<discard begin='1s'/>"), "element discard"},
        {svg("<filter id='f'><feImage href='https://evil.example/x'/></filter>"), "element filter"},
        {svg("<feImage href='https://evil.example/x'/>"), "element feImage"},
        {svg("<path filter='url(https://evil.example/#f)'/>"), "attribute filter"},
        {svg("<cursor href='https://evil.example/x'/>"), "element cursor"},
        {svg("<font-face-uri href='https://evil.example/x'/>"), "element font-face-uri"},
    });
}

TEST(SvgSanitizer, refuses_outside_references_in_values) {
    const std::string_view rule = "outside references";
    expect_refused({
        {svg("<path fill='url(https://evil.example/#a)'/>"), rule},
        {svg("<path fill='url(//evil.example)'/>"), rule},
        {svg("<path fill='url( &quot;https://evil.example&quot; )'/>"), rule},
        {svg("<path fill='URL(https://evil.example)'/>"), rule},
        {svg("<path fill='u&#x72;l(https://evil.example)'/>"), rule},
        {svg("<path fill='\\75rl(https://evil.example)'/>"), rule},
        {svg("<path fill='url(#a'/>"), rule},
        {svg("<path fill='url(data:image/svg+xml,x)'/>"), rule},
        {svg("<path mask='url(../x.svg#a)'/>"), rule},
        {svg("<path clip-path='url(x.svg#a)'/>"), rule},
        {svg("<path marker-end='url(https://evil.example/#m)'/>"), rule},
        {svg("<path fill='image(&quot;x&quot;)'/>"), rule},
        {svg("<path fill='src(&quot;x&quot;)'/>"), rule},
        {svg("<path fill='var(--x)'/>"), rule},
        {svg("<path fill='attr(x)'/>"), rule},
        {svg("<path fill='(url)(x)'/>"), rule},
        {svg("<path d='javascript:alert(1)'/>"), rule},
        {svg("<path style='fill:url(https://evil.example)'/>"), rule},
        {svg("<path style='background:url(https://evil.example)'/>"), rule},
        {svg("<path style='-moz-binding:url(https://evil.example)'/>"), rule},
        {svg("<path style='width:expression(alert(1))'/>"), rule},
        {svg("<path style='fill:u\\rl(https://evil.example)'/>"), rule},
        {svg("<path style='fill:u/**/rl(https://evil.example)'/>"), rule},
        {svg("<path style='@import \"https://evil.example\"'/>"), rule},
        {svg("<path style='fill:image-set(\"https://evil.example\" 1x)'/>"), rule},
        {svg("<style>@import url(https://evil.example);</style>"), "broken style sheet"},
        {svg("<style>@import 'https://evil.example'; a{fill:red}</style>"), "no @-rules"},
        {svg("<style>@font-face{font-family:x;src:url(https://evil.example)}</style>"),
         "no @-rules"},
        {svg("<style>@keyframes x{from{fill:red}}</style>"), "no @-rules"},
        {svg("<style>.a{fill:url(https://evil.example)}</style>"), rule},
        {svg("<style>.a{fill:red}&lt;/style>&lt;script>alert(1)&lt;/script></style>"),
         "broken style sheet"},
        {svg("<style>.a:hover{fill:red}</style>"), "simple selectors"},
        {svg("<style>input[value^=a]{fill:red}</style>"), "simple selectors"},
        {svg("<style>.a{fill:red</style>"), "broken style sheet"},
        {svg("<style>/* x */ .a{fill:red}</style>"), "simple selectors"},
        {svg("<style><g/></style>"), "element in a style sheet"},
        {svg("<style>.a{mask:url(#m)}</style><mask id='m'/>"), "only to gradients"},
    });
}

TEST(SvgSanitizer, refuses_document_types_entities_and_instructions) {
    expect_refused({
        {"<!DOCTYPE svg><svg xmlns='http://www.w3.org/2000/svg'/>", "document type"},
        {"<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg "
         "xmlns='http://www.w3.org/2000/svg'>&x;</svg>",
         "document type"},
        {"<!doctype svg><svg xmlns='http://www.w3.org/2000/svg'/>", "document type"},
        {"<?xml version='1.0'?><!DOCTYPE svg PUBLIC 'x' 'http://evil.example/x.dtd'><svg/>",
         "document type"},
        {"<?xml-stylesheet href='https://evil.example/x.xsl'?><svg "
         "xmlns='http://www.w3.org/2000/svg'/>",
         "processing instructions"},
        {svg("<?php echo 1 ?>"), "processing instructions"},
        {svg("<![CDATA[<script>]]>"), "CDATA"},
        {svg("<!ENTITY x 'y'>"), "document type"},
        {svg("<text>&x;</text>"), "entities"},
        {svg("<text>&nbsp;</text>"), "entities"},
        {svg("<text>&#0;</text>"), "character reference"},
        {svg("<text>&#x8;</text>"), "character reference"},
        {svg("<text>&#xD800;</text>"), "character reference"},
        {svg("<text>&#x110000;</text>"), "character reference"},
        {svg("<text>&#99999999999;</text>"), "'&'"},
        {svg("<text>&#-1;</text>"), "character reference"},
        {svg("<text>&#;</text>"), "character reference"},
        {svg("<text>&amp</text>"), "'&'"},
    });
}

TEST(SvgSanitizer, refuses_other_namespaces_and_encodings) {
    expect_refused({
        {"<svg/>", "declare xmlns"},
        {"<svg xmlns='http://www.w3.org/1999/xhtml'/>", "another namespace"},
        {svg("<g xmlns='http://www.w3.org/1999/xhtml'/>"), "another namespace"},
        {svg("<g xmlns=''/>"), "another namespace"},
        {svg("<g xmlns:xlink='http://www.w3.org/1999/xhtml'/>"), "xlink another meaning"},
        {"<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", "svg element at its root"},
        {"<s:svg xmlns:s='http://www.w3.org/2000/svg'/>", "svg element at its root"},
        {"<?xml version='1.0' encoding='UTF-7'?><svg xmlns='http://www.w3.org/2000/svg'/>",
         "UTF-8"},
        {"<?xml version='1.0' encoding='utf-16'?><svg xmlns='http://www.w3.org/2000/svg'/>",
         "UTF-8"},
        {"\xff\xfe<svg/>", "UTF-8"},
        {svg("<text>\xc0\xbc</text>"), "UTF-8"},
        {svg(std::string("<text>\0</text>", 14)), "control"},
        {svg("<text>\x1b</text>"), "control"},
        {svg("<text>\xc2\x85</text>"), "control"},
    });
}

TEST(SvgSanitizer, refuses_what_is_no_xml) {
    expect_refused({
        {"", "begin with an svg"},
        {"   ", "begin with an svg"},
        {"svg", "begin with an svg"},
        {"<", "valid name"},
        {"<svg", "broken tag"},
        {"<svg xmlns='http://www.w3.org/2000/svg'", "broken tag"},
        {std::string(kOpen), "ends inside"},
        {svg("<g>"), "end tag"},
        {svg("</g>"), "end tag"},
        {svg("<g></G>"), "end tag"},
        {svg("") + "<svg/>", "end after"},
        {svg("") + "<script/>", "end after"},
        {svg("<path d=M0/>"), "without quotes"},
        {svg("<path d/>"), "without a value"},
        {svg("<path d='a' d='b'/>"), "twice"},
        {svg("<path d='a'id='b'/>"), "broken tag"},
        {svg("<path d='<'/>"), "'<'"},
        {svg("<path d='a/>"), "'<'"},
        {svg("<!-- a -- b -->"), "comment"},
        {svg("<!-- a"), "comment"},
        {svg("<-g/>"), "valid name"},
        {svg("< g/>"), "valid name"},
        {svg("loose text"), "outside of a text element"},
        {svg("<g>loose</g>"), "outside of a text element"},
        {svg("<path id='a b'/>"), "plain name"},
    });
}

TEST(SvgSanitizer, refuses_bombs) {
    std::string laughs = "<g id='l0'><path d='M0 0'/></g>";
    for (int i = 1; i < 20; ++i) {
        std::string level = "<g id='l" + std::to_string(i) + "'>";
        for (int k = 0; k < 5; ++k) level += "<use href='#l" + std::to_string(i - 1) + "'/>";
        laughs += level + "</g>";
    }
    std::string masks;
    for (int i = 0; i < 20; ++i) {
        masks += "<mask id='m" + std::to_string(i) + "'>";
        for (int k = 0; k < 5; ++k)
            masks += "<path style='mask:url(#m" + std::to_string(i + 1) + ")'/>";
        masks += "</mask>";
    }
    std::string deep;
    for (int i = 0; i < 40; ++i) deep += "<g>";
    std::string wide;
    for (int i = 0; i < 2'100; ++i) wide += "<g/>";
    std::string attributes = "<g";
    for (int i = 0; i < 100; ++i) attributes += " data-a" + std::to_string(i) + "='1'";
    std::string uses;
    for (int i = 0; i < 201; ++i) uses += "<use href='#a'/>";
    expect_refused({
        {svg(laughs), "multiply"},
        {svg(masks), "multiply"},
        {svg("<g id='a'><use href='#a'/></g>"), "circle"},
        {svg("<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>"), "circle"},
        {svg("<linearGradient id='a' href='#b'/><linearGradient id='b' href='#a'/>"), "circle"},
        {svg("<pattern id='a'><path fill='url(#a)'/></pattern>"), "circle"},
        {svg(deep), "deeply"},
        {svg(wide), "elements"},
        {svg(attributes + "/>"), "attributes"},
        {svg(uses), "references"},
        {svg("<path d='" + std::string(70'000, 'M') + "'/>"), "65536"},
        {svg("<" + std::string(65, 'g') + "/>"), "valid name"},
    });
}

TEST(SvgSanitizer, writes_one_canonical_form) {
    EXPECT_EQ(
        sanitize(
            "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<!-- made "
            "by x -->\n"
            "<svg  width='24' xmlns:xlink='http://www.w3.org/1999/xlink'\n "
            "xmlns='http://www.w3.org/2000/svg'"
            " viewBox=\"0 0\n24 24\" version='1.1' xml:space='preserve' >\n  <g fill='#&#102;ff' "
            "><!-- c --></g >\n"
            "  <use xlink:href='#a'></use><path d='M0 0' data-name='x' aria-label='y'/>\n</svg>\n"),
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"24\" viewBox=\"0 0 24 24\"><g "
        "fill=\"#fff\"/>"
        "<use href=\"#a\"/><path d=\"M0 0\"/></svg>");
}

TEST(SvgSanitizer, keeps_real_icons) {
    for (const std::string& icon :
         {svg("<path fill-rule='evenodd' clip-rule='evenodd' d='M12 2C6.48 2 2 6.59 2 12.25z' "
              "fill='#24292F'/>"),
          svg("<defs><linearGradient id='a' x1='0' y1='0' x2='1' gradientUnits='userSpaceOnUse'>"
              "<stop offset='0' stop-color='#f00' stop-opacity='.5'/><stop offset='100%' "
              "stop-color='rgb(0, 0, 255)'/>"
              "</linearGradient></defs><circle cx='12' cy='12' r='10' fill='url(#a)' "
              "transform='rotate(45 12 12)'/>"),
          svg("<style type='text/css'>.cls-1, #b { fill: url(#a); }\n\t.st0{fill:#FFFFFF;}</style>"
              "<radialGradient id='a'/><rect class='cls-1' width='4' height='4' rx='1'/>"),
          svg("<symbol id='s' viewBox='0 0 1 1'><ellipse rx='1' ry='2'/></symbol><use href='#s' "
              "x='1'/>"),
          svg("<mask id='m'><rect width='1' height='1'/></mask><g mask='url(#m)'><polygon "
              "points='0,0 1,1 2,0'/></g>"),
          svg("<title>A &amp; B</title><text x='1' font-family=\"'Arial Narrow', sans-serif\">Hi "
              "<tspan>there</tspan> you"
              "</text>")}) {
        const auto clean = sanitize_svg(icon);
        ASSERT_TRUE(clean) << icon << "\n" << clean.error().message;
        EXPECT_EQ(sanitize(*clean), *clean);
    }
}

TEST(SvgSanitizer, drops_what_drawing_programs_note) {
    EXPECT_EQ(
        sanitize(
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:svg='http://www.w3.org/2000/svg' "
            "xmlns:inkscape='http://www.inkscape.org/namespaces/inkscape' inkscape:version='1.2'>"
            "<sodipodi:namedview pagecolor='#fff'><inkscape:grid/></sodipodi:namedview>"
            "<metadata><rdf:RDF><cc:Work rdf:about=''>x</cc:Work></rdf:RDF></metadata>"
            "<path style='fill:#000;-inkscape-stroke:none;enable-background:new 0 0 1 1' d='M0 "
            "0'/></svg>"),
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><path style=\"fill:#000\" d=\"M0 0\"/></svg>");
}

TEST(SvgSanitizer, escapes_text) {
    EXPECT_EQ(sanitize(svg("<title>&lt;script&gt;alert(1)&lt;/script&gt; \"'&#x3c;</title>")),
              svg("<title>&lt;script&gt;alert(1)&lt;/script&gt; &quot;&#39;&lt;</title>"));
}

TEST(SvgSanitizer, keeps_text_and_children_in_order) {
    EXPECT_EQ(sanitize(svg("<text>a<tspan>b</tspan>c</text>")),
              svg("<text>a<tspan>b</tspan>c</text>"));
}

TEST(SvgSanitizer, names_the_line) {
    EXPECT_EQ(sanitize(std::string(kOpen) + "\n<g>\n<script/></g></svg>"),
              "refused: must not hold the element script (line 3)");
}

}  // namespace
}  // namespace tenon
