// Flags from request descriptors, and words and ids into requests.
#include "cli/flags.h"

#include <gmock/gmock.h>

#include <sstream>

#include "cli/command_line.h"
#include "messages.h"
#include "test_catalog.h"
#include "text.h"

namespace falcon::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Flags : public ::testing::Test {
 protected:
  // The request as JSON, or the error.
  std::string Filled(const std::string& noun, const std::string& verb, const FlagWords& words) {
    const Method& method = MethodOf(*catalog_, noun, verb);
    const auto request = catalog_->NewMessage(*method.descriptor->input_type());
    const absl::Status status = FillRequest(FlagsOf(method), words, now_, *request);
    return status.ok() ? JsonText(*request, JsonForm::kOneLine) : std::string(status.message());
  }

  std::vector<std::string> Names(const std::string& noun, const std::string& verb) {
    std::vector<std::string> names;
    for (const Flag& flag : FlagsOf(MethodOf(*catalog_, noun, verb))) names.push_back(flag.name);
    return names;
  }

  const Catalog* const catalog_ = RealCatalog();
  const absl::Time now_ = *ParseInstant("2026-05-28T20:00:00Z", absl::UnixEpoch());
};

TEST_F(Flags, AreNamedAfterFieldsInTheSingular) {
  EXPECT_THAT(Names("detections", "list"),
              ElementsAre("page-size", "page-token", "days", "created-after", "created-before",
                          "severity", "min-severity", "status", "hostname", "technique", "tactic",
                          "product", "fql", "query", "order-by", "view", "fields", "max-staleness",
                          "include-additional-fields", "unchecked"));
  EXPECT_THAT(Names("hosts", "login-history"),
              ElementsAre("device-id", "after", "before", "limit", "max-staleness",
                          "include-additional-fields"));
}

TEST_F(Flags, TakeEnumWordsInAnyCaseSingleOrByCommas) {
  EXPECT_EQ(Filled("detections", "list", {{"severity", {"high,CRITICAL", "low"}}}),
            R"({"filter":{"severities":["SEVERITY_HIGH","SEVERITY_CRITICAL","SEVERITY_LOW"]}})");
  EXPECT_EQ(Filled("detections", "list", {{"min-severity", {"Medium"}}}),
            R"({"filter":{"min_severity":"SEVERITY_MEDIUM"}})");
}

TEST_F(Flags, SpeakOfFlagsAndWordsInTheirHelp) {
  const std::vector<Flag> flags = FlagsOf(MethodOf(*catalog_, "detections", "list"));
  const auto help = [&](const std::string& name) {
    return std::ranges::find(flags, name, &Flag::name)->help;
  };
  EXPECT_THAT(help("view"), HasSubstr("Default: brief."));
  EXPECT_EQ(InFlagTerms(flags, "`filter` has `filter.created`"), "`filter` has --created-after");
  EXPECT_THAT(help("fields"), HasSubstr("--view"));
  EXPECT_EQ(InFlagTerms(flags, "SEVERITY_HIGH, not SEVERITY_HIGHER; `filter.fql` is FQL."),
            "high, not SEVERITY_HIGHER; --fql is FQL.");
}

TEST_F(Flags, SuggestKnownValuesForAnUnknownOne) {
  EXPECT_THAT(Filled("detections", "list", {{"severity", {"hihg"}}}),
              AllOf(HasSubstr("--severity"), HasSubstr("Did you mean high?"),
                    HasSubstr("informational, low, medium, high, critical")));
}

TEST_F(Flags, SetBothEndsOfATimeRange) {
  EXPECT_EQ(
      Filled("detections", "list", {{"created-after", {"7d"}}, {"created-before", {"2026-05-28"}}}),
      R"({"filter":{"created":{"start":"2026-05-21T20:00:00Z","end":"2026-05-28T00:00:00Z"}}})");
  EXPECT_THAT(Filled("detections", "list", {{"created-after", {"last week"}}}),
              AllOf(HasSubstr("--created-after"), HasSubstr("2026-05-28T14:00:00Z")));
}

TEST_F(Flags, SplitAFieldMaskAtCommas) {
  EXPECT_EQ(Filled("detections", "list", {{"fields", {"composite_id, device.hostname"}}}),
            R"({"read_mask":{"paths":["composite_id","device.hostname"]}})");
}

TEST_F(Flags, ReachIntoNestedOptions) {
  EXPECT_EQ(Filled("hosts", "list", {{"include-additional-fields", {"true"}}}),
            R"({"read_options":{"include_additional_fields":true}})");
}

TEST_F(Flags, KeepPresenceOfZero) {
  EXPECT_EQ(Filled("detections", "list", {{"days", {"0"}}}), R"({"filter":{"days":0}})");
}

TEST_F(Flags, RejectInvalidOrRepeatedValues) {
  EXPECT_THAT(Filled("hosts", "list", {{"page-size", {"ten"}}}), HasSubstr("not a whole number"));
  EXPECT_THAT(Filled("hosts", "list", {{"page-size", {"5000000000"}}}),
              HasSubstr("not a whole number"));
  EXPECT_THAT(Filled("hosts", "list", {{"page-size", {"12abc"}}}), HasSubstr("not a whole number"));
  EXPECT_EQ(Filled("hosts", "list", {{"page-size", {"-1"}}}), R"({"page_size":-1})");
  EXPECT_THAT(Filled("hosts", "list", {{"hostname", {"a", "b"}}}), HasSubstr("only once"));
  EXPECT_THAT(Filled("hosts", "list", {{"hostname", {"\xff"}}}), HasSubstr("not valid UTF-8"));
}

TEST_F(Flags, SplitValuesAtUnescapedCommas) {
  EXPECT_EQ(Filled("hosts", "list", {{"tag", {"A,B", "C"}}}),
            R"({"filter":{"tags":["A","B","C"]}})");
  EXPECT_EQ(Filled("hosts", "list", {{"tag", {R"(A\,B)"}}}), R"({"filter":{"tags":["A,B"]}})");
  EXPECT_EQ(Filled("hosts", "list", {{"hostname", {"A,B"}}}), R"({"filter":{"hostname":"A,B"}})");
}

TEST_F(Flags, RejectTwoFieldsOfAOneof) {
  EXPECT_THAT(Filled("detections", "list", {{"days", {"7"}}, {"created-after", {"7d"}}}),
              HasSubstr("--days and --created-after are mutually exclusive"));
  EXPECT_THAT(Filled("hosts", "get", {{"device-id", {"a"}}, {"hostname", {"b"}}}),
              HasSubstr("--device-id and --hostname are mutually exclusive"));
}

TEST_F(Flags, NameTheMissingRequiredFlag) {
  EXPECT_THAT(Filled("detections", "aggregate", {}), HasSubstr("--field is required"));
  EXPECT_THAT(Filled("hosts", "get", {}), HasSubstr("One of --device-id, --hostname is required"));
}

TEST_F(Flags, TranslateRequestPaths) {
  const std::vector<Flag> flags = FlagsOf(MethodOf(*catalog_, "detections", "list"));
  EXPECT_EQ(FlagFor(flags, "filter.days"), "--days");
  EXPECT_EQ(FlagFor(flags, "filter.severities[1]"), "--severity");
  EXPECT_EQ(FlagFor(flags, "filter.created.end"), "--created-before");
  EXPECT_EQ(FlagFor(flags, "filter.created"), "--created-after");
  EXPECT_EQ(FlagFor(flags, "read_mask"), "--fields");
  EXPECT_EQ(FlagFor(flags, "nonsense"), "nonsense");
  EXPECT_EQ(InFlagTerms(flags, "set the request's `filter.hostname` instead, `x`"),
            "set the request's --hostname instead, `x`");
}

TEST_F(Flags, FirstFieldOfGetAndBatchGetIsPositional) {
  const auto positional = [&](const std::string& noun, const std::string& verb) {
    const Method& method = MethodOf(*catalog_, noun, verb);
    const std::vector<Flag> flags = FlagsOf(method);
    const Flag* flag = PositionalOf(method, flags);
    return flag == nullptr ? std::string() : flag->name;
  };
  EXPECT_EQ(positional("detections", "get"), "composite-id");
  EXPECT_EQ(positional("hosts", "batch-get"), "device-id");
  EXPECT_EQ(positional("detections", "aggregate"), "field");
  EXPECT_EQ(positional("detections", "list"), "");
  EXPECT_EQ(positional("detections", "export"), "");
  EXPECT_EQ(positional("", "status"), "");
}

TEST_F(Flags, EachHasHelp) {
  for (const Noun& noun : catalog_->nouns()) {
    for (const Method& method : noun.methods) {
      for (const Flag& flag : FlagsOf(method)) {
        EXPECT_FALSE(flag.help.empty()) << method.descriptor->full_name() << " --" << flag.name;
      }
    }
  }
}

struct Case {
  const char* name;
  const char* input;
  // Joined by blanks; or "error: " and a part of its message.
  const char* ids;
};

class IdInput : public ::testing::TestWithParam<Case> {};

TEST_P(IdInput, AcceptsOnlyIds) {
  std::istringstream in(GetParam().input);
  const auto ids = ReadIds(in, {"device_id", "id"});
  const std::string expected = GetParam().ids;
  if (expected.starts_with("error: ")) {
    ASSERT_FALSE(ids.ok()) << Join(*ids, " ");
    EXPECT_THAT(std::string(ids.status().message()), HasSubstr(expected.substr(7)));
  } else {
    ASSERT_TRUE(ids.ok()) << ids.status();
    EXPECT_EQ(Join(*ids, " "), expected);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, IdInput,
    ::testing::Values(
        Case{"Lines", "a1\n\n  b2 \r\nc3", "a1 b2 c3"}, Case{"Nothing", "", ""},
        Case{"JsonStrings", "\"a1\"\n\"b2\"\n", "a1 b2"},
        Case{"ListOfIds", "[\"a1\",\n \"b2\"]", "a1 b2"},
        Case{"RecordALine", "{\"device_id\":\"a1\",\"x\":{}}\n{\"device_id\":\"b2\"}\n", "a1 b2"},
        Case{"OneRecord", "{\n \"device_id\": \"a1\"\n}", "a1"},
        Case{"ListOfRecords", R"([{"device_id":"a1"},{"id":"b2"}])", "a1 b2"},
        Case{"Answer", R"({"hosts":[{"device_id":"a1"},{"device_id":"b2"}],"total_size":"2"})",
             "a1 b2"},
        Case{"EmptyAnswer", R"({"hosts":[]})", ""},
        Case{"LinesAndRecords", "a1\n{\"id\":\"b2\"}\n", "a1 b2"},
        Case{"RecordOfAnotherKind", "a1\n{\"name\":\"b2\"}\n",
             "error: line 2: the record has no `device_id`"},
        Case{"RecordWithoutTextAsId", R"({"device_id":7})", "error: no `device_id`"},
        Case{"Table", "HOSTNAME  DEVICE ID\nSRV-1     a1\n",
             "error: line 1: 'HOSTNAME  DEVICE ID'"},
        Case{"PieceOfADocument", "a1\n{\n", "error: line 2: '{' is not an id"},
        Case{"MemberOfADocument", "\"device_id\": \"a1\",\n", "error: line 1: '\"device_id\""},
        Case{"ListOfNumbers", "[1,2]", "error: item 1"},
        Case{"ListOfLists", "[[\"a1\"]]", "error: item 1"},
        Case{"CutRecord", "{\"device_id\":\"a1\"}\n{\"device_id\":\"b", "error: line 2"},
        Case{"NumberAsJson", "{\"device_id\":\"a1\"}\n[3]", "error: line 2: item 1"},
        Case{"HostileText", "a\x1b[2Jb\n", "error: line 1: 'a\\u{001B}[2Jb'"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace falcon::client
