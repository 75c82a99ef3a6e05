// Generic gRPC calls over byte buffers, one completion queue for each call.
#include "gateway.h"

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include "base/text.h"

namespace falcon::client {
namespace {

using google::protobuf::Message;

std::string PathOf(const Method& method) {
  return StrCat("/", method.descriptor->service()->full_name(), "/", method.descriptor->name());
}

grpc::ByteBuffer Pack(const Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

// Partial, since nothing is required in proto3: a search for what is missing would go through every
// field of every record by reflection.
bool Unpack(grpc::ByteBuffer& bytes, Message& message) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && message.ParsePartialFromZeroCopyStream(&reader);
}

void Prepare(grpc::ClientContext& context, const CallSettings& settings,
             const std::string& caller) {
  if (!caller.empty()) context.AddMetadata("falcon-caller", caller);
  if (settings.timeout) context.set_deadline(std::chrono::system_clock::now() + *settings.timeout);
  for (const auto& [key, value] : settings.metadata) context.AddMetadata(key, value);
}

Failure Unreadable(const Method& method) {
  Failure failure;
  failure.code = grpc::StatusCode::INTERNAL;
  failure.message =
      StrCat("The answer is no valid ", method.descriptor->output_type()->full_name(),
             ": gateway and client are of different versions, or the text is not UTF-8.");
  return failure;
}

// Waits for the one operation under way. False: it did not succeed.
bool Await(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

// gRPC asks that a queue be drained before it goes.
class Queue {
 public:
  ~Queue() {
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }
  grpc::CompletionQueue& operator*() { return queue_; }
  grpc::CompletionQueue* get() { return &queue_; }

 private:
  grpc::CompletionQueue queue_;
};

}  // namespace

Invoker::Invoker(std::shared_ptr<grpc::Channel> channel, const Catalog& catalog, std::string caller)
    : channel_(std::move(channel)),
      stub_(channel_),
      catalog_(catalog),
      caller_(std::move(caller)) {}

Answer Invoker::Unary(const Method& method, const Message& request, const CallSettings& settings) {
  grpc::ClientContext context;
  Prepare(context, settings, caller_);
  Queue queue;
  const grpc::ByteBuffer packed = Pack(request);
  const auto call = stub_.PrepareUnaryCall(&context, PathOf(method), packed, queue.get());
  call->StartCall();
  const std::stop_callback stop(settings.stop, [&context] { context.TryCancel(); });
  grpc::ByteBuffer bytes;
  grpc::Status status;
  call->Finish(&bytes, &status, &status);
  Await(*queue);
  if (!status.ok()) return {nullptr, FailureFrom(status, context)};
  std::unique_ptr<Message> message = catalog_.NewMessage(*method.descriptor->output_type());
  if (!Unpack(bytes, *message)) return {nullptr, Unreadable(method)};
  return {std::move(message), std::nullopt};
}

std::optional<Failure> Invoker::Stream(const Method& method, const Message& request,
                                       const CallSettings& settings,
                                       const std::function<bool(const Message&)>& on_message) {
  grpc::ClientContext context;
  Prepare(context, settings, caller_);
  Queue queue;
  const auto call = stub_.PrepareCall(&context, PathOf(method), queue.get());
  call->StartCall(nullptr);
  const std::stop_callback stop(settings.stop, [&context] { context.TryCancel(); });
  std::optional<Failure> own_end;
  bool stopped = false;
  if (Await(*queue)) {
    call->WriteLast(Pack(request), grpc::WriteOptions(), nullptr);
    Await(*queue);
    grpc::ByteBuffer bytes;
    const std::unique_ptr<Message> message = catalog_.NewMessage(*method.descriptor->output_type());
    while (!stopped && (call->Read(&bytes, nullptr), Await(*queue))) {
      if (!Unpack(bytes, *message)) own_end = Unreadable(method);
      stopped = own_end || !on_message(*message);
    }
    if (stopped) context.TryCancel();
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  Await(*queue);
  if (own_end || stopped) return own_end;
  if (status.ok()) return std::nullopt;
  return FailureFrom(status, context);
}

}  // namespace falcon::client
