// The sinks.
#include "cli/record_sink.h"

#include <algorithm>
#include <optional>

#include "messages.h"
#include "render/record_table.h"

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

class NdjsonSink final : public RecordSink {
 public:
  explicit NdjsonSink(std::ostream& out) : out_(out) {}
  void Add(const Message& record) override { out_ << JsonText(record, JsonForm::kOneLine) << '\n'; }
  void EndPage() override { out_.flush(); }
  void End(const Message*) override { out_.flush(); }

 private:
  std::ostream& out_;
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

std::unique_ptr<RecordSink> MakeSink(OutputFormat format, const Method& method,
                                     const std::vector<std::string>& mask, const Style& style,
                                     std::ostream& out) {
  if (format == OutputFormat::kJson) return std::make_unique<JsonSink>(*method.shape.records, out);
  if (format == OutputFormat::kNdjson) return std::make_unique<NdjsonSink>(out);
  if (std::find(mask.begin(), mask.end(), "*") != mask.end()) {
    return std::make_unique<CardSink>(style, out);
  }
  return std::make_unique<TableSink>(ColumnsOf(*method.shape.records->message_type(), mask), style,
                                     out);
}

}  // namespace falcon::client
