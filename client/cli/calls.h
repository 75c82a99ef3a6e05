// Makes the calls that a command asks for, shows what comes back, and reports how they end.
#ifndef FALCON_CLIENT_CLI_CALLS_H_
#define FALCON_CLIENT_CLI_CALLS_H_

#include <google/protobuf/message.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/environment.h"
#include "cli/record_sink.h"
#include "gateway.h"
#include "render/table.h"

namespace falcon::client {

// Of a call with one answer, unless --timeout says otherwise.
inline constexpr std::chrono::milliseconds kUnaryTimeout{30'000};

// What every call of one command shares. The references outlive it.
struct CallContext {
  CallContext(Gateway& the_gateway, const GlobalOptions& the_options,
              const std::vector<Flag>& the_flags, const Environment& the_environment);

  bool Interrupted() const { return environment.stop.stop_requested(); }
  // A table or cards, and words beside them.
  bool ForPeople() const {
    return options.output == OutputFormat::kTable || options.output == OutputFormat::kWide;
  }
  // A write to standard output failed.
  bool OutputFailed() const { return !environment.out.good(); }

  // Of a call with one answer. One that may read a whole collection has no deadline but --timeout.
  CallSettings UnarySettings(const google::protobuf::Message& request) const;

  // Writes the failure to environment.err and returns the exit code. Says nothing when the user
  // interrupted.
  int Report(const Failure& failure) const;
  // Columns that a table left out for want of width.
  void ReportHidden(const RecordSink& sink) const;

  // A sink for the method's records, with the columns that the request's mask asks for.
  std::unique_ptr<RecordSink> Sink(const Method& method,
                                   const google::protobuf::Message& request) const;

  Gateway& gateway;
  const GlobalOptions& options;
  const std::vector<Flag>& flags;  // that failures are told in terms of
  const Environment& environment;
  const Style style;
  const Style err_style;
};

// The exit code when all has been written: `code`, unless something of it did not reach standard
// output, which is then reported.
int CheckOutput(const Environment& environment, int code);

// Adds an answer's records as one page. Returns how many there were.
int64_t AddRecords(const Method& method, const google::protobuf::Message& answer, RecordSink& sink);

// "detections": what the method's records are called.
std::string RecordsWord(const Method& method);

// One answer, a list over its pages, or an export, as the method is. Returns the exit code. Records
// go to context.environment.out; errors, notes and progress to its err.
// `start`: what the request's times counted back from.
int RunCall(const CallContext& context, const MethodCall& call, absl::Time start,
            google::protobuf::Message& request);

// A list, as RunCall does it, over as many pages as the call asks for.
int RunList(const CallContext& context, const MethodCall& call, google::protobuf::Message& request);

// The same every call.interval until the user interrupts, or a reading fails in a way that lasts. A
// table is redrawn in place; of other formats the lines are written that the reading before did not
// have.
int RunWatchedList(const CallContext& context, const MethodCall& call,
                   const google::protobuf::Message& request);

// An export, as RunCall does it. A stream that breaks in a way that may pass is resumed after what
// was written, for call.retry_for without progress. After that, and when the output cannot be
// written, the resume token of the last complete message is printed. No deadline unless --timeout
// sets one.
int RunExport(const CallContext& context, const MethodCall& call, absl::Time start,
              google::protobuf::Message& request);

// --explain: prints the call as a grpcurl line and, where it has a filter, the FQL that the gateway
// makes of it, without asking Falcon. Returns the exit code.
int Explain(const CallContext& context, const Method& method, google::protobuf::Message& request);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_CALLS_H_
