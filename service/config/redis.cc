// Plaintext stays on loopback, as the listener's does: there is no TLS to Redis here.
#include "config/redis.h"

#include <array>
#include <string>

#include "auth/cloud.h"

namespace falcon::config {
namespace {

constexpr std::array<std::string_view, 1> kPasswordNames = {kRedisPassword};
constexpr std::string_view kPasswordFlag = "--redis-password-file";
constexpr std::string_view kUnix = "unix:";
// Of a socket's path, by Linux.
constexpr size_t kMaxPathBytes = 107;

void ReadAddress(const Flags& flags, Config& config, Problems& problems) {
  const std::string& text = flags.redis;
  if (text.starts_with(kUnix)) {
    const size_t path = text.size() - kUnix.size();
    if (path > 0 && path <= kMaxPathBytes) {
      config.redis_address = text;
    } else {
      problems.Add("--redis", StrCat("must name a path of 1 to ", kMaxPathBytes, " bytes"));
    }
    return;
  }
  const auto address = auth::ParseAddress(StrCat("http://", text));
  const bool bare = address.has_value() && address->path.empty() &&
                    text.ends_with(StrCat(":", address->origin.port));
  if (!bare) {
    problems.Add("--redis", "must be HOST:PORT, like 127.0.0.1:6379, or unix:/path");
    return;
  }
  config.redis_address = address->origin.HostPort();
  if (auth::IsLoopback(address->origin.host)) return;
  if (flags.allow_insecure_redis) {
    config.warnings.push_back("the way to Redis is plaintext and off loopback");
  } else {
    problems.Add("--redis",
                 "is off loopback, so that the network could read the password, and drop or "
                 "replay what is shared: give a loopback address, such as a TLS tunnel's, or "
                 "--allow-insecure-redis");
  }
}

void ReadLogIn(const Flags& flags, const Sources& sources, Config& config, Problems& all_problems) {
  // Without a Redis of ours, the variables are those of another program.
  const Names names = flags.redis.empty() ? Names() : Names(kPasswordNames);
  Problems problems;
  config.redis_user = flags.redis_user;
  config.redis_password =
      sources.FindSecret(kPasswordFlag, flags.redis_password_file, names, Password, problems)
          .value_or(Secret());
  const bool with_user = !flags.redis.empty() && !config.redis_user.empty();
  if (with_user && config.redis_password.empty() && problems.empty()) {
    problems.Add("--redis-user", "needs a password: REDIS_PASSWORD or --redis-password-file");
  }
  all_problems.AddAll(problems);
}

}  // namespace

void ReadRedis(const Flags& flags, const Sources& sources, Config& config, Problems& problems) {
  ReadLogIn(flags, sources, config, problems);
  if (flags.redis.empty()) return;
  ReadAddress(flags, config, problems);
  if (config.cache_bytes == 0) {
    problems.Add("--redis", "shares kept answers, and --cache-mib 0 keeps none");
  }
}

}  // namespace falcon::config
