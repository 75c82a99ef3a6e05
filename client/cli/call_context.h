// What every call of one command shares: connection, options, world, looks, and how its end is
// reported.
#ifndef FALCON_CLIENT_CLI_CALL_CONTEXT_H_
#define FALCON_CLIENT_CLI_CALL_CONTEXT_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/environment.h"
#include "cli/record_sink.h"
#include "invoke.h"
#include "render/style.h"

namespace falcon::client {

// The references outlive it.
struct CallContext {
  CallContext(Invoker& the_invoker, const GlobalOptions& the_options,
              const Environment& the_environment);

  bool Interrupted() const { return environment.stop.stop_requested(); }
  // Whoever reads standard output has gone.
  bool ReaderGone() const { return !environment.out.good(); }

  // Writes the failure to environment.err and returns the exit code. Says nothing when the user
  // interrupted.
  int Report(const Failure& failure) const;
  // What stands beside the records, for formats that do not show it.
  void ReportNotes(const Method& method, const google::protobuf::Message& answer) const;
  // Columns that a table left out for want of width.
  void ReportHidden(const RecordSink& sink) const;

  // A sink for the method's records, with the columns that the request's mask asks for.
  std::unique_ptr<RecordSink> Sink(const Method& method,
                                   const google::protobuf::Message& request) const;

  Invoker& invoker;
  const GlobalOptions& options;
  const Environment& environment;
  const Style style;
  const Style err_style;
};

// Adds an answer's records as one page. Returns how many there were.
int64_t AddRecords(const Method& method, const google::protobuf::Message& answer, RecordSink& sink);

// "detections": what the method's records are called.
std::string RecordsWord(const Method& method);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_CALL_CONTEXT_H_
