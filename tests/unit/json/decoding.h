// Decodes one record for a test, and shows it as protobuf text on one line.
#ifndef FALCON_TESTS_UNIT_JSON_DECODING_H_
#define FALCON_TESTS_UNIT_JSON_DECODING_H_

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

#include "base/text.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include "json/decoder.h"

namespace falcon::json {

template <class M>
struct Decoded {
  M message;
  DecodeReport report;
};

inline Document Parsed(std::string body) {
  absl::StatusOr<Document> document = Document::Parse(std::move(body));
  EXPECT_TRUE(document.ok()) << document.status();
  return *std::move(document);
}

template <class M>
Decoded<M> DecodeRecord(std::string_view record, const DecodeOptions& options = {}) {
  Decoded<M> decoded;
  const Decoder decoder(M::descriptor());
  const Document document = Parsed(StrCat(R"({"resources":[)", record, "]}"));
  EXPECT_TRUE(decoder.Decode(document, 0, options, decoded.message, decoded.report));
  return decoded;
}

inline std::string Text(const google::protobuf::Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(message, &text);
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

// `text` as the `additional_fields` that it should be.
inline google::protobuf::Struct StructOf(std::string_view text) {
  google::protobuf::Struct made;
  const auto status = google::protobuf::util::JsonStringToMessage(std::string(text), &made);
  EXPECT_TRUE(status.ok()) << status.ToString() << text;
  return made;
}

// How many values of each field did not fit.
inline std::map<std::string, int64_t> CountsOf(const DecodeReport& report) {
  std::map<std::string, int64_t> counts;
  for (const auto& [name, field] : report.fields) counts[name] = field.count;
  return counts;
}

inline std::string TestData(std::string_view name) {
  std::ifstream file(StrCat(FALCON_TEST_DATA "/", name));
  EXPECT_TRUE(file.good()) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace falcon::json

#endif  // FALCON_TESTS_UNIT_JSON_DECODING_H_
