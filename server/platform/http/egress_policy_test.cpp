#include "platform/http/egress_policy.h"

#include <bitset>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace tenon::http {
namespace {

// Why a URL is refused: "url" by the parser, else the class of the policy's error; empty when it is
// allowed.
std::string refusal(const std::string& text, const EgressPolicy& policy = {}) {
    const auto url = Url::parse(text);
    if (!url) return "url";
    const Ok checked = policy.check_url(*url);
    if (checked) return "";
    EXPECT_EQ(checked.error().kind, ErrorKind::forbidden);
    EXPECT_EQ(checked.error().code, "egress.denied");
    const std::string& message = checked.error().message;
    EXPECT_NE(message.find(url->host), std::string::npos);
    const std::size_t begin = message.find('"') + 1;
    return message.substr(begin, message.find('"', begin) - begin);
}

struct Spellings {
    std::string address_class;
    std::vector<std::string> hosts;
};

const std::vector<Spellings> kSpellings = {
    {"loopback",
     {"127.0.0.1",
      "127.0.0.2",
      "127.1",
      "127.0.1",
      "127.255.255.255",
      "127.127",
      "2130706433",
      "2130706434",
      "0x7f000001",
      "0x7F000001",
      "0X7f000001",
      "0x7f.0.0.1",
      "0x7f.0x0.0x0.0x1",
      "0x7f.1",
      "0x7f.0.1",
      "0177.0.0.1",
      "00177.0.0.1",
      "000000177.0.0.1",
      "0177.1",
      "0177.0.1",
      "0177.00.00.01",
      "017700000001",
      "0017700000001",
      "127.0x1",
      "127.01",
      "127.0.0.0x1",
      "127.0.0.01",
      "0x7f.0.0.01",
      "0177.0x0.0.1",
      "127.0x0.0.1",
      "127.0.0.1.",
      "127.1.",
      "2130706433.",
      "0x7f000001.",
      "%31%32%37.0.0.1",
      "127%2e0%2e0%2e1",
      "127.0.0%2E1",
      "%30x7f.1",
      "0x7%66.1",
      "2%31307064%33%33",
      "127.0.0.1%2e",
      "127.16777215",
      "127.255.65535",
      "0x7fffffff",
      "[::1]",
      "[0::1]",
      "[0:0:0:0:0:0:0:1]",
      "[0000:0000:0000:0000:0000:0000:0000:0001]",
      "[::0:1]",
      "[0:0::1]",
      "[::0001]",
      "[::0.0.0.1]",
      "localhost",
      "LOCALHOST",
      "LocalHost",
      "localhost.",
      "l%6fcalhost",
      "%6c%6f%63%61%6c%68%6f%73%74",
      "foo.localhost",
      "a.b.localhost.",
      "localhost.localdomain",
      "ip6-localhost",
      "ip6-loopback"}},
    {"unspecified",
     {"0.0.0.0", "0", "00", "000", "0x0", "0x", "0.0", "0.0.0", "0x0.0", "00.00.00.00", "0.0.0.0.",
      "0.1.2.3", "1.", "16777215", "[::]", "[0:0:0:0:0:0:0:0]", "[::0]", "[0::0]", "[::0.0.0.0]"}},
    {"private network",
     {"10.0.0.1",
      "10.1",
      "10.255.255.255",
      "167772161",
      "0xa000001",
      "0xa.1",
      "012.0.0.1",
      "012.1",
      "10.0x1",
      "172.16.0.1",
      "172.31.255.255",
      "172.16.1",
      "2886729729",
      "0xac100001",
      "0254.020.0.1",
      "192.168.0.1",
      "192.168.1",
      "192.168.65535",
      "3232235521",
      "0xc0a80001",
      "0300.0250.0.1",
      "0xc0.0xa8.1",
      "[fc00::1]",
      "[fd00::1]",
      "[fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]",
      "[FD12:3456:789A::1]"}},
    {"cloud metadata",
     {"169.254.169.254", "2852039166", "0xa9fea9fe", "0xA9.0xFE.0xA9.0xFE", "0251.0376.0251.0376",
      "169.254.43518", "169.16689662", "025177524776", "169.254.169.254.", "169.254.%31%36%39.254",
      "168.63.129.16", "[fd00:ec2::254]", "[fd20:ce::254]", "[fd00:0ec2:0:0:0:0:0:0254]"}},
    {"link-local",
     {"169.254.0.1", "169.254.1", "0xa9fe0001", "[fe80::1]", "[febf::1]", "[FE80::A]"}},
    {"carrier-grade NAT",
     {"100.64.0.1", "100.100.100.200", "100.127.255.255", "0x64400001", "1681915905"}},
    {"reserved",
     {"192.0.0.1", "192.0.0.192", "240.0.0.1", "255.255.255.255", "4294967295", "0xffffffff",
      "037777777777", "255.255.65535", "[4000::1]", "[5f00::1]", "[8000::1]", "[e000::1]", "[1::1]",
      "[2001:100::1]", "[0200::1]"}},
    {"documentation",
     {"192.0.2.1", "198.51.100.7", "203.0.113.255", "[2001:db8::1]", "[3fff::1]", "0xc0000201"}},
    {"benchmarking", {"198.18.0.1", "198.19.255.255", "[2001:2::1]"}},
    {"multicast",
     {"224.0.0.1", "239.255.255.255", "0xe0000001", "[ff02::1]", "[ff00::]", "[ffff::1]"}},
    {"6to4 relay", {"192.88.99.1"}},
    {"IPv4-mapped",
     {"[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::FFFF:7F00:0001]",
      "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[::ffff:8.8.8.8]",
      "[::ffff:0:0]"}},
    {"IPv4-compatible", {"[::127.0.0.1]", "[::7f00:1]", "[::10.0.0.1]", "[::8.8.8.8]", "[::2]"}},
    {"IPv4-translated", {"[::ffff:0:127.0.0.1]", "[::ffff:0:7f00:1]"}},
    {"NAT64",
     {"[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]",
      "[64:ff9b:1:ffff::10.0.0.1]", "[0064:FF9B::8.8.8.8]"}},
    {"6to4", {"[2002:7f00:1::]", "[2002:a00:1::1]", "[2002:a9fe:a9fe::1]", "[2002::]"}},
    {"Teredo", {"[2001::1]", "[2001:0:7f00:1::]", "[2001:0000:4136:e378:8000:63bf:3fff:fdd2]"}},
    {"site-local", {"[fec0::1]", "[feff::1]"}},
    {"discard", {"[100::1]", "[100::]"}},
    {"url",
     {"127.0.0.1:0",
      "[fe80::1%eth0]",
      "[fe80::1%25eth0]",
      "[::1%251]",
      "user@127.0.0.1",
      "127.0.0.1@example.com",
      "127.0.0.1\\@example.com",
      "127.0.0.256",
      "127.0.0.1.2",

      "0x7f.0x",
      "4294967296",
      "0x100000000",
      "127.0.0.08",
      "0b1111111.1",
      "127,0,0,1",
      "127。0。0。1",
      "①②⑦.0.0.1",
      "ⓛocalhost",
      "loc%61lhost%00",
      "127.0.0.1%00.example.com",
      "127.0.0.1%0d%0a",
      "127.0.0.1%20",
      "[::1",
      "::1",
      "[::1].",
      "[127.0.0.1]",
      "",
      ".",
      "..",
      "%"}},
};

TEST(EgressPolicy, RefusesEverySpellingOfAForbiddenAddress) {
    std::size_t count = 0;
    for (const Spellings& row : kSpellings) {
        for (const std::string& host : row.hosts) {
            const std::string why = refusal("http://" + host + "/");
            if (row.address_class == "url") {
                EXPECT_NE(why, "") << host;
            } else {
                EXPECT_EQ(why, row.address_class) << host;
            }
            ++count;
        }
    }
    EXPECT_GE(count, 150U);
}

TEST(EgressPolicy, AllowsPublicAddressesAndNames) {
    for (const char* host : {"8.8.8.8",
                             "1.1.1.1",
                             "9.255.255.255",
                             "11.0.0.0",
                             "100.63.255.255",
                             "100.128.0.0",
                             "126.255.255.255",
                             "128.0.0.0",
                             "169.253.255.255",
                             "169.255.0.0",
                             "172.15.255.255",
                             "172.32.0.0",
                             "191.255.255.255",
                             "192.0.1.0",
                             "192.167.255.255",
                             "192.169.0.0",
                             "198.17.255.255",
                             "198.20.0.0",
                             "223.255.255.255",
                             "[2606:4700::1111]",
                             "[2001:4860:4860::8888]",
                             "[2a00:1450::1]",
                             "[2001:200::1]",
                             "[3ffe::1]",
                             "example.com",
                             "localhost.example.com",
                             "notlocalhost",
                             "10.example.com"}) {
        EXPECT_EQ(refusal(std::string("https://") + host + "/"), "") << host;
    }
}

TEST(EgressPolicy, OpensOnlyThePairsOfTheAllowList) {
    const auto policy =
        EgressPolicy::allowing({"127.0.0.1:9000", "10.1.0.0/16:443", "[fd00::/8]:8443",
                                "[::1]:7000", "intranet.example:8080"});
    ASSERT_TRUE(policy) << policy.error().message;
    EXPECT_EQ(refusal("http://127.0.0.1:9000/", *policy), "");
    EXPECT_EQ(refusal("http://2130706433:9000/", *policy), "");
    EXPECT_EQ(refusal("http://localhost:9000/", *policy), "");
    EXPECT_EQ(refusal("http://127.0.0.1:9001/", *policy), "loopback");
    EXPECT_EQ(refusal("http://localhost:9001/", *policy), "loopback");
    EXPECT_EQ(refusal("http://127.0.0.2:9000/", *policy), "loopback");
    EXPECT_EQ(refusal("http://[::ffff:127.0.0.1]:9000/", *policy), "IPv4-mapped");
    EXPECT_EQ(refusal("http://[::1]:9000/", *policy), "loopback");
    EXPECT_EQ(refusal("http://[::1]:7000/", *policy), "");
    EXPECT_EQ(refusal("https://10.1.2.3/", *policy), "");
    EXPECT_EQ(refusal("https://10.2.2.3/", *policy), "private network");
    EXPECT_EQ(refusal("http://10.1.2.3/", *policy), "private network");
    EXPECT_EQ(refusal("https://[fd12::1]:8443/", *policy), "");
    EXPECT_EQ(refusal("https://[fd12::1]/", *policy), "private network");
    // A name opens its own resolved addresses, at its port.
    const IpAddress inside = IpAddress::parse("192.168.7.7").value();
    EXPECT_TRUE(policy->check("intranet.example", 8080, inside));
    EXPECT_FALSE(policy->check("intranet.example", 8081, inside));
    EXPECT_FALSE(policy->check("evil.example", 8080, inside));
    EXPECT_FALSE(policy->check("x.intranet.example", 8080, inside));
}

TEST(EgressPolicy, RefusesUnclearEntries) {
    for (const char* entry : {"",
                              "host",
                              ":80",
                              "host:",
                              "host:0",
                              "host:65536",
                              "host:x",
                              "10.0.0.0/8",
                              "10.0.0.1/8:80",
                              "10.0.0.0/33:80",
                              "fd00::1:443",
                              "[fd00::1]",
                              "[fd00::1/64]:80",
                              "[host]:80",
                              "*:80",
                              "ho st:80",
                              "http://host:80",
                              "user@host:80",
                              "host/path:80",
                              "0.0.0.0/-1:80",
                              "127.1:80",
                              "0x7f.1:80"}) {
        const auto policy = EgressPolicy::allowing({entry});
        EXPECT_FALSE(policy) << entry;
        if (!policy) EXPECT_EQ(policy.error().code, "egress.entry_invalid");
    }
}

// The obvious way: an address is a text of binary digits, a network a text that it begins with.
std::string binary(const IpAddress& address) {
    std::string text = address.is_v6 ? "6:" : "4:";
    for (std::size_t i = 0; i < address.bit_count() / 8; ++i)
        text += std::bitset<8>(address.bytes[i]).to_string();
    return text;
}

std::vector<std::string> forbidden_prefixes() {
    const std::vector<std::pair<std::string, int>> networks = {
        {"0.0.0.0", 8},        {"10.0.0.0", 8},     {"100.64.0.0", 10},  {"127.0.0.0", 8},
        {"168.63.129.16", 32}, {"169.254.0.0", 16}, {"172.16.0.0", 12},  {"192.0.0.0", 24},
        {"192.0.2.0", 24},     {"192.88.99.0", 24}, {"192.168.0.0", 16}, {"198.18.0.0", 15},
        {"198.51.100.0", 24},  {"203.0.113.0", 24}, {"224.0.0.0", 3},    {"::", 3},
        {"4000::", 2},         {"8000::", 1},       {"2001::", 23},      {"2001:db8::", 32},
        {"2002::", 16},        {"3fff::", 20}};
    std::vector<std::string> prefixes;
    for (const auto& [address, bits] : networks) {
        prefixes.push_back(binary(IpAddress::parse(address).value())
                               .substr(0, 2 + static_cast<std::size_t>(bits)));
    }
    return prefixes;
}

TEST(EgressPolicy, AgreesWithASlowObviousModel) {
    const std::vector<std::string> prefixes = forbidden_prefixes();
    const auto forbidden_by_model = [&](const IpAddress& address) {
        const std::string text = binary(address);
        return std::any_of(prefixes.begin(), prefixes.end(),
                           [&](const std::string& prefix) { return text.starts_with(prefix); });
    };
    const auto seed = std::random_device()();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 60'000; ++i) {
        IpAddress address;
        address.is_v6 = i % 2 == 0;
        const std::size_t size = address.bit_count() / 8;
        for (std::size_t b = 0; b < size; ++b)
            address.bytes[b] = static_cast<std::uint8_t>(random());
        // Half of them near a network's edges: its prefix, then all zeros or ones, then one step
        // beyond.
        if (i % 4 < 2) {
            const std::string& prefix = prefixes[random() % prefixes.size()];
            address.is_v6 = prefix[0] == '6';
            const char fill = random() % 2 == 0 ? '0' : '1';
            std::string text = prefix.substr(2) + std::string(128, fill);
            if (random() % 2 == 0) text[(prefix.size() - 3)] ^= 1;
            address.bytes = {};
            for (std::size_t bit = 0; bit < address.bit_count(); ++bit) {
                if (text[bit] == '1')
                    address.bytes[bit / 8] |= static_cast<std::uint8_t>(0x80U >> (bit % 8));
            }
        } else if (!address.is_v6) {
            std::fill(address.bytes.begin() + 4, address.bytes.end(), std::uint8_t{0});
        }
        ASSERT_EQ(forbidden_address_class(address).has_value(), forbidden_by_model(address))
            << address.str();
    }
}

TEST(IpNetwork, ReadsOnlyWholeNetworks) {
    for (const char* text :
         {"10.0.0.0/8", "0.0.0.0/0", "1.2.3.4/32", "::/0", "fd00::/8", "::1/128"}) {
        EXPECT_TRUE(IpNetwork::parse(text)) << text;
    }
    for (const char* text : {"10.0.0.1/8", "10.0.0.0", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/33",
                             "::/129", "010.0.0.0/8", "10.0.0.0/8/8", "fd00::1/8", "10.0/16", ""}) {
        EXPECT_FALSE(IpNetwork::parse(text)) << text;
    }
    EXPECT_FALSE(IpNetwork::parse("0.0.0.0/0")->contains(IpAddress::parse("::1").value()));
    EXPECT_EQ(IpAddress::parse("2001:DB8:0::1")->str(), "2001:db8::1");
    EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0x", 9)));
    EXPECT_FALSE(IpAddress::parse("1.2.3.04"));
    EXPECT_FALSE(IpAddress::parse("1.2.3"));
}

}  // namespace
}  // namespace tenon::http
