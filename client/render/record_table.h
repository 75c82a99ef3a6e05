// Records as rows and as cards: which fields are columns, and what stands in them. Values as a
// person reads them: words for enums, marks for severities, times as ages.
#ifndef FALCON_CLIENT_RENDER_RECORD_TABLE_H_
#define FALCON_CLIENT_RENDER_RECORD_TABLE_H_

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "render/table.h"

namespace falcon::client {

// A field in a table cell, escaped: short, times as ages, lists by commas, messages as their values
// side by side. Empty when it is not set.
Cell CellOf(const google::protobuf::Message& message,
            const google::protobuf::FieldDescriptor& field, const Style& style);

// One value on a line of a card: as in a cell, but instants in full with the age behind. `index`
// -1: the field is not repeated.
Cell LineOf(const google::protobuf::Message& message,
            const google::protobuf::FieldDescriptor& field, int index, const Style& style);

// The enum of the field beside a score whose values are bands of it: of `severity` beside
// `severity_score`. Null if there is none.
const google::protobuf::EnumDescriptor* BandsOf(const google::protobuf::FieldDescriptor& score);

// Whether it holds a number that stands to the right.
bool IsNumeric(const google::protobuf::FieldDescriptor& field);

// A column's way from the record, and the same in words ("device.hostname").
struct FieldPath {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  std::string name;
};

// The columns of a record type. `spread` is a repeated message whose items take a row each; null if
// none.
struct RecordColumns {
  std::vector<FieldPath> paths;
  const google::protobuf::FieldDescriptor* spread = nullptr;
  // Columns in which no row has anything may go.
  bool drop_empty = false;
};

// With a mask: its paths, unknown ones left out. Else the brief fields, the id last. Else all
// fields, and where one is a repeated message, a row for each of its items.
RecordColumns ColumnsOf(const google::protobuf::Descriptor& record,
                        const std::vector<std::string>& mask);

std::vector<Column> TableColumns(const RecordColumns& columns);

// One row, or one for each spread item.
std::vector<std::vector<Cell>> RowsOf(const google::protobuf::Message& record,
                                      const RecordColumns& columns, const Style& style);

// A message as a card: every field that is set on a line of its own, messages indented below their
// names. Ends with a line break; empty when nothing is set. All text is escaped; long text is not
// cut.
std::string Card(const google::protobuf::Message& message, const Style& style);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_RENDER_RECORD_TABLE_H_
