// What blocks, and therefore runs on a worker: tools, reads, prompts, completions.
#include <stop_token>
#include <string>
#include <utility>

#include "mcp/protocol/call.h"
#include "mcp/protocol/content_json.h"
#include "mcp/protocol/params.h"
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

RpcError ReadError(const absl::Status& status, const std::string& uri, Era era) {
  const bool client_error =
      absl::IsNotFound(status) || absl::IsInvalidArgument(status) || status.ok();
  if (!client_error) return {kInternalError, std::string(status.message())};
  std::string data = R"({"uri":)";
  AppendString(data, uri);
  data.append("}");
  std::string message(status.message());
  if (message.empty()) message = "There is no such resource.";
  return {era == Era::kStateless ? kInvalidParams : kResourceNotFound, std::move(message),
          std::move(data)};
}

}  // namespace

void Server::Start(const Exchange& exchange, Work work, std::string busy) {
  auto call =
      std::make_shared<Call>(exchange.head, exchange.outlet, ProgressToken(exchange.params));
  if (!exchange.session->Begin(call)) {
    return exchange.Refuse({kInvalidRequest, "A call with this id is still in flight.", {}, 400});
  }
  auto run = [call, session = exchange.session, work = std::move(work),
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
  exchange.session->End(*call);
}

void Server::CallTool(const Exchange& exchange) {
  // No tool has so many; each unknown one costs a search for what was meant.
  constexpr size_t kMostArguments = 64;
  const std::string* name = StringAt(exchange.params, "name");
  if (name == nullptr) {
    return exchange.Refuse({kInvalidParams, "tools/call needs the name of a tool, a string."});
  }
  const Tool* tool = FindNamed(offer_.tools, *name);
  if (tool == nullptr) {
    return exchange.Refuse(
        {kInvalidParams, "Unknown tool: " + Quoted(*name) + ". tools/list names them all."});
  }
  const Json* arguments = ArgumentsOf(exchange.params);
  if (arguments == nullptr || arguments->size() > kMostArguments) {
    return exchange.Refuse({kInvalidParams, "arguments must be an object of at most " +
                                                std::to_string(kMostArguments) + " members."});
  }
  if (std::string problem = JudgeSize(*arguments); !problem.empty()) {
    return exchange.Refuse({kInvalidParams, std::move(problem)});
  }
  const ToolResult busy{{Content::Text(kBusyMessage)}, {}, true};
  Start(
      exchange,
      [tool, arguments = *arguments](const ReplyHead& head, const CallContext& context) {
        return ResultReply(head, ToolResultMembers(tool->call(arguments, context)));
      },
      ResultReply(exchange.head, ToolResultMembers(busy)));
}

void Server::ReadResource(const Exchange& exchange) {
  constexpr size_t kMostUriBytes = 4096;
  const std::string* uri = StringAt(exchange.params, "uri");
  if (uri == nullptr || uri->size() > kMostUriBytes) {
    return exchange.Refuse({kInvalidParams, "resources/read needs a uri, a string of at most " +
                                                std::to_string(kMostUriBytes) + " bytes."});
  }
  Start(
      exchange,
      [&offer = offer_, uri = *uri](const ReplyHead& head, const CallContext& context) {
        const auto contents = offer.read_resource(uri, context);
        if (!contents.ok() || contents->empty()) {
          return ErrorReply(head.id, ReadError(contents.status(), uri, head.era));
        }
        return ResultReply(head, ContentsMembers(*contents), Caching::kPrivate);
      },
      BusyError(exchange.head));
}

void Server::GetPrompt(const Exchange& exchange) {
  const std::string* name = StringAt(exchange.params, "name");
  const Prompt* prompt = name == nullptr ? nullptr : FindNamed(offer_.prompts, *name);
  if (prompt == nullptr) {
    return exchange.Refuse(
        {kInvalidParams, "prompts/get needs the name of a prompt: prompts/list names them all."});
  }
  const Json* given = ArgumentsOf(exchange.params);
  auto arguments = StringsOf(given);
  if (!arguments.has_value()) {
    return exchange.Refuse({kInvalidParams, "arguments must be an object of strings."});
  }
  if (std::string problem = JudgeSize(*given); !problem.empty()) {
    return exchange.Refuse({kInvalidParams, std::move(problem)});
  }
  if (std::string problem = CheckArguments(*prompt, *arguments); !problem.empty()) {
    return exchange.Refuse({kInvalidParams, std::move(problem)});
  }
  Start(
      exchange,
      [prompt, arguments = *std::move(arguments)](const ReplyHead& head,
                                                  const CallContext& context) {
        const auto result = prompt->get(arguments, context);
        if (result.ok()) return ResultReply(head, PromptMembers(*result));
        const bool client_error = absl::IsInvalidArgument(result.status());
        return ErrorReply(head.id, {client_error ? kInvalidParams : kInternalError,
                                    std::string(result.status().message())});
      },
      BusyError(exchange.head));
}

void Server::Complete(const Exchange& exchange) {
  if (std::string problem = JudgeSize(exchange.params); !problem.empty()) {
    return exchange.Refuse({kInvalidParams, std::move(problem)});
  }
  CompletionRequest request;
  if (auto problem = ReadCompletion(exchange.params, offer_, request); problem.has_value()) {
    return exchange.Refuse({kInvalidParams, *std::move(problem)});
  }
  Start(
      exchange,
      [&offer = offer_, request = std::move(request)](const ReplyHead& head,
                                                      const CallContext& context) {
        return ResultReply(head, CompletionMembers(offer.complete(request, context)));
      },
      BusyError(exchange.head));
}

}  // namespace falcon::mcp
