// Which text is which indicator, and which is none.
#include "reputation/indicator.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "reputation/report.h"
#include "tests/support/status_matchers.h"

namespace falcon::reputation {
namespace {

using falcon::testing::FailsWith;
using falcon::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kMd5(32, 'A');
const std::string kSha1(40, 'b');
const std::string kSha256(64, 'C');

TEST(Indicator, FormTellsTheKindAndEachKindHasOneSpelling) {
  struct Row {
    std::string text;
    Kind kind;
    std::string value;
  };
  const std::vector<Row> rows = {
      {kMd5, Kind::kMd5, std::string(32, 'a')},
      {kSha1, Kind::kSha1, kSha1},
      {kSha256, Kind::kSha256, std::string(64, 'c')},
      {"  " + kMd5 + "\r\n", Kind::kMd5, std::string(32, 'a')},
      {"Malicious-Domain.COM", Kind::kDomain, "malicious-domain.com"},
      {"malicious-domain[.]com", Kind::kDomain, "malicious-domain.com"},
      {"www(.)evil[dot]example", Kind::kDomain, "www.evil.example"},
      {"evil.example.", Kind::kDomain, "evil.example"},
      {"_dmarc.evil.example", Kind::kDomain, "_dmarc.evil.example"},
      {"xn--bcher-kva.example", Kind::kDomain, "xn--bcher-kva.example"},
      {"203.0.113.42", Kind::kIpv4, "203.0.113.42"},
      {"203[.]0[.]113[.]42", Kind::kIpv4, "203.0.113.42"},
      {"2001:DB8:0:0::1", Kind::kIpv6, "2001:db8::1"},
      {"http://evil.example/A?b=C", Kind::kUrl, "http://evil.example/A?b=C"},
      {"hxxps://evil[.]example/", Kind::kUrl, "https://evil.example/"},
      {"HTTP://203.0.113.42:8080/x", Kind::kUrl, "HTTP://203.0.113.42:8080/x"},
      {"https://[2001:db8::1]/", Kind::kUrl, "https://[2001:db8::1]/"},
  };
  for (const Row& row : rows) {
    const auto indicator = ParseIndicator(row.text);
    ASSERT_THAT(indicator, IsOk()) << row.text;
    EXPECT_EQ(indicator->kind, row.kind) << row.text;
    EXPECT_EQ(indicator->value, row.value);
    EXPECT_THAT(ParseIndicator(row.text, row.kind), IsOk()) << row.text;
  }
}

TEST(Indicator, InvalidTextIsRefusedWithTheReason) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"is neither",
       {"", "   ", "SRV-PROD-001", "deadbeef", std::string(63, 'a') + "g",
        std::string(64, 'a') + ".com", "1.2.3", "256.1.1.1", "-evil.example", "evil..example",
        "b\xC3\xBC"
        "cher.example",
        std::string("203.0.113.42\0", 13)}},
      {"2048 bytes", {std::string(3000, 'a')}},
      {"private",
       {"10.1.2.3", "172.31.255.255", "192.168.1.100", "127.0.0.1", "169.254.169.254", "100.64.0.1",
        "::1", "::", "fe80::1", "fd00::1", "::ffff:192.168.1.1", "http://192.168.1.1/admin",
        "http://[::1]:9/"}},
      {"local name", {"dc-01.corp.local", "metadata.google.internal"}},
      {"must be http or https", {"ftp://evil.example/", "http://evil.example/a b"}},
      {"user name or password", {"http://user:hunter2@evil.example/"}},
      {"is not a domain", {"http://localhost/", "http://2130706433/", "http:///path"}},
      {"backslash", {"http://evil.example\\@10.0.0.1/"}},
  };
  for (const auto& [reason, texts] : cases) {
    for (const std::string& text : texts) {
      const auto indicator = ParseIndicator(text);
      const std::string message(ToStd(indicator.status().message()));
      EXPECT_THAT(indicator, FailsWith(absl::StatusCode::kInvalidArgument, "INDICATOR_INVALID"))
          << text;
      EXPECT_THAT(message, AllOf(HasSubstr(reason), Not(HasSubstr("hunter2")))) << text;
    }
  }
}

TEST(Indicator, AddressesNextToPrivateRangesAreAccepted) {
  for (const char* address :
       {"172.32.0.1", "11.0.0.1", "100.128.0.1", "192.169.0.1", "8.8.8.8", "2606:4700::1111",
        "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9c::10.0.0.1", "2002:808:808::1",
        "2003:a00:1::1", "2001:0:808:808::f7f7:f7f7", "2001:1:a00:1::", "2606:4700::a00:1",
        "2606:4700::5efe:8.8.8.8", "2606:4700::5eff:10.0.0.1", "fe00::1", "::ffff:0:8.8.8.8"}) {
    EXPECT_THAT(ParseIndicator(address), IsOk()) << address;
  }
}

TEST(Indicator, EmbeddedPrivateAddressesAreRefused) {
  for (const std::string address :
       {"::10.0.0.1", "::127.0.0.1", "::2", "::ffff:10.0.0.1", "::ffff:0:10.0.0.1",
        "64:ff9b::10.0.0.1", "64:ff9b::a00:1", "64:ff9b::192.168.1.1", "64:ff9b:1::8.8.8.8",
        "2002:0a00:0001::", "2002:c0a8:101::1", "2002:7f00:1::1", "2001:0:a00:1::f7f7:f7f7",
        "2001:0:808:808::f5ff:fffe", "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:10.0.0.1",
        "fec0::1", "feff::1"}) {
    EXPECT_THAT(ParseIndicator(address),
                FailsWith(absl::StatusCode::kInvalidArgument, "INDICATOR_INVALID"))
        << address;
    const std::string url = "http://[" + address + "]:8080/";
    EXPECT_THAT(ParseIndicator(url),
                FailsWith(absl::StatusCode::kInvalidArgument, "INDICATOR_INVALID"))
        << url;
  }
}

TEST(Indicator, OddSpellingsOfIpv4AddressesAreRefused) {
  for (const std::string host :
       {"0x7f.0.0.0x1",      "0X7F.0.0.0X1", "0x7f.0.0.0x1.", "0x7f.0x1",   "127.0x1",
        "127.0.0.0x",        "0x0a.0.0.0x1", "10.0x0001",     "0x7f000001", "2130706433",
        "017700000001",      "0177.0.0.1",   "0177.0.0.01",   "127.1",      "127.0.1",
        "127.0.0.1.",        "127.0.0.01",   "10.1",          "0",          "127%2e0%2e0%2e1",
        "0x7f[.]0[.]0[.]0x1"}) {
    for (const std::string& text : {host, "http://" + host + "/", "https://" + host + ":8443",
                                    "HTTP://" + host + "?q", "http://" + host + "#f"}) {
      EXPECT_THAT(ParseIndicator(text),
                  FailsWith(absl::StatusCode::kInvalidArgument, "INDICATOR_INVALID"))
          << text;
    }
    EXPECT_THAT(ParseIndicator(host, Kind::kDomain), Not(IsOk())) << host;
    EXPECT_THAT(ParseIndicator(host, Kind::kIpv4), Not(IsOk())) << host;
  }
  for (const char* name : {"0x7f.example", "0x1.0x2.example", "evil.0xyz", "1.2.3.4.example"}) {
    EXPECT_THAT(ParseIndicator(name), IsOk()) << name;
  }
}

TEST(Indicator, TextMustMatchTheGivenKind) {
  EXPECT_THAT(ParseIndicator(kMd5, Kind::kSha256), Not(IsOk()));
  EXPECT_THAT(ParseIndicator("203.0.113.42", Kind::kDomain), Not(IsOk()));
  EXPECT_THAT(ParseIndicator("203.0.113.42", Kind::kIpv6), Not(IsOk()));
  EXPECT_THAT(ParseIndicator("evil.example", Kind::kUrl), Not(IsOk()));
  EXPECT_THAT(ParseIndicator("http", Kind::kUrl), Not(IsOk()));
  EXPECT_THAT(ParseIndicator("hxxps", Kind::kUrl), Not(IsOk()));
}

TEST(Indicator, KindsHaveFalconsWords) {
  const char* const words[] = {"md5", "sha1", "sha256", "domain", "ipv4", "ipv6", "url"};
  for (size_t i = 0; i < std::size(words); ++i) {
    EXPECT_EQ(KindName(static_cast<Kind>(i)), words[i]);
  }
}

TEST(Reads, AreFourAndOnlyGets) {
  ASSERT_EQ(Reads().size(), 4U);
  for (const Read& read : Reads()) {
    EXPECT_EQ(read.method, http::Method::kGet) << read.path;
    EXPECT_TRUE(read.path.starts_with("/api/v3/") && read.path.ends_with("/")) << read.path;
    EXPECT_TRUE(read.page.starts_with("https://www.virustotal.com/gui/")) << read.page;
  }
}

TEST(Reads, PathsAndPagesAreMadeFromTheValue) {
  struct Row {
    Indicator indicator;
    std::string path;
    std::string page;
  };
  const std::vector<Row> rows = {
      {{Kind::kMd5, "aa"}, "/api/v3/files/aa", "https://www.virustotal.com/gui/file/aa"},
      {{Kind::kSha256, "cc"}, "/api/v3/files/cc", "https://www.virustotal.com/gui/file/cc"},
      {{Kind::kDomain, "evil.example"},
       "/api/v3/domains/evil.example",
       "https://www.virustotal.com/gui/domain/evil.example"},
      {{Kind::kIpv6, "2001:db8::1"},
       "/api/v3/ip_addresses/2001%3Adb8%3A%3A1",
       "https://www.virustotal.com/gui/ip-address/2001:db8::1"},
      // Its base64url has both of the special characters, and would be padded.
      {{Kind::kUrl, "http://e.example/?>~"},
       "/api/v3/urls/aHR0cDovL2UuZXhhbXBsZS8_Pn4",
       "https://www.virustotal.com/gui/url/aHR0cDovL2UuZXhhbXBsZS8_Pn4"},
      {{Kind::kUrl, "http://www.somedomain.com/this/is/my/url"},
       "/api/v3/urls/aHR0cDovL3d3dy5zb21lZG9tYWluLmNvbS90aGlzL2lzL215L3VybA",
       "https://www.virustotal.com/gui/url/"
       "aHR0cDovL3d3dy5zb21lZG9tYWluLmNvbS90aGlzL2lzL215L3VybA"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(PathOf(row.indicator), row.path);
    EXPECT_EQ(Permalink(row.indicator), row.page);
  }
}

}  // namespace
}  // namespace falcon::reputation
