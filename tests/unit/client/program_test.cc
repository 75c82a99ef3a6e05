// fgctl as its user meets it: output, errors, exit codes.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "fake_gateway.h"
#include "program_run.h"
#include "text.h"

namespace falcon::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Fgctl : public ::testing::Test {
 protected:
  ProgramRun Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--address", gateway_.address()});
    return RunFgctl(arguments, setting_);
  }

  // Three pages of two, then none.
  void ServePages() {
    gateway_.list_detections = [this](const v1::ListDetectionsRequest& request,
                                      v1::ListDetectionsResponse& response) {
      page_sizes_.push_back(request.page_size());
      const int first = request.page_token().empty() ? 0 : std::stoi(request.page_token());
      const int size = request.page_size() == 0 ? 2 : std::min(request.page_size(), 2);
      for (int i = first; i < std::min(6, first + size); ++i) {
        response.add_detections()->set_composite_id("id" + std::to_string(i));
      }
      if (first + size < 6) response.set_next_page_token(std::to_string(first + size));
      response.set_total_size(6);
      return grpc::Status::OK;
    };
  }

  FakeGateway gateway_;
  ProgramSetting setting_;
  std::vector<int> page_sizes_;
};

TEST_F(Fgctl, ListsOnePageAsJsonWhenItsOutputIsNoTerminal) {
  ServePages();
  const ProgramRun run = Run({"detections", "list", "--severity", "high", "--days", "7"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out,
            "{\n"
            "  \"detections\": [\n"
            "    {\n      \"composite_id\": \"id0\"\n    },\n"
            "    {\n      \"composite_id\": \"id1\"\n    }\n"
            "  ],\n"
            "  \"next_page_token\": \"2\",\n"
            "  \"total_size\": \"6\"\n"
            "}\n");
}

TEST_F(Fgctl, ListsATableOnATerminalAndSaysThatMoreExist) {
  ServePages();
  setting_.terminal = true;
  setting_.width = 120;
  setting_.variables["NO_COLOR"] = "1";
  const ProgramRun run = Run({"detections", "list"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(StartsWith("SEVERITY"), HasSubstr("id1\n"), Not(HasSubstr("\x1b"))));
  EXPECT_THAT(run.err, HasSubstr("2 of 6 detections. More: --all or --limit N.\n"));
}

TEST_F(Fgctl, ColorsATerminalUnlessToldNotTo) {
  ServePages();
  setting_.terminal = true;
  EXPECT_THAT(Run({"detections", "list"}).out, HasSubstr("\x1b["));
  EXPECT_THAT(Run({"detections", "list", "--no-color"}).out, Not(HasSubstr("\x1b[")));
}

TEST_F(Fgctl, FollowsAllPagesIntoOneValidAnswer) {
  ServePages();
  const ProgramRun run = Run({"detections", "list", "--all", "--output", "json"});
  EXPECT_EQ(run.code, 0) << run.err;
  const auto json = nlohmann::json::parse(run.out);
  EXPECT_THAT(json["detections"], SizeIs(6));
  EXPECT_FALSE(json.contains("next_page_token"));
}

TEST_F(Fgctl, LimitBoundsRowsAndPageSizesAndKeepsTheNextPageToken) {
  ServePages();
  const ProgramRun run = Run({"detections", "list", "--limit", "3", "--output", "json"});
  const auto json = nlohmann::json::parse(run.out);
  EXPECT_THAT(json["detections"], SizeIs(3));
  EXPECT_EQ(json["next_page_token"], "3");
  EXPECT_THAT(page_sizes_, ElementsAre(3, 1));
}

TEST_F(Fgctl, NdjsonHoldsOneRecordPerLine) {
  ServePages();
  const ProgramRun run = Run({"detections", "list", "--all", "-o", "ndjson"});
  EXPECT_EQ(run.out,
            "{\"composite_id\":\"id0\"}\n{\"composite_id\":\"id1\"}\n{\"composite_id\":\"id2\"}\n"
            "{\"composite_id\":\"id3\"}\n{\"composite_id\":\"id4\"}\n{\"composite_id\":\"id5\"}\n");
}

TEST_F(Fgctl, ReportsAnEmptyResultInOneSentence) {
  gateway_.list_detections = [](const auto&, auto&) { return grpc::Status::OK; };
  const ProgramRun table = Run({"detections", "list", "--output", "table"});
  EXPECT_EQ(table.code, 0);
  EXPECT_EQ(table.out, "");
  EXPECT_EQ(table.err, "No detections match.\n");
  EXPECT_EQ(nlohmann::json::parse(Run({"detections", "list"}).out)["detections"],
            nlohmann::json::array());
}

TEST_F(Fgctl, GetsByPositionOrByFlag) {
  std::vector<std::string> ids;
  gateway_.get_detection = [&](const v1::GetDetectionRequest& request,
                               v1::GetDetectionResponse& response) {
    ids.push_back(request.composite_id());
    response.mutable_detection()->set_composite_id(request.composite_id());
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"detections", "get", "status", "--output", "table"}).out,
            "composite_id  status\n");
  EXPECT_EQ(Run({"detections", "get", "--composite-id", "b", "-o", "ndjson"}).out,
            "{\"composite_id\":\"b\"}\n");
  EXPECT_THAT(ids, ElementsAre("status", "b"));
}

TEST_F(Fgctl, ReadsIdsFromStandardInputAndReportsMissingOnes) {
  std::vector<std::string> ids;
  gateway_.batch_get_detections = [&](const v1::BatchGetDetectionsRequest& request,
                                      v1::BatchGetDetectionsResponse& response) {
    ids.assign(request.composite_ids().begin(), request.composite_ids().end());
    auto* missing = response.add_missing();
    missing->set_id("b\x1b");
    missing->set_code(404);
    missing->set_message("not found");
    return grpc::Status::OK;
  };
  setting_.in = "a\nb\n\n  c\r\n";
  const ProgramRun run = Run({"detections", "batch-get", "x", "-", "--output", "table"});
  EXPECT_THAT(ids, ElementsAre("x", "a", "b", "c"));
  EXPECT_EQ(run.err, "missing: b\\u{001B}: not found (404)\n");
  EXPECT_EQ(run.code, 3);
}

TEST_F(Fgctl, ReadsIdsFromRecordsOnStandardInputAndRejectsOtherText) {
  std::vector<std::string> ids;
  gateway_.batch_get_detections = [&](const v1::BatchGetDetectionsRequest& request,
                                      auto& response) {
    ids.assign(request.composite_ids().begin(), request.composite_ids().end());
    for (const std::string& id : ids) response.add_detections()->set_composite_id(id);
    return grpc::Status::OK;
  };
  ServePages();
  setting_.in = Run({"detections", "list", "--output", "json"}).out;
  EXPECT_EQ(Run({"detections", "batch-get", "-"}).code, 0);
  EXPECT_THAT(ids, ElementsAre("id0", "id1"));
  setting_.in = "id0\n{\"name\":\"x\"}\n";
  const ProgramRun run = Run({"detections", "batch-get", "-"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("line 2"), HasSubstr("`composite_id`")));
}

TEST_F(Fgctl, RequestsDeferredIdsAgain) {
  int calls = 0;
  gateway_.batch_get_detections = [&](const v1::BatchGetDetectionsRequest& request,
                                      auto& response) {
    ++calls;
    response.add_detections()->set_composite_id(request.composite_ids(0));
    for (int i = 1; i < request.composite_ids_size(); ++i) {
      response.mutable_read_info()->add_deferred_ids(request.composite_ids(i));
    }
    if (calls == 1) response.add_missing()->set_id("gone");
    response.mutable_read_info()->set_upstream_calls(1);
    return grpc::Status::OK;
  };
  const ProgramRun run = Run({"detections", "batch-get", "a", "b", "c", "--output", "json"});
  EXPECT_EQ(calls, 3);
  const auto json = nlohmann::json::parse(run.out);
  EXPECT_THAT(json["detections"], SizeIs(3));
  EXPECT_EQ(json["missing"][0]["id"], "gone");
  EXPECT_EQ(json["read_info"]["upstream_calls"], 3);
  EXPECT_FALSE(json["read_info"].contains("deferred_ids"));
}

TEST_F(Fgctl, FailsWhenIdsStayDeferred) {
  gateway_.batch_get_detections = [&](const v1::BatchGetDetectionsRequest& request,
                                      auto& response) {
    *response.mutable_read_info()->mutable_deferred_ids() = request.composite_ids();
    return grpc::Status::OK;
  };
  const ProgramRun run = Run({"detections", "batch-get", "a", "b"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("2 ids were not read"));
}

TEST_F(Fgctl, PrintsEachNoteAndEachSkippedFieldOnce) {
  gateway_.list_detections = [](const v1::ListDetectionsRequest& request, auto& response) {
    response.add_detections()->set_composite_id("id");
    v1::ReadInfo& info = *response.mutable_read_info();
    auto* note = info.add_notes();
    note->set_field("filter.fql");
    note->set_message("`Pod\x1b` is no known word.");
    info.set_skipped_values(3);
    auto* skipped = info.add_skipped_fields();
    skipped->set_field("severity_name");
    skipped->set_count(2);
    skipped->set_example("\"Info\"");
    if (request.page_token().empty()) response.set_next_page_token("2");
    return grpc::Status::OK;
  };
  for (const char* format : {"table", "json", "ndjson"}) {
    const ProgramRun run = Run({"detections", "list", "--all", "--output", format});
    EXPECT_EQ(run.code, 0);
    EXPECT_EQ(run.err,
              "note: --fql: `Pod\\u{001B}` is no known word.\n"
              "note: severity_name: 4 values do not fit, such as \"Info\"; additional_fields has "
              "them as Falcon sent them.\n"
              "note: 2 values do not fit; additional_fields has them as Falcon sent them.\n")
        << format;
  }
}

TEST_F(Fgctl, PartialResponseExitsWithAnError) {
  gateway_.list_detections = [](const auto&, v1::ListDetectionsResponse& response) {
    response.add_detections()->set_composite_id("id");
    response.mutable_read_info()->set_partial(true);
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"detections", "list"}).code, 1);
  int code = 404;
  gateway_.batch_get_detections = [&](const auto&, v1::BatchGetDetectionsResponse& response) {
    response.add_detections()->set_composite_id("a");
    response.add_missing()->set_code(code);
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"detections", "batch-get", "a", "b"}).code, 3);
  code = 500;
  EXPECT_EQ(Run({"detections", "batch-get", "a", "b"}).code, 1);
}

TEST_F(Fgctl, GetsAHostByIdOrByName) {
  std::vector<std::string> asked;
  gateway_.get_host = [&](const v1::GetHostRequest& request, auto&) {
    asked.push_back(request.device_id() + "/" + request.hostname());
    return grpc::Status::OK;
  };
  const std::string id = "061a51ec742c44624a176f079d742052";
  Run({"hosts", "get", id});
  Run({"hosts", "get", id + "_" + id});
  Run({"hosts", "get", "SRV-PROD-001"});
  EXPECT_THAT(asked, ElementsAre(id + "/", id + "_" + id + "/", "/SRV-PROD-001"));
}

TEST_F(Fgctl, EveryCommandFailsWhenItsOutputCannotBeWritten) {
  ServePages();
  gateway_.get_status = [](const auto&, v1::GetStatusResponse& response) {
    response.set_version("1");
    return grpc::Status::OK;
  };
  const int fd = open("/dev/full", O_WRONLY);
  for (const char* command :
       {"--help", "help hosts list", "--version", "describe", "fql", "completion bash", "status",
        "status -o table", "status -o ndjson", "detections list", "detections list --all -o ndjson",
        "detections list -o table"}) {
    OutputFile file(fd, {});
    setting_.file = &file;
    const ProgramRun run = Run(Split(command, ' '));
    EXPECT_EQ(run.code, 1) << command;
    EXPECT_THAT(run.err, HasSubstr("Standard output: No space left on device")) << command;
  }
  close(fd);
}

TEST_F(Fgctl, PrintsFieldViolationsAndExitsByStatus) {
  gateway_.get_status = [](const auto&, auto&) {
    google::rpc::BadRequest bad;
    auto* violation = bad.add_field_violations();
    violation->set_field("filter");
    violation->set_description("unknown field");
    return ErrorOf(grpc::StatusCode::INVALID_ARGUMENT, "Wrong.", "INVALID_FILTER", {}, bad);
  };
  const ProgramRun run = Run({"status"});
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err, "error: Wrong. (INVALID_FILTER)\n  filter: unknown field\n");
}

TEST_F(Fgctl, SuggestsTheNearestWordForInvalidUsage) {
  EXPECT_THAT(Run({"detection", "list"}).err, HasSubstr("Did you mean detections?"));
  EXPECT_THAT(Run({"hosts", "lst"}).err, HasSubstr("Did you mean list?"));
  EXPECT_THAT(Run({"hosts", "list", "--hostnme", "x"}).err, HasSubstr("Did you mean --hostname?"));
  EXPECT_THAT(Run({"hosts"}).err, HasSubstr("Known: list, get"));
  EXPECT_THAT(Run({"status", "-o", "xml"}).err, HasSubstr("table, wide, json, ndjson"));
  EXPECT_THAT(Run({"status", "--timeout", "soon"}).err, HasSubstr("30s"));
  for (const char* command :
       {"detection list", "hosts", "hosts list extra", "status -o xml", "detections list --limit 0",
        "detections list --severity x", "status --cert a", "status --ca-file /does/not/exist"}) {
    EXPECT_EQ(Run(Split(command, ' ')).code, 2) << command;
  }
}

TEST_F(Fgctl, NamesTheAddressWhenNoGatewayListens) {
  setting_.variables["FALCON_GATEWAY_ADDRESS"] = "127.0.0.1:1";
  const ProgramRun run = RunFgctl({"status"}, setting_);
  EXPECT_EQ(run.code, 5);
  EXPECT_THAT(run.err, HasSubstr("Is a gateway running at 127.0.0.1:1"));
}

TEST_F(Fgctl, HelpNeedsNoGateway) {
  EXPECT_FALSE(RunFgctl({}, setting_).out.empty());
  for (const char* command :
       {"--help", "help", "help hosts list", "hosts --help", "describe", "describe hosts",
        "describe hosts get", "describe status", "fql hosts", "completion bash", "--version"}) {
    const ProgramRun run = RunFgctl(Split(command, ' '), setting_);
    EXPECT_EQ(run.code, 0) << command << run.err;
    EXPECT_FALSE(run.out.empty()) << command;
  }
  EXPECT_THAT(RunFgctl({"--help"}, setting_).out, HasSubstr("130  interrupted"));
  EXPECT_THAT(RunFgctl({"help", "hosts", "list"}, setting_).out, HasSubstr("--hostname TEXT"));
}

// So that a noun or a flag that is renamed does not stay behind in the help.
TEST_F(Fgctl, ExamplesOfTheHelpAreValidCommands) {
  const std::string help = RunFgctl({"--help"}, setting_).out;
  int examples = 0;
  for (const std::string& line : Split(help.substr(help.find("Examples:")), '\n')) {
    if (!line.starts_with("fgctl ")) continue;
    ++examples;
    const size_t end = std::min(line.find(" > "), line.find("    "));
    std::vector<std::string> words = Split(line.substr(6, end == line.npos ? end : end - 6), ' ');
    words.emplace_back("--help");
    EXPECT_EQ(RunFgctl(words, setting_).code, 0) << line;
  }
  EXPECT_GT(examples, 3);
}

TEST_F(Fgctl, ListsTheFieldsOfFqlWithTheirOperators) {
  const std::string out = RunFgctl({"fql", "detections"}, setting_).out;
  EXPECT_THAT(out, AllOf(HasSubstr("device.hostname"), HasSubstr("created_timestamp"),
                         HasSubstr("time        : :[] :! > >= < <=")));
  EXPECT_EQ(RunFgctl({"fql", "nonsense"}, setting_).code, 2);
}

// `fgctl fql > proto/FQL.md` and `fgctl api > docs/api.md` after a change of the protos.
TEST_F(Fgctl, FqlAndApiPagesEqualTheCommittedOnes) {
  for (const auto& [command, path] :
       {std::pair("fql", FALCON_FQL_PAGE), std::pair("api", FALCON_API_PAGE)}) {
    std::ifstream file(path);
    const std::string page(std::istreambuf_iterator<char>(file), {});
    EXPECT_TRUE(page == RunFgctl({command}, setting_).out)
        << path << " is not what `fgctl " << command << "` prints";
  }
  EXPECT_THAT(RunFgctl({"fql"}, setting_).out,
              AllOf(HasSubstr("## vulnerabilities"), HasSubstr("`cve.exprt_rating`")));
  EXPECT_THAT(RunFgctl({"api"}, setting_).out,
              AllOf(HasSubstr("### DetectionFilter"), HasSubstr("`FQL_INVALID`"),
                    HasSubstr("`created_timestamp:>= that many days ago`")));
}

TEST_F(Fgctl, CompletesCommandsFlagsWordsAndFqlThatBeginAlike) {
  const struct {
    std::vector<std::string> words;
    std::string lines;
  } cases[] = {
      {{"host"}, "hosts\n"},
      {{"hosts", "login"}, "login-history\n"},
      {{"detections", "list", "--min-s"}, "--min-severity\n"},
      {{"detections", "list", "--outp"}, "--output\n"},
      {{"detections", "list", "-o", "j"}, "json\n"},
      {{"detections", "list", "--severity", ""}, "informational\nlow\nmedium\nhigh\ncritical\n"},
      {{"detections", "list", "--severity", "high,cri"}, "high,critical\n"},
      {{"detections", "list", "--fields", "severity,device.hostn"}, "severity,device.hostname\n"},
      {{"detections", "list", "--fql", "confid"},
       "confidence:\nconfidence:!\nconfidence:>\nconfidence:>=\nconfidence:<\nconfidence:<=\n"},
      {{"detections", "list", "--fql", "\"status:'new'+sever"},
       "\"status:'new'+severity:\n\"status:'new'+severity_name:\n"},
      {{"detections", "list", "--fql", "severity_n"},
       "severity_name:'Informational'\nseverity_name:'Low'\nseverity_name:'Medium'\nseverity_name:'"
       "High'\nseverity_name:'Critical'\n"},
      {{"detections", "list", "--fql", "severity_name:'Hi"}, "severity_name:'High'\n"},
      {{"hosts", "list", "--order-by", "first_s"}, "first_seen\n"},
      {{"describe", "incid"}, "incidents\n"},
      {{"hosts", "list", "--hostname", ""}, ""},
  };
  for (const auto& one : cases) {
    std::vector<std::string> words = one.words;
    words.insert(words.begin(), "__complete");
    const ProgramRun run = RunFgctl(words, setting_);
    EXPECT_EQ(run.out, one.lines) << words.back();
    EXPECT_EQ(run.code, 0) << run.err;
  }
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_THAT(RunFgctl({"completion", shell}, setting_).out, HasSubstr("fgctl __complete"));
  }
  EXPECT_EQ(RunFgctl({"completion", "tcsh"}, setting_).code, 2);
}

// Each value in its place, hostile text harmless, and nothing for a spreadsheet to run.
TEST_F(Fgctl, PrintsRecordsAsCsvYamlAndIds) {
  gateway_.list_detections = [](const auto&, v1::ListDetectionsResponse& response) {
    v1::Detection& one = *response.add_detections();
    one.set_composite_id("a:1");
    one.set_severity(v1::SEVERITY_HIGH);
    one.mutable_created_timestamp()->set_seconds(1'780'000'000);
    one.mutable_device()->set_hostname("=cmd(\"x\"), \x1b[2J");
    one.set_display_name("- a: b");
    response.add_detections()->set_composite_id("-2");
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"detections", "list", "-o", "ids"}).out, "a:1\n-2\n");
  const ProgramRun csv = Run({"detections", "list", "-o", "csv", "--fields",
                              "composite_id,severity,created_timestamp,device.hostname"});
  EXPECT_EQ(csv.out,
            "composite_id,severity,created_timestamp,device.hostname\n"
            "a:1,high,2026-05-28T20:26:40Z,\"'=cmd(\"\"x\"\"), \\u{001B}[2J\"\n"
            "-2,,,\n");
  EXPECT_EQ(Run({"detections", "list", "-o", "yaml"}).out,
            "- composite_id: \"a:1\"\n"
            "  severity: \"SEVERITY_HIGH\"\n"
            "  created_timestamp: \"2026-05-28T20:26:40Z\"\n"
            "  display_name: \"- a: b\"\n"
            "  device:\n"
            "    hostname: \"=cmd(\\\"x\\\"), \\u001b[2J\"\n"
            "- composite_id: \"-2\"\n");
  EXPECT_THAT(Run({"status", "-o", "ids"}).err, HasSubstr("has no id"));
}

TEST_F(Fgctl, HelpOfACommandHasAnExampleAndTheFlagsOfAll) {
  const std::string help = RunFgctl({"incidents", "list", "--help"}, setting_).out;
  EXPECT_THAT(help, AllOf(HasSubstr("fgctl incidents list --days 7 --"),
                          HasSubstr("--output FORMAT"), HasSubstr("--address HOST:PORT")));
}

}  // namespace
}  // namespace falcon::client
