// What an answer says beside its records: what is missing, what is partial.
#ifndef FALCON_CLIENT_CLI_NOTES_H_
#define FALCON_CLIENT_CLI_NOTES_H_

#include <google/protobuf/message.h>

#include <string>

#include "catalog.h"

namespace falcon::client {

// Lines for standard error: missing ids, partial answers, values that were left out. Empty when
// there is nothing to say.
std::string NotesOf(const Method& method, const google::protobuf::Message& answer);

// How many ids the answer says are missing.
int MissingIn(const Method& method, const google::protobuf::Message& answer);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_NOTES_H_
