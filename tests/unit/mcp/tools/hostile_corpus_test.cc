// Every hostile text in every text field of every record of every noun: what comes out is harmless,
// well formed, and still tells what stood there.
#include "tests/unit/mcp/tools/hostile_corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "mcp/tools/record_json.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "tests/support/unescape.h"
#include "tests/unit/client/test_catalog.h"

namespace falcon::mcp {
namespace {

using client::KindOf;
using client::MessageKind;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Every record, and every answer that is none; of an investigation each record by itself.
std::set<const Descriptor*> RecordTypes(const client::Catalog& catalog) {
  std::set<const Descriptor*> types;
  for (const client::Noun& noun : catalog.nouns()) {
    for (const client::Method& method : noun.methods) {
      const Descriptor* answer = method.descriptor->output_type();
      if (answer->FindFieldByName("investigation") != nullptr) continue;
      types.insert(method.shape.records != nullptr ? method.shape.records->message_type() : answer);
    }
  }
  return types;
}

bool HoldsNoText(const Descriptor& type) {
  return KindOf(type) == MessageKind::kTimestamp || KindOf(type) == MessageKind::kDuration;
}

// Sets every text of a message, down to messages that are inside of themselves. Counts the values.
class Filler {
 public:
  explicit Filler(std::string text) : text_(std::move(text)) {}

  void Fill(Message& message, std::set<const Descriptor*> above = {}) {
    const Descriptor& type = *message.GetDescriptor();
    if (!above.insert(&type).second) return;
    const auto kind = KindOf(type);
    if (kind == MessageKind::kStruct || kind == MessageKind::kOther) {
      for (int i = 0; i < type.field_count(); ++i) FillField(message, *type.field(i), above);
    } else if (kind == MessageKind::kValue) {
      SetText(message, *type.FindFieldByName("string_value"));
    } else if (kind == MessageKind::kFieldMask) {
      message.GetReflection()->AddString(&message, type.field(0), text_);
      ++values_;
    }
  }

  int values() const { return values_; }

 private:
  void FillField(Message& message, const FieldDescriptor& field,
                 const std::set<const Descriptor*>& above) {
    const auto& reflection = *message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) return SetText(message, field);
    if (field.message_type() == nullptr || HoldsNoText(*field.message_type())) return;
    if (field.is_map()) {
      Message& entry = *reflection.AddMessage(&message, &field);
      entry.GetReflection()->SetString(&entry, field.message_type()->map_key(), text_);
      FillField(entry, *field.message_type()->map_value(), above);
    } else if (field.is_repeated()) {
      for (int i = 0; i < 2; ++i) Fill(*reflection.AddMessage(&message, &field), above);
    } else {
      Fill(*reflection.MutableMessage(&message, &field), above);
    }
  }

  void SetText(Message& message, const FieldDescriptor& field) {
    ++values_;
    if (field.is_repeated()) {
      message.GetReflection()->AddString(&message, &field, text_);
    } else {
      message.GetReflection()->SetString(&message, &field, text_);
    }
  }

  const std::string text_;
  int values_ = 0;
};

// All texts of a JSON value; keys are checked on the way.
void Collect(const nlohmann::json& json, std::vector<std::string>& out) {
  if (json.is_string()) out.push_back(json);
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      EXPECT_TRUE(IsHarmless(key)) << key;
      Collect(value, out);
    }
  } else if (json.is_array()) {
    for (const auto& value : json) Collect(value, out);
  }
}

std::vector<std::string> TextsIn(const std::string& text) {
  EXPECT_TRUE(IsHarmless(text)) << text;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  EXPECT_TRUE(json.is_object()) << text;
  std::vector<std::string> texts;
  Collect(json, texts);
  return texts;
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Nothing between the tags reads as one.
void ExpectClosedOnce(const std::string& data) {
  const std::string around = Lower(UntrustedBlock(kTestNonce).Around(data));
  EXPECT_EQ(Count(around, "<falcon-data"), 1u) << around;
  EXPECT_EQ(Count(around, "</falcon-data"), 1u) << around;
  EXPECT_TRUE(around.ends_with("\n</falcon-data-0123456789abcdef>"));
}

class HostileCorpus : public testing::Test {
 protected:
  // Each hostile text in each record.
  template <class Check>
  void ForEachRecord(const Check& check) {
    for (const std::string& text : HostileTexts()) {
      for (const Descriptor* type : RecordTypes(*catalog_)) {
        SCOPED_TRACE(type->name() + " of " + client::EscapeUnsafe(text).substr(0, 100));
        const auto record = catalog_->NewMessage(*type);
        Filler filler(text);
        filler.Fill(*record);
        check(*record, text, filler.values());
        if (HasFatalFailure() || HasNonfatalFailure()) return;
      }
    }
  }

  const client::Catalog* const catalog_ = client::RealCatalog();
};

TEST_F(HostileCorpus, IsLargeAndReachesAllNouns) {
  EXPECT_GE(HostileTexts().size(), 60u);
  EXPECT_GE(RecordTypes(*catalog_).size(), catalog_->nouns().size());
}

TEST_F(HostileCorpus, EveryFieldOfEveryRecordComesThroughAsJson) {
  ForEachRecord([](const Message& record, const std::string& text, int values) {
    RecordCuts cuts;
    const std::string out = Text(RecordJson(record, {.text_bytes = kTestTextBytes}, cuts));
    const std::vector<std::string> shown = TextsIn(out);
    EXPECT_EQ(static_cast<int>(shown.size()), values);
    for (const std::string& one : std::set(shown.begin(), shown.end())) {
      EXPECT_TRUE(cuts.any() ? Tells(one, text) : ReadBack(one) == text) << one;
      EXPECT_LE(one.size(), kTestTextBytes);
    }
    ExpectClosedOnce(out);
  });
}

TEST_F(HostileCorpus, NoRecordBreaksOutOfItsRoom) {
  ForEachRecord([](const Message& record, const std::string& text, int) {
    RecordCuts cuts;
    const std::string out = Text(RecordWithin(record, 1024, cuts));
    EXPECT_LE(out.size(), 1024u);
    const std::vector<std::string> shown = TextsIn(out);
    for (const std::string& one : std::set(shown.begin(), shown.end())) {
      EXPECT_TRUE(Tells(one, text)) << one;
    }
    const FieldDescriptor* id = IdFieldOf(*record.GetDescriptor());
    if (id != nullptr) {
      EXPECT_TRUE(nlohmann::json::parse(out).contains(id->name())) << out;
    }
    ExpectClosedOnce(out);
  });
}

TEST_F(HostileCorpus, NoTextForgesALineOfACard) {
  std::map<const Descriptor*, size_t> lines;
  for (const Descriptor* type : RecordTypes(*catalog_)) {
    const auto record = catalog_->NewMessage(*type);
    Filler("x").Fill(*record);
    lines[type] = Count(RecordCard(*record), "\n");
  }
  ForEachRecord([&](const Message& record, const std::string&, int) {
    const std::string card = RecordCard(record);
    EXPECT_EQ(Count(card, "\n"), lines[record.GetDescriptor()]) << card;
    EXPECT_TRUE(card.ends_with('\n'));
    EXPECT_TRUE(IsHarmless(client::Replace(card, '\n', ' '))) << card;
    EXPECT_EQ(Lower(card).find("http"), std::string::npos) << card;
    ExpectClosedOnce(card);
  });
}

TEST_F(HostileCorpus, PlainTextTellsAllAndLinksNowhere) {
  for (const std::string& text : HostileTexts()) {
    const std::string whole = UntrustedText(text, size_t{1} << 20);
    EXPECT_TRUE(IsHarmless(whole)) << whole;
    EXPECT_EQ(Fanged(ReadBack(whole)), Fanged(text)) << whole;
    EXPECT_EQ(whole.find("http"), std::string::npos) << whole;
    for (const size_t bytes : {20, 64, 100, 1000}) {
      const std::string cut = UntrustedText(text, bytes);
      EXPECT_LE(cut.size(), bytes);
      EXPECT_TRUE(IsHarmless(cut));
      EXPECT_TRUE(whole == cut || whole.starts_with(WithoutCut(cut, text.size()))) << cut;
    }
    ExpectClosedOnce(whole);
    ExpectClosedOnce(text);
  }
}

}  // namespace
}  // namespace falcon::mcp
