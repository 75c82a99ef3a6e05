// From options and requests to a time.
#include "rpc/server/staleness.h"

#include <algorithm>
#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "falcon_gateway/v1/types.pb.h"
#include "google/protobuf/descriptor.h"
#include "rpc/server/field_access.h"

namespace falcon::rpc {
namespace {

constexpr milliseconds kMaxStaleness = std::chrono::hours(1);

}  // namespace

std::optional<milliseconds> DefaultStaleness(std::string_view method) {
  if (method.starts_with('/')) method.remove_prefix(1);
  std::string name(method);
  std::replace(name.begin(), name.end(), '/', '.');
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
  if (descriptor == nullptr) return std::nullopt;
  const auto& upstream = descriptor->options().GetExtension(options::v1::upstream);
  if (!upstream.has_staleness()) return std::nullopt;
  return seconds(upstream.staleness().seconds());
}

std::optional<milliseconds> RequestedStaleness(const google::protobuf::Message& request,
                                               RequestValidator& validator) {
  const auto* options = MessageField<v1::ReadOptions>(request, "read_options");
  if (options == nullptr || !options->has_max_staleness()) return std::nullopt;
  const auto& asked = options->max_staleness();
  if (asked.seconds() < 0 || asked.nanos() < 0) {
    validator.AddViolation("read_options.max_staleness", "is below zero; zero asks Falcon itself");
    return std::nullopt;
  }
  if (asked.seconds() >= std::chrono::duration_cast<seconds>(kMaxStaleness).count())
    return kMaxStaleness;
  return seconds(asked.seconds()) + milliseconds(asked.nanos() / 1'000'000);
}

void ApplyStaleness(const google::protobuf::Message& request, upstream::Reading& reading,
                    RequestValidator& validator) {
  const std::optional<milliseconds> asked = RequestedStaleness(request, validator);
  if (asked.has_value()) reading.staleness = asked;
}

}  // namespace falcon::rpc
