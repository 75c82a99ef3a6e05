// What blocks, and therefore runs on a worker: tools, reads, prompts, completions.
#include <stop_token>
#include <string>
#include <utility>

#include "mcp/protocol/message.h"
#include "mcp/protocol/server.h"

namespace falcon::mcp {
namespace {

constexpr const char* kBusyMessage =
    "Too many calls are waiting here already, so this one was not begun. Try again in a second.";

// Whatever a function does, the process lives on, and nothing of its inside is told.
template <class Work>
std::string Guarded(const Work& work, const ReplyHead& head, const CallContext& context) {
  try {
    return work(head, context);
  } catch (...) {
    return ErrorReply(head.id, {kInternalError, "The server failed at this call."});
  }
}

std::string BusyError(const ReplyHead& head) { return ErrorReply(head.id, {kBusy, kBusyMessage}); }

RpcError ReadError(const absl::Status& status, const std::string& uri, ProtocolMode mode) {
  const bool client_error =
      absl::IsNotFound(status) || absl::IsInvalidArgument(status) || status.ok();
  if (!client_error) return {kInternalError, std::string(status.message())};
  std::string message(status.message());
  if (message.empty()) message = "There is no such resource.";
  return {mode == ProtocolMode::kStateless ? kInvalidParams : kResourceNotFound, std::move(message),
          OrderedJson{{"uri", uri}}};
}

}  // namespace

void Server::Start(const RequestContext& request, Work work, std::string busy) {
  auto call = std::make_shared<Call>(request.head, request.sink, ProgressToken(request.params()));
  if (!request.session->Begin(call)) {
    return request.Refuse(
        {kInvalidRequest, "A call with this id is still in flight.", nullptr, 400});
  }
  auto run = [call, session = request.session, work = std::move(work),
              ending = ending_.get_token()] {
    const std::stop_callback cancel(ending, [&call] { call->Cancel(); });
    if (!call->over()) {
      const CallContext context{call->stop_token(),
                                [call](double progress, double total, const std::string& message) {
                                  call->Progress(progress, total, message);
                                }};
      call->Answer(Guarded(work, call->head(), context));
    }
    session->End(*call);
  };
  if (workers_.Run(std::move(run))) return;
  call->Answer(std::move(busy));
  request.session->End(*call);
}

void Server::CallTool(const RequestContext& request) {
  // No tool has so many; each unknown one costs a search for what was meant.
  constexpr size_t kMaxArguments = 64;
  const std::string* name = StringAt(request.params(), "name");
  if (name == nullptr) {
    return request.Refuse({kInvalidParams, "tools/call needs the name of a tool, a string."});
  }
  const Tool* tool = FindNamed(definition_.tools, *name);
  if (tool == nullptr) {
    return request.Refuse(
        {kInvalidParams, "Unknown tool: " + Quoted(*name) + ". tools/list names them all."});
  }
  const Json* arguments = ArgumentsOf(request.params());
  if (arguments == nullptr || arguments->size() > kMaxArguments) {
    return request.Refuse({kInvalidParams, "arguments must be an object of at most " +
                                               std::to_string(kMaxArguments) + " members."});
  }
  if (std::string problem = SizeProblem(*arguments); !problem.empty()) {
    return request.Refuse({kInvalidParams, std::move(problem)});
  }
  const ToolResult busy{{Content::Text(kBusyMessage)}, {}, true};
  Start(
      request,
      [tool, arguments = *arguments](const ReplyHead& head, const CallContext& context) {
        return ToolReply(head, tool->call(arguments, context));
      },
      ToolReply(request.head, busy));
}

void Server::ReadResource(const RequestContext& request) {
  constexpr size_t kMaxUriBytes = 4096;
  const std::string* uri = StringAt(request.params(), "uri");
  if (uri == nullptr || uri->size() > kMaxUriBytes) {
    return request.Refuse({kInvalidParams, "resources/read needs a uri, a string of at most " +
                                               std::to_string(kMaxUriBytes) + " bytes."});
  }
  Start(
      request,
      [&definition = definition_, uri = *uri](const ReplyHead& head, const CallContext& context) {
        const auto contents = definition.read_resource(uri, context);
        if (!contents.ok() || contents->empty()) {
          return ErrorReply(head.id, ReadError(contents.status(), uri, head.mode));
        }
        return ResultReply(head, ContentsJson(*contents), Caching::kPrivate);
      },
      BusyError(request.head));
}

void Server::GetPrompt(const RequestContext& request) {
  const std::string* name = StringAt(request.params(), "name");
  const Prompt* prompt = name == nullptr ? nullptr : FindNamed(definition_.prompts, *name);
  if (prompt == nullptr) {
    return request.Refuse(
        {kInvalidParams, "prompts/get needs the name of a prompt: prompts/list names them all."});
  }
  const Json* given = ArgumentsOf(request.params());
  auto arguments = StringsOf(given);
  if (!arguments.has_value()) {
    return request.Refuse({kInvalidParams, "arguments must be an object of strings."});
  }
  if (std::string problem = SizeProblem(*given); !problem.empty()) {
    return request.Refuse({kInvalidParams, std::move(problem)});
  }
  if (std::string problem = CheckArguments(*prompt, *arguments); !problem.empty()) {
    return request.Refuse({kInvalidParams, std::move(problem)});
  }
  Start(
      request,
      [prompt, arguments = *std::move(arguments)](const ReplyHead& head,
                                                  const CallContext& context) {
        const auto result = prompt->get(arguments, context);
        if (result.ok()) return ResultReply(head, PromptJson(*result));
        const bool client_error = absl::IsInvalidArgument(result.status());
        return ErrorReply(head.id, {client_error ? kInvalidParams : kInternalError,
                                    std::string(result.status().message())});
      },
      BusyError(request.head));
}

void Server::Complete(const RequestContext& request) {
  if (std::string problem = SizeProblem(request.params()); !problem.empty()) {
    return request.Refuse({kInvalidParams, std::move(problem)});
  }
  CompletionRequest wanted;
  if (auto problem = ReadCompletion(request.params(), definition_, wanted); problem.has_value()) {
    return request.Refuse({kInvalidParams, *std::move(problem)});
  }
  Start(
      request,
      [&definition = definition_, wanted = std::move(wanted)](const ReplyHead& head,
                                                              const CallContext& context) {
        return ResultReply(head, CompletionJson(definition.complete(wanted, context)));
      },
      BusyError(request.head));
}

}  // namespace falcon::mcp
