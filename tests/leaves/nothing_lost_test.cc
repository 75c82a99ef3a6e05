// Every record of every answer, with every leaf mutated: each value is in its field, or in
// `additional_fields` under its path.
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "google/protobuf/field_mask.pb.h"
#include "json/decoder.h"
#include "tests/contract/protos.h"
#include "tests/leaves/comparison.h"
#include "tests/leaves/samples.h"

namespace falcon::leaves {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Messages of answers that are not read from one record of Falcon's.
bool IsRecord(const Descriptor& message) {
  static const std::set<std::string> kOurs = {
      "PartialError", "ReadInfo",      "AggregationBucket", "AggregationTable",
      "FullReadCost", "Investigation", "Reputation",        "IocCheck"};
  return message.file()->package() == "falcon_gateway.v1" && !kOurs.contains(message.name());
}

// Full names of the messages that methods with `read_info` answer with.
std::vector<std::string> RecordNames() {
  const testing::Protos protos;
  std::set<std::string> names;
  for (const auto* method : protos.methods()) {
    const Descriptor& answer = *method->output_type();
    if (answer.FindFieldByName("read_info") == nullptr) continue;
    for (int i = 0; i < answer.field_count(); ++i) {
      const Descriptor* message = answer.field(i)->message_type();
      if (message != nullptr && IsRecord(*message)) names.insert(message->full_name());
    }
  }
  return {names.begin(), names.end()};
}

// A record type with its decoder, and all that is asserted of one decoded record.
class NothingLost : public ::testing::TestWithParam<std::string> {
 protected:
  NothingLost()
      : record_(*DescriptorPool::generated_pool()->FindMessageTypeByName(GetParam())),
        decoder_(&record_),
        sample_(SampleOf(record_)) {}

  json::Document Parsed(const std::string& record) {
    auto document = json::Document::Parse(StrCat(R"({"resources":[)", record, "]}"));
    EXPECT_TRUE(document.ok()) << document.status();
    return *std::move(document);
  }

  // `sent` holds the record as Falcon sends it, `record` what it means.
  void Expect(const json::Document& sent, const Json& record, const json::DecodeOptions& options) {
    const std::unique_ptr<Message> message(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(&record_)->New());
    json::DecodeReport report;
    ASSERT_TRUE(decoder_.Decode(sent, 0, options, *message, report));
    const Tally tally = Compare(record, *message, options.selection, options.additional_fields);
    EXPECT_EQ(tally.lost, std::vector<std::string>()) << sent.ResourceText(0).substr(0, 1000);
    EXPECT_EQ(report.skipped_values, tally.misfits) << sent.ResourceText(0).substr(0, 1000);
    int64_t named = 0;
    for (const auto& [field, values] : report.fields) named += values.count;
    if (report.fields.size() < json::DecodeReport::kMaxFields) EXPECT_EQ(named, tally.misfits);
  }

  // With everything, with what is not modelled, and brief.
  void ExpectInEveryView(const Json& record) {
    const json::Document sent = Parsed(record.dump());
    json::DecodeOptions options;
    Expect(sent, record, options);
    options.additional_fields = true;
    Expect(sent, record, options);
    options.selection = json::FieldSelection::Brief(&record_);
    Expect(sent, record, options);
  }

  // The sample with other values at its leaves: the `turn`-th at the first, the next at the second
  // and so on, so that each leaf sees each value in as many turns as there are values.
  Json WithOddLeaves(size_t turn) const {
    Json record = sample_;
    ForEachLeaf(record, [turn](Json& leaf, int number) {
      leaf = OddValues()[(turn + static_cast<size_t>(number)) % OddValues().size()];
    });
    return record;
  }

  const Descriptor& record_;
  const json::Decoder decoder_;
  const Json sample_;
};

// Paths of one field each, down to fields of messages inside.
void AddPaths(const Descriptor& message, const std::string& around, int depth,
              std::vector<std::string>& paths) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    paths.push_back(around + field.name());
    const Descriptor* inside = field.message_type();
    const bool ours =
        inside != nullptr && inside->file()->package() == "falcon_gateway.v1" && !field.is_map();
    if (ours && depth > 1) AddPaths(*inside, paths.back() + ".", depth - 1, paths);
  }
}

TEST_P(NothingLost, HasAPlaceForWhatDoesNotFit) {
  const FieldDescriptor* field = record_.FindFieldByName("additional_fields");
  ASSERT_NE(field, nullptr) << record_.full_name();
  EXPECT_EQ(field->message_type()->full_name(), "google.protobuf.Struct");
}

TEST_P(NothingLost, OfARecordWhoseValuesFit) {
  ExpectInEveryView(sample_);
  Json record = sample_;
  AddUnmodelledKeys(record);
  ExpectInEveryView(record);
}

TEST_P(NothingLost, OfLeavesWithOddValues) {
  for (size_t turn = 0; turn < OddValues().size(); ++turn) {
    Json record = WithOddLeaves(turn);
    if (turn % 2 == 0) AddUnmodelledKeys(record);
    ExpectInEveryView(record);
  }
}

TEST_P(NothingLost, OfObjectsAndListsWithOddValues) {
  for (size_t turn = 0; turn < OddValues().size(); ++turn) {
    const auto change = [turn](Json& container, int number) {
      container = OddValues()[(turn + static_cast<size_t>(number)) % OddValues().size()];
    };
    for (int depth = 1;; ++depth) {
      Json record = sample_;
      if (!ForEachContainer(record, depth, change)) break;
      ExpectInEveryView(record);
    }
  }
}

TEST_P(NothingLost, UnderAMaskOfOneField) {
  const Json record = WithOddLeaves(0);
  const json::Document sent = Parsed(record.dump());
  std::vector<std::string> paths;
  AddPaths(record_, "", 2, paths);
  for (const std::string& path : paths) {
    google::protobuf::FieldMask mask;
    mask.add_paths(path);
    json::DecodeOptions options;
    options.selection = *json::FieldSelection::FromMask(mask, &record_);
    Expect(sent, record, options);
  }
}

TEST_P(NothingLost, OfDuplicateKeysTheLaterCounts) {
  for (size_t turn = 0; turn < OddValues().size(); turn += 4) {
    Json odd = WithOddLeaves(turn);
    AddUnmodelledKeys(odd);
    json::DecodeOptions options;
    options.additional_fields = true;
    const auto both = [](const Json& first, const Json& second) {
      const std::string head = first.dump();
      return StrCat(head.substr(0, head.size() - 1), ",", second.dump().substr(1));
    };
    Json then_fitting = odd;
    then_fitting.update(sample_);
    Expect(Parsed(both(odd, sample_)), then_fitting, options);
    Expect(Parsed(both(sample_, odd)), odd, options);
  }
}

INSTANTIATE_TEST_SUITE_P(Records, NothingLost, ::testing::ValuesIn(RecordNames()),
                         [](const auto& record) {
                           return record.param.substr(record.param.rfind('.') + 1);
                         });

}  // namespace
}  // namespace falcon::leaves
