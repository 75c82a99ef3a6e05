// The command line of falcon-gateway: its flags, their help and their limits.
#ifndef FALCON_CONFIG_FLAGS_H_
#define FALCON_CONFIG_FLAGS_H_

#include <string>
#include <vector>

#include "config/config.h"
#include "config/sources.h"

namespace falcon::config {

// Flags as text. Those that a variable may set as well, or that depend on others, are checked
// together with those; numbers and switches go into the Config at once.
struct Flags {
  std::string listen = Config().listen;
  bool allow_insecure_listen = false;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;
  std::string metrics_listen;

  std::string client_id;
  std::string client_secret_file;
  std::string member_cid;
  std::string region;
  std::string base_url;
  std::vector<std::string> loopback_redirects;
  std::string ca_file;
  std::string env_file;
  std::string page_token_key_file;
  bool no_batching = false;
  std::string log_level = "info";

  std::string redis;
  std::string redis_user;
  std::string redis_password_file;
  bool allow_insecure_redis = false;

  std::string virustotal_api_key_file;
  std::string virustotal_base_url = reputation::ClientOptions().base_url;
  bool virustotal_urls = false;
};

// Sets the numbers of `config`, and `config.print` for --help and --version. Unknown flags become
// problems, each with the nearest known flag. Values of unknown flags and stray arguments are not
// repeated: they may be secrets.
Flags ParseFlags(int argc, const char* const* argv, Config& config, Problems& problems);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_FLAGS_H_
