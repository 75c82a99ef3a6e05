// Proxy variables: what is refused at the start, and that no error repeats them.
#include "config/proxy.h"

#include "tests/unit/config/config_fixture.h"

namespace falcon::config {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;

class ProxyConfigTest : public ConfigFixture {};

TEST_F(ProxyConfigTest, UsableProxiesPass) {
  for (const char* const value :
       {"http://proxy.example:3128", "http://user:canary@proxy.example:3128/", "proxy.example:3128",
        "proxy.example", "user:canary%40%23@proxy.example", "socks5h://127.0.0.1:1080",
        "socks://127.0.0.1:1080", "https://[2001:db8::1]:443", "HTTP://proxy.example:80"}) {
    environment_.values["HTTPS_PROXY"] = value;
    EXPECT_THAT(Load(), IsOk()) << value;
  }
}

TEST_F(ProxyConfigTest, FaultIsToldByTheVariableAndNeverRepeatsTheValue) {
  for (const char* const value :
       {"http://user:canary@:3128", "http://user:canary#1@proxy.example:3128",
        "http://user:12#canary@proxy.example:3128", "http://user:1/canary@proxy.example:3128",
        "http://user:1?canary@proxy.example:3128", "http://user:canary@proxy.example:99999",
        "http://user:canary@proxy.example:port", "http://user:canary@proxy .example",
        "http://user:canary%0a@proxy.example", "http://proxy.example/canary",
        "ftp://user:canary@proxy.example", "canary://proxy.example", "http://"}) {
    for (const char* const name :
         {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy"}) {
      environment_.values = {{name, value}};
      EXPECT_THAT(Complaint(name, {}), HasSubstr("must ")) << value;
    }
  }
}

TEST_F(ProxyConfigTest, OnlyTheVariablesThatCountAreJudged) {
  environment_.values["https_proxy"] = "http://127.0.0.1:3128";
  environment_.values["http_proxy"] = "http://127.0.0.1:3128";
  environment_.values["HTTPS_PROXY"] = "canary://nonsense";
  environment_.values["ALL_PROXY"] = "canary://nonsense";
  environment_.values["HTTP_PROXY"] = "canary://nonsense";
  EXPECT_THAT(Load(), IsOk());
}

}  // namespace
}  // namespace falcon::config
