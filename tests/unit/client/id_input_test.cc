// Ids from standard input.
#include <gmock/gmock.h>

#include <sstream>

#include "cli/command_line.h"
#include "text.h"

namespace falcon::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
