// What every call of one command shares: connection, options, world, looks, and how its end is
// reported.
#ifndef FALCON_CLIENT_CLI_CALL_CONTEXT_H_
#define FALCON_CLIENT_CLI_CALL_CONTEXT_H_

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

// The references outlive it.
struct CallContext {
  CallContext(Gateway& the_gateway, const GlobalOptions& the_options,
              const std::vector<Flag>& the_flags, const Environment& the_environment);

  bool Interrupted() const { return environment.stop.stop_requested(); }
  // A write to standard output failed.
  bool OutputFailed() const { return !environment.out.good(); }

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

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_CALL_CONTEXT_H_
