// The reasons of errors and notes in the protos, and those in the code: neither knows of one that the
// other does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/errors.pb.h"
#include "tests/support/paths.h"

namespace falcon {
namespace {

using Names = std::set<std::string>;

Names ReasonsOf(const google::protobuf::EnumDescriptor& type, const std::string& prefix) {
  Names names;
  for (int i = 1; i < type.value_count(); ++i) {
    names.insert(type.value(i)->name().substr(prefix.size()));
  }
  return names;
}

// Texts in capitals of service/, but for its start, whose failures no caller sees.
Names TextsInSources() {
  const std::set<std::string> start = {"config", "main.cc", "listen_socket.cc", "server.cc"};
  const std::regex text(R"re("([A-Z][A-Z_0-9]{3,})")re");
  Names texts;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(testing::SourcePath("service"))) {
    const auto& path = entry.path();
    const bool source = path.extension() == ".cc" || path.extension() == ".h";
    if (!source || start.contains(path.filename()) ||
        start.contains(path.parent_path().filename())) {
      continue;
    }
    std::ifstream in(path);
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    for (std::sregex_iterator it(all.begin(), all.end(), text), end; it != end; ++it) {
      texts.insert((*it)[1]);
    }
  }
  return texts;
}

const Names kReasons = ReasonsOf(*v1::ErrorReason_descriptor(), "ERROR_REASON_");
const Names kNotes = ReasonsOf(*v1::NoteReason_descriptor(), "NOTE_REASON_");

TEST(Reasons, OfTheProtosAreSentByTheCode) {
  const Names texts = TextsInSources();
  for (const Names& names : {kReasons, kNotes}) {
    for (const std::string& name : names) EXPECT_TRUE(texts.contains(name)) << name;
  }
  EXPECT_GE(kReasons.size(), 50U);
}

TEST(Reasons, OfTheCodeAreInTheProtos) {
  // Methods of HTTP, variables that errors name, words of Falcon's, prefixes of enums, and what stays
  // inside.
  const std::regex other(
      "GET|POST|HEAD|PUT|HTTPS?|AUTH|PING|PONG|SELECT|ALL_PROXY|HTTPS_PROXY|VIRUSTOTAL_API_KEY|"
      "LISTEN_FAILED|US_GOV1|HMAC|SHA512|NOAUTH|ABCDEFGH.*|FALCON_.*|CROWDSTRIKE_.*|REDIS_.*|"
      "IOC_TYPE_.*|INDICATOR_TYPE_|AGGREGATION_KIND_|AGGREGATION_INTERVAL_|VALIDATED|SUPERSEDED|"
      "INVALID_BASE_URL|INVALID_REGION|"
      "UNSPECIFIED");
  for (const std::string& text : TextsInSources()) {
    if (std::regex_match(text, other)) continue;
    EXPECT_TRUE(kReasons.contains(text) || kNotes.contains(text)) << text;
  }
}

}  // namespace
}  // namespace falcon
