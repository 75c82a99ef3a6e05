// Filters with the gateway's suggestions put in. The complaints are worded as service/fql words
// them.
#include "mcp/tools/corrected_filter.h"

#include <gtest/gtest.h>

namespace falcon::mcp {
namespace {

struct Case {
  const char* filter;
  const char* complaint;
  // Empty: none.
  const char* corrected;
};

const Case kCases[] = {
    {"severty:>60", "at byte 0: unknown field `severty`; nearest: `severity`", "severity:>60"},
    {"status:'new'+hostnam:'A'", "at byte 13: unknown field `hostnam`; nearest: `device.hostname`",
     "status:'new'+device.hostname:'A'"},
    {"foo:'x'", "at byte 0: unknown field `foo`", ""},
    {"status:'NEW'", "at byte 0: `status` minds case: write 'new', not 'NEW'", "status:'new'"},
    {"status:['new','close']",
     "at byte 0: `status` is never 'close'; nearest: `closed`; it is `new` or `closed`",
     "status:['new','closed']"},
    {"status:'x'", "at byte 0: `status` is never 'x'; it is `new` or `closed`", ""},
    {"status = 'new'", "at byte 7: found `=`, expected ':'; write status:'new'", "status:'new'"},
    {"status != new+x:'y'", "at byte 7: found `!`, expected ':'; write status:!'new'",
     "status:!'new'+x:'y'"},
    {"a:'x' and b:'y'",
     "at byte 6: found `and`, expected '+', ',' or the end; write + for AND: a:'x'+b:'y'",
     "a:'x' + b:'y'"},
    {"created:>2025-01-31",
     "at byte 9: found `2025-01-31`, expected a date in quotes; write "
     "'2025-01-31'",
     "created:>'2025-01-31'"},
    {"created:>'-7d'", "at byte 0: `created`: `-7d` is no instant; write 'now-7d'",
     "created:>'now-7d'"},
    {"created:>'x'",
     "at byte 0: `created`: `x` is no instant; write '2025-01-31T10:20:30Z', "
     "'2025-01-31', 'now-24h' or 'now-7d'",
     ""},
    {"hostname:'*srv*'+x:1",
     "at byte 0: the star of `hostname` stands before the quotes too: "
     "hostname:*'*srv*'",
     "hostname:*'*srv*'+x:1"},
    {"cve.id:'CVE-2021-44228'",
     "at byte 0: `cve.id` takes its values in brackets; write "
     "cve.id:['CVE-2021-44228']",
     "cve.id:['CVE-2021-44228']"},
    {"hostname:'a*b'",
     "at byte 0: `hostname` takes one star, first or last in the value; write "
     "hostname:'a*'+hostname:'*b'",
     ""},
    {"severty:>60", "at byte 4: unknown field `severty`; nearest: `severity`", ""},
    {"severty:>60", "at byte 99999999999999999999: unknown field `severty`; nearest: `x`", ""},
    {"severty:>60", "at byte 0: unknown field `severty`; nearest: `sev...", ""},
    {"x", "is 9000 bytes long; at most 8192", ""},
    {"a:'x", "at byte 2: the quote ' opened here is never closed", ""},
};

TEST(CorrectedFilter, PutsInWhatTheGatewaySuggests) {
  for (const Case& one : kCases) {
    const auto corrected = CorrectedFilter(one.filter, {one.complaint});
    EXPECT_EQ(corrected.value_or(""), one.corrected) << one.complaint;
  }
}

TEST(CorrectedFilter, PutsInAllSuggestionsOrNone) {
  const std::string first = "at byte 0: unknown field `severty`; nearest: `severity`";
  const std::string second = "at byte 12: unknown field `hostnam`; nearest: `hostname`";
  EXPECT_EQ(CorrectedFilter("severty:>60+hostnam:'A'", {first, second}),
            "severity:>60+hostname:'A'");
  EXPECT_EQ(CorrectedFilter("severty:>60+hostnam:'A'", {first, "at byte 12: unknown field `x`"}),
            std::nullopt);
  EXPECT_EQ(CorrectedFilter("severty:>60", {first, first}), std::nullopt);
}

}  // namespace
}  // namespace falcon::mcp
