// CallLog: the standard gRPC metrics of every RPC, and a log line for each that failed. LibraryLogs:
// log lines of gRPC and protobuf.
#ifndef FALCON_RPC_SERVER_CALL_LOG_H_
#define FALCON_RPC_SERVER_CALL_LOG_H_

#include "rpc/server/rpc_environment.h"
#include "runtime/thread_affinity.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace falcon::rpc {

// Loop thread only (asserted). Requests and filters are never logged.
//
//   rpc_failed    warning  a failure that the caller did not cause
//   rpc_finished  debug    all else
//   rpc_failures_suppressed  warning  how many `rpc_failed` of the same method, code and reason
//                            were suppressed within ten seconds
class CallLog final : public CallObserver {
 public:
  CallLog(const Clock& clock, telemetry::Log& log, telemetry::Metrics& metrics);

  void Started(std::string_view method) override;
  void Finished(std::string_view method, const absl::Status& status, milliseconds took,
                const RpcContext& context) override;
  // Logs how many lines were suppressed. Call it about once a second.
  void Flush();
  // Any thread.
  void Refused(std::string_view method, const absl::Status& status) override;

 private:
  telemetry::Log& log_;
  telemetry::Metrics& metrics_;
  telemetry::RepeatLimiter failures_;
  telemetry::CounterFamily skipped_;
  runtime::ThreadAffinity affinity_;
};

// One at a time in a process, made before the libraries' first use: their hooks are global.
class LibraryLogs {
 public:
  LibraryLogs(const Clock& clock, telemetry::Log& log);
  ~LibraryLogs();
  LibraryLogs(const LibraryLogs&) = delete;
  LibraryLogs& operator=(const LibraryLogs&) = delete;

  // What `library` said at `file`:`line`, as the event `library_message`; a few lines of one place in
  // ten seconds. Any thread.
  void Take(telemetry::Level level, std::string_view library, std::string_view file, int line,
            std::string_view text);
  // Logs how many lines were suppressed. Call it about once a second. Any thread.
  void Flush();

 private:
  telemetry::Log& log_;
  telemetry::RepeatLimiter messages_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_CALL_LOG_H_
