// Records as CSV and YAML. Both keep what JsonText keeps from acting on a terminal.
#ifndef FALCON_CLIENT_RENDER_DOCUMENT_TEXT_H_
#define FALCON_CLIENT_RENDER_DOCUMENT_TEXT_H_

#include <google/protobuf/message.h>

#include <string>

#include "render/record_table.h"

namespace falcon::client {

// The columns' names, then a line for each row of a record, as RFC 4180 has them but for line ends.
// Values that a spreadsheet would take for a formula begin with an apostrophe.
std::string CsvHeader(const RecordColumns& columns);
std::string CsvRows(const google::protobuf::Message& record, const RecordColumns& columns);

// A message as a YAML mapping with the fields of its JSON.
std::string YamlText(const google::protobuf::Message& message);
// The same as an item of a list.
std::string YamlItem(const google::protobuf::Message& message);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_RENDER_DOCUMENT_TEXT_H_
