// Writes messages as JSON by reflection, straight into a string.
#ifndef FALCON_CLIENT_MCP_TOOLS_RECORD_WRITER_H_
#define FALCON_CLIENT_MCP_TOOLS_RECORD_WRITER_H_

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp/tools/record_json.h"

namespace falcon::mcp {

// The field that a record is known by: all records of the protos begin with it. Null: none does.
const google::protobuf::FieldDescriptor* IdFieldOf(const google::protobuf::Descriptor& record);

// The fields that are set, in order of their numbers, without enums that say nothing.
std::vector<const google::protobuf::FieldDescriptor*> ShownFields(
    const google::protobuf::Message& message);

// A map's entries (or a Struct's) by their keys: it has no order of its own, and the same answer
// should read the same.
std::vector<std::pair<std::string, const google::protobuf::Message*>> SortedEntries(
    const google::protobuf::Message& holder, const google::protobuf::FieldDescriptor& map);

// As promised by AppendRecord. All references outlive it.
class RecordWriter {
 public:
  RecordWriter(std::string& out, const RecordLimits& limits, RecordCuts& cuts);

  void WriteMessage(const google::protobuf::Message& message);
  // With its name: "hostname":"SRV-PROD-001".
  void WriteField(const google::protobuf::Message& message,
                  const google::protobuf::FieldDescriptor& field);
  // Text of this field is cut only beyond `bytes`.
  void Spare(const google::protobuf::FieldDescriptor* field, size_t bytes);

  void NoteCut();

 private:
  using Entry = std::pair<std::string, const google::protobuf::Message*>;

  void WriteList(const google::protobuf::Message& message,
                 const google::protobuf::FieldDescriptor& field);
  void WriteMap(const google::protobuf::Message& message,
                const google::protobuf::FieldDescriptor& field);
  void WriteKey(const std::string& key, size_t number);
  void WriteValue(const google::protobuf::Message& value);
  void WriteOne(const google::protobuf::Message& message,
                const google::protobuf::FieldDescriptor& field, int index);
  void WriteNumber(const google::protobuf::Message& message,
                   const google::protobuf::FieldDescriptor& field, int index);
  void WriteText(std::string_view text, size_t bytes);
  bool TooDeep(std::string_view instead);

  std::string& out_;
  const RecordLimits& limits_;
  RecordCuts& cuts_;
  const google::protobuf::FieldDescriptor* spared_ = nullptr;
  size_t spared_bytes_ = 0;
  // From the record down to what is being written.
  std::vector<const google::protobuf::FieldDescriptor*> path_;
  int depth_ = 0;
  std::string scratch_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_RECORD_WRITER_H_
