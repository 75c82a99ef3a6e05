// Every cached method honours max_staleness and tells the age of what was kept.
#include <gtest/gtest.h>

#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "falcon_gateway/v1/types.pb.h"
#include "google/protobuf/util/time_util.h"
#include "tests/e2e/every_method.h"

namespace falcon::e2e {
namespace {

using google::protobuf::Message;
using google::protobuf::util::TimeUtil;

void SetStaleness(int seconds, Message& request) {
  v1::ReadOptions options;
  options.mutable_max_staleness()->set_seconds(seconds);
  const auto* field = request.GetDescriptor()->FindFieldByName("read_options");
  ASSERT_NE(field, nullptr) << request.GetDescriptor()->full_name();
  request.GetReflection()
      ->MutableMessage(&request, field)
      ->ParseFromString(options.SerializeAsString());
}

v1::ReadInfo InfoOf(const Message& answer) {
  v1::ReadInfo info;
  const auto* field = answer.GetDescriptor()->FindFieldByName("read_info");
  EXPECT_NE(field, nullptr) << answer.GetDescriptor()->full_name();
  if (field == nullptr) return info;
  info.ParseFromString(answer.GetReflection()->GetMessage(answer, field).SerializeAsString());
  return info;
}

bool IsCached(const client::Method& method) {
  // The catalogue's pool is another one than that of the option.
  google::protobuf::MethodOptions options;
  options.ParseFromString(method.descriptor->options().SerializeAsString());
  return options.GetExtension(options::v1::upstream).has_staleness();
}

TEST(KeptAnswers, OfEveryCachedMethodHaveAnAgeAndCostNothing) {
  WorldOptions options = SmallWorld();
  options.gateway = {"--cache-mib=8"};
  World world(options);
  EveryMethod every(world);
  int cached = 0;
  every.ForEach([&](const client::Method& method) {
    if (method.descriptor->server_streaming()) return;
    const MessagePtr request = every.RequestOf(method);
    ASSERT_NE(request, nullptr);
    if (!IsCached(method)) {
      if (method.verb == "list") every.Ask(method, *request);
      return;
    }
    ++cached;
    SetStaleness(3600, *request);
    ASSERT_NE(every.Ask(method, *request), nullptr);
    const MessagePtr kept = every.Ask(method, *request);
    ASSERT_NE(kept, nullptr);
    EXPECT_EQ(InfoOf(*kept).upstream_calls(), 0);
    EXPECT_GT(TimeUtil::DurationToMilliseconds(InfoOf(*kept).age()), 0);
    SetStaleness(0, *request);
    const MessagePtr fresh = every.Ask(method, *request);
    ASSERT_NE(fresh, nullptr);
    EXPECT_GT(InfoOf(*fresh).upstream_calls(), 0);
    EXPECT_FALSE(InfoOf(*fresh).has_age());
  });
  EXPECT_GE(cached, 40);
}

}  // namespace
}  // namespace falcon::e2e
