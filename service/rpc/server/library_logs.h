// LibraryLogs: what gRPC and protobuf would print by themselves comes out as lines of our log.
#ifndef FALCON_RPC_SERVER_LIBRARY_LOGS_H_
#define FALCON_RPC_SERVER_LIBRARY_LOGS_H_

#include "telemetry/log.h"
#include "telemetry/repeat_limiter.h"

namespace falcon::rpc {

// One at a time in a process, made before the libraries' first use: their hooks are global.
class LibraryLogs {
 public:
  LibraryLogs(const Clock& clock, telemetry::Log& log);
  ~LibraryLogs();
  LibraryLogs(const LibraryLogs&) = delete;
  LibraryLogs& operator=(const LibraryLogs&) = delete;

  // What `library` said at `file`:`line`, as the event `library_message`; of one place a few lines
  // in ten seconds. Any thread.
  void Take(telemetry::Level level, std::string_view library, std::string_view file, int line,
            std::string_view text);
  // Tells what was left out. Call it about once a second. Any thread.
  void Flush();

 private:
  telemetry::Log& log_;
  telemetry::RepeatLimiter messages_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_LIBRARY_LOGS_H_
