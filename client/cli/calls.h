// Makes the calls that a command asks for and shows what comes back.
#ifndef FALCON_CLIENT_CLI_CALLS_H_
#define FALCON_CLIENT_CLI_CALLS_H_

#include <google/protobuf/message.h>

#include "cli/command_line.h"
#include "cli/environment.h"
#include "invoke.h"
#include "render/style.h"

namespace falcon::client {

// One command's run. All references outlive it.
class Calls {
 public:
  Calls(Invoker& invoker, const GlobalOptions& options, const Environment& environment);

  // The exit code. Records go to environment.out; errors, notes and progress to environment.err.
  int Run(const MethodCall& call, google::protobuf::Message& request);

 private:
  int RunOne(const Method& method, const google::protobuf::Message& request);
  int RunList(const MethodCall& call, google::protobuf::Message& request);
  int RunExport(const MethodCall& call, google::protobuf::Message& request);

  void ShowOne(const Method& method, const google::protobuf::Message& answer,
               const std::vector<std::string>& mask);
  int Report(const Failure& failure);
  void ReportBroken(const Failure& failure, const std::string& resume_token);
  void ReportHidden(const std::vector<std::string>& columns);
  void ReportMore(const Method& method, const google::protobuf::Message& last, int64_t rows);
  CallSettings Settings(bool streaming) const;
  bool Interrupted() const { return environment_.stop.stop_requested(); }

  Invoker& invoker_;
  const GlobalOptions& options_;
  const Environment& environment_;
  const Style style_;
  const Style err_style_;
};

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_CALLS_H_
