// The streams.
#include "rpc/server/reflection.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <unordered_set>

namespace falcon::rpc {
namespace {

struct Cancel {
  grpc::CallbackServerContext& context;
  void operator()() const { context.TryCancel(); }
};

// Reads and writes in turn. gRPC owns it until OnDone. A cancelled call fails the read or the write
// that is under way, which finishes it.
class ReflectionStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  ReflectionStream(const ReflectionResponses& answers, grpc::CallbackServerContext& context,
                   const std::stop_token& stop)
      : answers_(answers), cancel_(stop, Cancel{context}) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    ReflectionResponses::Request request;
    const bool fits = request_.Length() <= Reflection::kMaxRequestBytes;
    grpc::ProtoBufferReader bytes(&request_);
    if (!fits || !request.ParseFromZeroCopyStream(&bytes)) {
      return Finish({grpc::StatusCode::INVALID_ARGUMENT,
                     "a ServerReflectionRequest of at most 4096 bytes is expected"});
    }
    response_ = answers_.Answer(std::move(request), sent_);
    StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    request_.Clear();
    response_.Clear();
    StartRead(&request_);
  }

  void OnDone() override { delete this; }

 private:
  const ReflectionResponses& answers_;
  std::unordered_set<const ReflectionResponses::File*> sent_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  const std::stop_callback<Cancel> cancel_;
};

}  // namespace

Reflection::Stream* Reflection::Open(grpc::CallbackServerContext& context) {
  return new ReflectionStream(answers_, context, stop_.get_token());
}

}  // namespace falcon::rpc
