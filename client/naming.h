// How services, methods, fields and enum values are named on a command line: a rule over
// descriptors, no list.
#ifndef FALCON_CLIENT_NAMING_H_
#define FALCON_CLIENT_NAMING_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

namespace falcon::client {

// "BatchGetLoginHistory" -> {"batch", "get", "login", "history"}. A run of capitals is one word:
// "ListIOCs" -> {"list", "iocs"}.
std::vector<std::string> Words(std::string_view camel);

// "Vulnerability" -> "vulnerabilities", "rtr-session" -> "rtr-sessions".
std::string Plural(std::string_view word);

// What a method is about: what its service lists, if the method names it ("ListDetections" and
// "GetDetection" -> "detections"), else the service's own noun ("BatchGetOnlineState" of HostService
// -> "hosts"). Where no method names that, the word that all begin with ("InvestigateHost" ->
// "investigate"); empty where there is none: such methods stand at top level.
std::string NounOf(const google::protobuf::MethodDescriptor& method);

// The method's name without the noun ("ListDetections" -> "list"); where it does not name the noun,
// without get or list ("BatchGetOnlineState" -> "online-state"), and without any verb where its
// service has no noun of its own ("CheckAccess" -> "access", "InvestigateHost" -> "host"); its full
// name where two of a noun would collide.
std::string VerbOf(const google::protobuf::MethodDescriptor& method);

// Without dashes in front: "min_severity" -> "min-severity"; of a repeated field the `singular`
// option.
std::string FlagNameOf(const google::protobuf::FieldDescriptor& field);

// Whether a record's field is the record's own id: its first field, `id` or `..._id`.
bool IsRecordIdField(const google::protobuf::FieldDescriptor& field);

// Whether a field holds the id of a device. The one fact about a noun that no descriptor states.
bool IsDeviceIdField(const google::protobuf::FieldDescriptor& field);

// Whether a field holds the name of a host, by which people know a record's device.
bool IsHostNameField(const google::protobuf::FieldDescriptor& field);

// "SEVERITY_HIGH" -> "high", "DETECTION_STATUS_IN_PROGRESS" -> "in_progress".
std::string EnumWord(const google::protobuf::EnumValueDescriptor& value);

// Words of all values but the unspecified one, in order of their numbers.
std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type);

// The value that a word names, in any case, with or without prefix, with - for _; null if none.
const google::protobuf::EnumValueDescriptor* EnumValueNamed(
    const google::protobuf::EnumDescriptor& type, std::string_view word);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_NAMING_H_
