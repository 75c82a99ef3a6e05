// The sinks.
#include "cli/record_sink.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "messages.h"
#include "render/document_text.h"
#include "render/record_table.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Message;

class TableSink final : public RecordSink {
 public:
  TableSink(RecordColumns columns, const Style& style, std::ostream& out)
      : columns_(std::move(columns)), style_(style), out_(out) {}

  void Add(const Message& record) override {
    for (std::vector<Cell>& row : RowsOf(record, columns_, style_)) rows_.push_back(std::move(row));
  }

  void EndPage() override {
    if (rows_.empty()) return;
    if (!layout_) {
      Settle();
      out_ << HeaderLine(*layout_, style_) << '\n';
    }
    for (const std::vector<Cell>& row : rows_) out_ << RowLine(*layout_, row, style_) << '\n';
    out_.flush();
    rows_.clear();
  }

  void End(const Message*) override { EndPage(); }

  std::vector<std::string> Hidden() const override { return hidden_; }

 private:
  bool HasText(size_t column) const {
    return std::any_of(rows_.begin(), rows_.end(),
                       [&](const std::vector<Cell>& row) { return !row[column].text.empty(); });
  }

  void Settle() {
    layout_ = FitTable(TableColumns(columns_), rows_, style_);
    for (size_t i = 0; i < columns_.paths.size(); ++i) {
      if (columns_.drop_empty && !HasText(i)) {
        layout_->widths[i] = 0;
      } else if (layout_->widths[i] == 0) {
        hidden_.push_back(columns_.paths[i].name);
      }
    }
  }

  const RecordColumns columns_;
  const Style style_;
  std::ostream& out_;
  std::vector<std::vector<Cell>> rows_;
  std::optional<TableLayout> layout_;
  std::vector<std::string> hidden_;
};

class CardSink final : public RecordSink {
 public:
  CardSink(const Style& style, std::ostream& out) : style_(style), out_(out) {}

  void Add(const Message& record) override {
    if (!first_) out_ << '\n';
    first_ = false;
    out_ << Card(record, style_);
  }
  void EndPage() override { out_.flush(); }
  void End(const Message*) override {}

 private:
  const Style style_;
  std::ostream& out_;
  bool first_ = true;
};

// Each record as a text of its own.
class TextSink final : public RecordSink {
 public:
  using Text = std::function<std::string(const Message& record)>;
  // `head` comes before the first record.
  TextSink(Text text, std::ostream& out, std::string head = {})
      : text_(std::move(text)), out_(out), head_(std::move(head)) {}

  void Add(const Message& record) override { out_ << std::exchange(head_, {}) << text_(record); }
  void EndPage() override { out_.flush(); }
  void End(const Message*) override { out_ << std::exchange(head_, {}) << std::flush; }

 private:
  const Text text_;
  std::ostream& out_;
  std::string head_;
};

// One answer's JSON, although its records may come in many: they are written as they come, never
// held.
class JsonSink final : public RecordSink {
 public:
  JsonSink(const google::protobuf::FieldDescriptor& records, std::ostream& out)
      : records_(records), out_(out) {}

  void Add(const Message& record) override {
    Begin();
    out_ << (first_ ? "\n    " : ",\n    ") << JsonText(record, JsonForm::kPretty, 2);
    first_ = false;
  }

  void EndPage() override {
    Begin();
    out_.flush();
  }

  void End(const Message* last) override {
    if (last == nullptr && !begun_) return;
    Begin();
    out_ << (first_ ? "]" : "\n  ]");
    if (last != nullptr) out_ << OtherFields(*last);
    out_ << "\n}\n";
    out_.flush();
  }

 private:
  void Begin() {
    if (begun_) return;
    begun_ = true;
    out_ << "{\n  " << JsonString(records_.name()) << ": [";
  }

  // The answer printed without its records, and without its braces.
  std::string OtherFields(const Message& last) const {
    const std::unique_ptr<Message> rest(last.New());
    rest->CopyFrom(last);
    rest->GetReflection()->ClearField(rest.get(), &records_);
    const std::string text = JsonText(*rest, JsonForm::kPretty);
    if (text == "{}") return {};
    return "," + text.substr(1, text.size() - 3);
  }

  const google::protobuf::FieldDescriptor& records_;
  std::ostream& out_;
  bool begun_ = false;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<RecordSink> MakeSink(OutputFormat format,
                                     const google::protobuf::Descriptor& record,
                                     const std::vector<std::string>& mask, const Style& style,
                                     std::ostream& out) {
  switch (format) {
    case OutputFormat::kNdjson:
      return std::make_unique<TextSink>(
          [](const Message& one) { return JsonText(one, JsonForm::kOneLine) + "\n"; }, out);
    case OutputFormat::kYaml:
      return std::make_unique<TextSink>([](const Message& one) { return YamlItem(one); }, out);
    case OutputFormat::kIds:
      return std::make_unique<TextSink>(
          [](const Message& one) {
            return EscapeUnsafe(ScalarText(one, *one.GetDescriptor()->field(0), -1)) + "\n";
          },
          out);
    case OutputFormat::kCsv: {
      const auto columns = std::make_shared<const RecordColumns>(ColumnsOf(record, mask));
      return std::make_unique<TextSink>(
          [columns](const Message& one) { return CsvRows(one, *columns); }, out,
          CsvHeader(*columns));
    }
    default:
      break;
  }
  if (std::find(mask.begin(), mask.end(), "*") != mask.end()) {
    return std::make_unique<CardSink>(style, out);
  }
  return std::make_unique<TableSink>(ColumnsOf(record, mask), style, out);
}

std::unique_ptr<RecordSink> MakeJsonSink(const google::protobuf::FieldDescriptor& records,
                                         std::ostream& out) {
  return std::make_unique<JsonSink>(records, out);
}

}  // namespace falcon::client
