// Values that did not fit their fields, as a record keeps them in `additional_fields`.
#ifndef FALCON_CLIENT_RAW_VALUES_H_
#define FALCON_CLIENT_RAW_VALUES_H_

#include <google/protobuf/message.h>

#include <map>
#include <string>

namespace falcon::client {

// The record must outlive it.
class RawValues {
 public:
  explicit RawValues(const google::protobuf::Message& record);

  bool empty() const { return values_.empty(); }

  // What stands under a path with indices ("devices[3].product_type_desc"), and under the items of
  // a list there ("tags[0]"), by commas: text as it is, all else as JSON. Not escaped. Empty:
  // nothing.
  std::string At(const std::string& path) const;

 private:
  std::map<std::string, const google::protobuf::Message*> values_;
};

// A field's path below its message's: "device" and "hostname" -> "device.hostname".
std::string PathBelow(const std::string& message, const google::protobuf::FieldDescriptor& field);
// The same of one item of a list; `index` -1: the field is not repeated.
std::string PathBelow(const std::string& message, const google::protobuf::FieldDescriptor& field,
                      int index);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_RAW_VALUES_H_
