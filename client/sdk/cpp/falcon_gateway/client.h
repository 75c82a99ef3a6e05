// Calls of the gateway by the methods of the generated stubs: single ones, pages, batches and
// exports. Failed calls are made again where the gateway says that this may help.
//
//   falcon_gateway::Client client = *falcon_gateway::Client::Connect({});
//   v1::GetHostRequest request;
//   request.set_hostname("SRV-PROD-001");
//   const auto answer = client.Call(&v1::HostService::Stub::GetHost, request);
//   if (answer.ok()) std::cout << answer->host().device_id();
#ifndef FALCON_GATEWAY_CLIENT_H_
#define FALCON_GATEWAY_CLIENT_H_

#include <google/protobuf/message.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "falcon_gateway/connection.h"
#include "falcon_gateway/failure.h"

namespace falcon_gateway {

// A response, or why there is none.
template <class Response>
class Result {
 public:
  // Implicit, so that calls return either.
  Result(Response response) : held_(std::move(response)) {}  // NOLINT(google-explicit-constructor)
  Result(Failure failure) : held_(std::move(failure)) {}     // NOLINT(google-explicit-constructor)

  bool ok() const { return held_.index() == 0; }
  // Only if ok().
  const Response& operator*() const { return std::get<0>(held_); }
  const Response* operator->() const { return &std::get<0>(held_); }
  // Only if not ok().
  const Failure& failure() const { return std::get<1>(held_); }

 private:
  std::variant<Response, Failure> held_;
};

struct CallOptions {
  // Of a call with one response, retries included.
  std::chrono::milliseconds timeout{30'000};
  // Without progress, after which an export is given up.
  std::chrono::milliseconds retry_for{120'000};
  // A stop cancels the call, which then ends with CANCELLED.
  std::stop_token stop{};
};

// The attempts of a call with one response, within one timeout: at most 5, no sooner than RetryInfo
// and grpc-retry-pushback-ms allow. `attempt` makes the call. Unset: it succeeded.
std::optional<Failure> CallWithRetries(
    const CallOptions& options,
    const std::function<grpc::Status(grpc::ClientContext& context)>& attempt);

// How far an export has come over one or more streams.
class ExportProgress {
 public:
  ExportProgress(CallOptions options, std::string resume_token)
      : options_(std::move(options)), resume_token_(std::move(resume_token)) {}

  // The batch with this token counts as delivered.
  void Received(std::string resume_token);
  // Waits until the next stream may begin. False: the export cannot go on.
  bool WaitAfter(const Failure& failure);
  const std::string& resume_token() const { return resume_token_; }

 private:
  const CallOptions options_;
  std::string resume_token_;
  bool received_ = false;
  int failures_ = 0;  // in a row
  std::chrono::steady_clock::time_point broken_since_;
};

// The responses of a List method, each asked for when it is needed.
template <class Response>
class Pager {
 public:
  using Ask = std::function<Result<Response>(const std::string& page_token)>;
  explicit Pager(Ask ask) : ask_(std::move(ask)) {}

  // Null behind the last page, and when the call fails: see failure().
  const Response* Next() {
    if (page_ && (!page_->ok() || (*page_)->next_page_token().empty())) return nullptr;
    page_ = ask_(page_ ? (*page_)->next_page_token() : std::string());
    return page_->ok() ? &**page_ : nullptr;
  }
  // Null if all went well.
  const Failure* failure() const { return page_ && !page_->ok() ? &page_->failure() : nullptr; }

 private:
  Ask ask_;
  std::optional<Result<Response>> page_;
};

// The batches of an export, whose records come once each: a stream that breaks is resumed.
template <class Response>
class Export {
 public:
  using Open = std::function<std::unique_ptr<grpc::ClientReader<Response>>(
      grpc::ClientContext& context, const std::string& resume_token)>;
  Export(Open open, CallOptions options, std::string resume_token)
      : open_(std::move(open)), options_(options), progress_(options, std::move(resume_token)) {}
  Export(const Export&) = delete;
  Export& operator=(const Export&) = delete;
  ~Export() {
    if (reader_ == nullptr) return;
    context_->TryCancel();
    reader_->Finish();
  }

  // Null behind the last batch, and when the export cannot go on: see failure().
  const Response* Next() {
    if (done_) progress_.Received(batch_.resume_token());
    while (!ended_) {
      if (reader_ == nullptr) Start();
      const std::stop_callback stop(options_.stop, [this] { context_->TryCancel(); });
      done_ = reader_->Read(&batch_);
      if (done_) return &batch_;
      const grpc::Status status = std::exchange(reader_, nullptr)->Finish();
      ended_ = status.ok();
      if (ended_) break;
      Failure failure = FailureFrom(status, *context_);
      if (progress_.WaitAfter(failure)) continue;
      failure_ = std::move(failure);
      ended_ = true;
    }
    return nullptr;
  }
  const Failure* failure() const { return failure_ ? &*failure_ : nullptr; }
  // Goes on behind the batches that have been done with, by the call of Next() that follows: the
  // `resume_token` of a later request with the same filter.
  const std::string& resume_token() const { return progress_.resume_token(); }

 private:
  void Start() {
    context_ = std::make_unique<grpc::ClientContext>();
    reader_ = open_(*context_, progress_.resume_token());
  }

  Open open_;
  const CallOptions options_;
  ExportProgress progress_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReader<Response>> reader_;
  Response batch_;
  bool done_ = false;  // batch_ has been handed out
  bool ended_ = false;
  std::optional<Failure> failure_;
};

// A client of one gateway. Calls block the thread that makes them; any number of threads may call.
class Client {
 public:
  // What `connection` leaves open comes from FALCON_GATEWAY_*: see Complete(). `caller`: the name
  // under which the gateway accounts calls without a client certificate. Connects at the first call.
  static absl::StatusOr<Client> Connect(Connection connection, std::string caller = {});

  // Over a channel of the caller's.
  explicit Client(std::shared_ptr<grpc::Channel> channel, std::string caller = {})
      : channel_(std::move(channel)), caller_(std::move(caller)) {}

  template <class Stub, class Request, class Response>
  using Unary = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Response*);

  // A method with one response.
  template <class Stub, class Request, class Response>
  Result<Response> Call(Unary<Stub, Request, Response> method, const Request& request,
                        const CallOptions& options = {}) const {
    Stub stub(channel_);
    Response response;
    std::optional<Failure> failure = CallWithRetries(options, [&](grpc::ClientContext& context) {
      Prepare(context);
      return (stub.*method)(&context, request, &response);
    });
    if (failure) return *std::move(failure);
    return response;
  }

  // A BatchGet method of any number of ids: asks for as many as the gateway takes at once, and joins
  // the responses.
  template <class Stub, class Request, class Response>
  Result<Response> Batch(Unary<Stub, Request, Response> method, Request request,
                         const CallOptions& options = {}) const {
    Response whole;
    Response part;
    std::optional<Failure> failure = InChunks(request, whole, part, [&] {
      const Result<Response> answer = Call(method, request, options);
      if (!answer.ok()) return std::optional<Failure>(answer.failure());
      part = *answer;
      return std::optional<Failure>();
    });
    if (failure) return *std::move(failure);
    return whole;
  }

  // A List method, from the request's page on. The client must outlive the pager.
  template <class Stub, class Request, class Response>
  Pager<Response> List(Unary<Stub, Request, Response> method, Request request,
                       const CallOptions& options = {}) const {
    return Pager<Response>(
        [this, method, request = std::move(request), options](const std::string& token) mutable {
          if (!token.empty()) request.set_page_token(token);
          return Call(method, request, options);
        });
  }

  // An Export method, from the request's resume_token on. The client must outlive the export.
  template <class Stub, class Request, class Response>
  falcon_gateway::Export<Response> Export(std::unique_ptr<grpc::ClientReader<Response>> (
                                              Stub::*method)(grpc::ClientContext*, const Request&),
                                          Request request, const CallOptions& options = {}) const {
    std::string token = request.resume_token();
    auto open = [this, method, request = std::move(request)](
                    grpc::ClientContext& context, const std::string& resume_token) mutable {
      Prepare(context);
      request.set_resume_token(resume_token);
      return (Stub(channel_).*method)(&context, request);
    };
    return falcon_gateway::Export<Response>(std::move(open), options, std::move(token));
  }

 private:
  void Prepare(grpc::ClientContext& context) const;
  // Calls `ask` with as many ids in `request` as the gateway takes, adds each `part` to `whole`.
  static std::optional<Failure> InChunks(google::protobuf::Message& request,
                                         google::protobuf::Message& whole,
                                         google::protobuf::Message& part,
                                         const std::function<std::optional<Failure>()>& ask);

  std::shared_ptr<grpc::Channel> channel_;
  std::string caller_;
};

}  // namespace falcon_gateway

#endif  // FALCON_GATEWAY_CLIENT_H_
