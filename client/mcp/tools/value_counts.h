// Counts how many records have each value of a field.
#ifndef FALCON_CLIENT_MCP_TOOLS_VALUE_COUNTS_H_
#define FALCON_CLIENT_MCP_TOOLS_VALUE_COUNTS_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"

namespace falcon::client {
class RawValues;
}

namespace falcon::mcp {

// A field of a record, perhaps inside messages, some of them lists.
struct CountedField {
  std::string path;
  std::vector<const google::protobuf::FieldDescriptor*> steps;
};

// An error says what is wrong with the path, and what would be right.
absl::StatusOr<CountedField> FindCountedField(const google::protobuf::Descriptor& record,
                                              const std::string& path);

class ValueCounts {
 public:
  // Further values are counted together.
  static constexpr size_t kMostValues = 10'000;

  explicit ValueCounts(CountedField field) : field_(std::move(field)) {}

  // A record counts once for each value that it has. Enums by their words, instants by their day
  // in UTC.
  void Add(const google::protobuf::Message& record);

  // {"field":"status","values":[{"value":"new","count":3}],"other":0,"unset":1,"distinct":1}: the
  // `top` most frequent values, the rest of the counts in `other`.
  std::string Json(size_t top) const;

  // Whether there were more values than are told apart.
  bool overflowed() const { return beyond_ > 0; }

 private:
  // `place`: the message's path in the record.
  void Collect(const google::protobuf::Message& message, size_t step, const client::RawValues& raw,
               const std::string& place);
  void Count(const std::string& value);

  CountedField field_;
  std::unordered_map<std::string, int64_t> counts_;
  // Of values that came when the table was full.
  int64_t beyond_ = 0;
  int64_t unset_ = 0;
  // Of the record at hand; kept for its memory.
  std::vector<std::string> values_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_VALUE_COUNTS_H_
