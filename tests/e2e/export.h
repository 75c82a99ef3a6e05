// Exports of any area, read to their end or left on the way.
#ifndef FALCON_TESTS_E2E_EXPORT_H_
#define FALCON_TESTS_E2E_EXPORT_H_

#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <memory>
#include <vector>

#include "tests/e2e/calls.h"

namespace falcon::e2e {

template <class Stub, class Request, class Response, class Each>
grpc::Status Stream(World& world,
                    std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(
                        grpc::ClientContext*, const Request&),
                    const Request& request, const Each& each) {
  Stub stub(world.channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(10));
  const auto reader = (stub.*method)(&context, request);
  for (Response batch; reader->Read(&batch);) {
    if (each(batch)) continue;
    context.TryCancel();
    break;
  }
  return reader->Finish();
}

// Gives each message of an export to `each`, which says false to leave the stream.
template <class Request, class Each>
grpc::Status ForEachBatch(World& world, const Request& request, const Each& each) {
  static_assert(!std::is_null_pointer_v<decltype(kMethod<Request>)>, "include its area of calls/");
  return Stream(world, kMethod<Request>, request, each);
}

// What came out of an export so far.
class Exported {
 public:
  grpc::Status status;
  std::vector<std::string> ids;
  std::string resume_token;  // of the last message
  int64_t exported = 0;      // as the last message says
  int64_t total = 0;
  int messages = 0;
  int largest = 0;          // records in the largest message
  size_t largest_size = 0;  // bytes of the largest message
  int undated = 0;          // records without the instant by which the export is ordered

  int count() const { return static_cast<int>(ids.size()); }

  // A message of an export. A failed test where records are not in ascending order, or undated ones
  // not at the end.
  void Add(const google::protobuf::Message& batch);

 private:
  google::protobuf::Timestamp newest_;
};

// Called after each message with what came so far; false leaves the stream.
using AfterEach = std::function<bool(const Exported& so_far)>;

template <class Request>
Exported Export(World& world, const Request& request, const AfterEach& after_each = {}) {
  Exported all;
  all.status = ForEachBatch(world, request, [&](const auto& batch) {
    all.Add(batch);
    all.resume_token = batch.resume_token();
    all.exported = batch.exported();
    all.total = batch.total_size();
    return !after_each || after_each(all);
  });
  return all;
}

// It ended well with `count` records, none twice, all but `undated` of them in order.
void ExpectWhole(const Exported& all, int64_t count, int undated = 0);

// An export that is left after some messages is completed by its resume token.
template <class Request>
void ExpectCompletedByItsToken(World& world, Request request, int64_t count,
                               const AfterEach& go_on) {
  Exported all = Export(world, request, go_on);
  ASSERT_LT(all.count(), count);
  request.set_resume_token(all.resume_token);
  const Exported rest = Export(world, request);
  all.ids.insert(all.ids.end(), rest.ids.begin(), rest.ids.end());
  all.status = rest.status;
  all.exported = rest.exported;
  all.undated += rest.undated;
  ExpectWhole(all, count, all.undated);
}

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_EXPORT_H_
