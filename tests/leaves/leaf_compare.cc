// leaf_compare [NOUN] FILE...: decodes records and prints a row for each: how many of its leaves
// are typed, kept raw in `additional_fields`, not modelled, or lost. Exit 1 when one is lost.
//
//   leaf_compare tests/data/*_full.json tests/data/*_ugly.json   nouns by file name: discovered_host_ugly.json
//   leaf_compare host answer.json                                any file: a record, a list of records, Falcon's whole answer, or
//                                                                {"record": {...}}
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "google/protobuf/message.h"
#include "json/decoder.h"
#include "tests/leaves/comparison.h"

namespace falcon::leaves {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

// The message of "discovered_host", or of the longest noun that a file name begins with.
const Descriptor* MessageOf(std::string_view noun) {
  std::string name = "falcon_gateway.v1.";
  bool upper = true;
  for (const char c : noun) {
    if (c != '_') name.push_back(upper ? static_cast<char>(std::toupper(c)) : c);
    upper = c == '_';
  }
  const Descriptor* message = DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  const size_t last = noun.rfind('_');
  if (message != nullptr || last == std::string_view::npos) return message;
  return MessageOf(noun.substr(0, last));
}

std::string StemOf(std::string_view file) {
  const std::string_view name = file.substr(file.rfind('/') + 1);
  return std::string(name.substr(0, name.rfind('.')));
}

std::vector<Json> RecordsIn(Json file) {
  if (file.is_object() && file.contains("resources")) file = file["resources"];
  if (file.is_object() && file.contains("record")) file = file["record"];
  if (file.is_array()) return file.get<std::vector<Json>>();
  return {std::move(file)};
}

Tally CompareRecord(const json::Decoder& decoder, const Json& record, Message& message) {
  Json answer;
  answer["resources"] = Json::array({record});
  const auto document = json::Document::Parse(answer.dump());
  json::DecodeOptions options;
  options.additional_fields = true;
  json::DecodeReport report;
  if (!document.ok() || !decoder.Decode(*document, 0, options, message, report)) {
    Tally tally;
    tally.lost.emplace_back("the record is no JSON object");
    return tally;
  }
  return Compare(record, message, {}, /*unmodelled_asked=*/true);
}

// Whether nothing was lost.
bool CompareFile(const std::string& file, const Descriptor& noun) {
  std::ifstream stream(file);
  const Json content = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (content.is_discarded()) {
    std::cerr << file << " is not JSON\n";
    return false;
  }
  const json::Decoder decoder(&noun);
  const Message& prototype = *MessageFactory::generated_factory()->GetPrototype(&noun);
  bool whole = true;
  for (const Json& record : RecordsIn(content)) {
    const std::unique_ptr<Message> message(prototype.New());
    const Tally tally = CompareRecord(decoder, record, *message);
    std::printf("%-36s %-24s %6d %6d %8d %10d %6zu\n", StemOf(file).c_str(), noun.name().c_str(),
                tally.typed, tally.none, tally.kept, tally.unmodelled, tally.lost.size());
    for (const std::string& lost : tally.lost) std::printf("  lost: %s\n", lost.c_str());
    whole = whole && tally.lost.empty();
  }
  return whole;
}

int Run(std::vector<std::string> arguments) {
  const bool named = !arguments.empty() && arguments[0].find('.') == std::string::npos;
  std::optional<std::string> noun;
  if (named) {
    noun = arguments[0];
    arguments.erase(arguments.begin());
  }
  if (arguments.empty()) {
    std::cerr << "usage: leaf_compare [NOUN] FILE.json...\n";
    return 2;
  }
  std::printf("%-36s %-24s %6s %6s %8s %10s %6s\n", "record", "message", "typed", "none",
              "kept raw", "unmodelled", "lost");
  bool whole = true;
  for (const std::string& file : arguments) {
    const Descriptor* message = MessageOf(noun.value_or(StemOf(file)));
    if (message == nullptr) std::cerr << "no message for " << file << "\n";
    whole = message != nullptr && CompareFile(file, *message) && whole;
  }
  return whole ? 0 : 1;
}

}  // namespace
}  // namespace falcon::leaves

int main(int argc, char** argv) { return falcon::leaves::Run({argv + 1, argv + argc}); }
