// What the means of the room make together.
#include "falcon/caller.h"

#include <utility>

#include "base/text.h"
#include "falcon/request_text.h"

namespace falcon {

Task<absl::StatusOr<json::Document>> Caller::Call(UpstreamCall call, Reading& reading) {
  std::string key = Cat(UrlFor(call.operation->id, call.query), "\n", call.body);
  SharedReads::Read read = [this, call = std::move(call)](Reading& flight) {
    return attempts_.Call(call, flight);
  };
  return reads_.Join(std::move(key), std::move(read), reading);
}

CallerStats Caller::stats() const {
  return {.calls = attempts_.stats().calls,
          .retries = attempts_.stats().retries,
          .joined = reads_.joined(),
          .batched = batches_.joined()};
}

}  // namespace falcon
