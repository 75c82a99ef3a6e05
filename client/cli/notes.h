// What answers say beside their records: what is missing, what is partial, what a reader should
// know.
#ifndef FALCON_CLIENT_CLI_NOTES_H_
#define FALCON_CLIENT_CLI_NOTES_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "catalog.h"
#include "cli/flags.h"

namespace falcon::client {

// Over all answers of one command.
class Notes {
 public:
  // All outlive it.
  Notes(const Method& method, const std::vector<Flag>& flags, std::ostream& err)
      : method_(method), flags_(flags), err_(err) {}

  // Writes what no answer before has said.
  void Add(const google::protobuf::Message& answer);
  // Writes what is told once for all answers: the fields whose values stand as Falcon sent them.
  void Finish();

  // Not kExitOk where an answer is partial or lacks what was asked for.
  int code() const;
  bool missing() const { return missing_; }

 private:
  struct Skipped {
    int64_t count = 0;
    std::string example;
  };

  void AddErrors(const google::protobuf::Message& message,
                 const google::protobuf::FieldDescriptor& field, std::string_view word);
  void AddReadInfo(const google::protobuf::Message& info);
  void AddSkipped(const google::protobuf::Message& info);
  void Line(const std::string& line);

  const Method& method_;
  const std::vector<Flag>& flags_;  // that notes are told in terms of
  std::ostream& err_;
  std::set<std::string> told_;
  int untold_ = 0;
  std::map<std::string, Skipped> skipped_;
  // Of no field that is named.
  int64_t skipped_elsewhere_ = 0;
  bool partial_ = false;
  bool missing_ = false;
};

// What the answer says about how it was read; null: nothing.
const google::protobuf::Message* ReadInfoOf(const Method& method,
                                            const google::protobuf::Message& answer);

// Ids that the answer leaves for another call.
std::vector<std::string> DeferredIds(const Method& method, const google::protobuf::Message& answer);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_NOTES_H_
