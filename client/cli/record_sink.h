// Where records go as they come: a table, a document, or a text each.
#ifndef FALCON_CLIENT_CLI_RECORD_SINK_H_
#define FALCON_CLIENT_CLI_RECORD_SINK_H_

#include <google/protobuf/message.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "render/table.h"

namespace falcon::client {

class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void Add(const google::protobuf::Message& record) = 0;
  // A page or batch is complete: what was held back is written. The first one settles a table's
  // widths.
  virtual void EndPage() = 0;
  // Nothing more comes. `last` is the last answer, whose other fields JSON shows; null if there was
  // none.
  virtual void End(const google::protobuf::Message* last) = 0;
  // Columns that did not fit.
  virtual std::vector<std::string> Hidden() const { return {}; }
};

// For records of one type, in any format but kJson. `mask` is what --fields said. `out` must outlive
// the sink.
std::unique_ptr<RecordSink> MakeSink(OutputFormat format,
                                     const google::protobuf::Descriptor& record,
                                     const std::vector<std::string>& mask, const Style& style,
                                     std::ostream& out);

// One JSON document like a single answer whose field `records` holds them all.
std::unique_ptr<RecordSink> MakeJsonSink(const google::protobuf::FieldDescriptor& records,
                                         std::ostream& out);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_RECORD_SINK_H_
