// The VirusTotal face: a key and a quota of its own, objects, errors, and no uploads.
#include "fixture.h"
#include "simulator/data/story.h"

namespace falcon::simulator {
namespace {

class VirusTotal : public Fixture {
 protected:
  Reply Ask(const std::string& target, const std::string& method = "GET",
            const std::string& key = "simulator-vt-key") {
    Request request;
    request.method = method;
    request.path = "/api/v3/" + target;
    request.api_key = key;
    return cloud().Handle(request);
  }
  static std::string Code(const Reply& reply) { return Body(reply)["error"]["code"]; }
};

TEST_F(VirusTotal, NeedsItsKeyAndNoTokenOfFalcons) {
  EXPECT_EQ(Ask("domains/malicious-domain.com").status, 200);
  const Reply without = Ask("domains/malicious-domain.com", "GET", "");
  EXPECT_EQ(without.status, 401);
  EXPECT_EQ(Code(without), "AuthenticationRequiredError");
  EXPECT_EQ(Code(Ask("domains/malicious-domain.com", "GET", "wrong")), "WrongCredentialsError");
}

TEST_F(VirusTotal, KnowsTheStorysIndicatorsAsMalicious) {
  for (const std::string& target :
       {"files/" + std::string(kStoryHash), "files/" + std::string(kStoryMd5),
        "files/" + std::string(kStorySha1), "domains/" + std::string(kStoryDomain),
        "ip_addresses/" + std::string(kStoryAddress),
        std::string("urls/aHR0cDovL21hbGljaW91cy1kb21haW4uY29tL2EucHMx")}) {
    const Json data = Body(Ask(target))["data"];
    EXPECT_GE(data["attributes"]["last_analysis_stats"]["malicious"], 3) << target;
  }
  const Json by_md5 = Body(Ask("files/" + std::string(kStoryMd5)))["data"];
  EXPECT_EQ(by_md5["id"], kStoryHash);
  EXPECT_EQ(by_md5["type"], "file");
}

TEST_F(VirusTotal, OthersAreKnownOrNotAndStayWhatTheyAre) {
  int unknown = 0;
  int harmless = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string target = "domains/d" + std::to_string(i) + ".example";
    const Reply reply = Ask(target);
    EXPECT_EQ(Ask(target).body, reply.body);
    if (reply.status == 404) {
      EXPECT_EQ(Code(reply), "NotFoundError");
      ++unknown;
      continue;
    }
    const Json stats = Body(reply)["data"]["attributes"]["last_analysis_stats"];
    harmless += stats["malicious"] == 0 ? 1 : 0;
  }
  EXPECT_GT(unknown, 30);
  EXPECT_GT(harmless, 60);
}

TEST_F(VirusTotal, EscapedIdsAreRead) {
  options_.seed = 3;
  EXPECT_EQ(Ask("ip_addresses/2001%3Adb8%3A%3A1").body, Ask("ip_addresses/2001:db8::1").body);
}

TEST_F(VirusTotal, QuotaIs429InItsOwnForm) {
  options_.virustotal_rate_limit = 4;
  for (int i = 0; i < 4; ++i) EXPECT_NE(Ask("domains/a.example").status, 429);
  const Reply spent = Ask("domains/a.example");
  EXPECT_EQ(spent.status, 429);
  EXPECT_EQ(Code(spent), "QuotaExceededError");
  EXPECT_EQ(Header(spent, "X-Ratelimit-Limit"), "") << "that is Falcon's";
  now_ += kMinute;
  EXPECT_NE(Ask("domains/a.example").status, 429);
}

TEST_F(VirusTotal, UploadsAreRefusedAndCountedAsMutations) {
  EXPECT_EQ(cloud().MutatingCalls(), 0U);
  EXPECT_EQ(Ask("files", "POST").status, 403);
  EXPECT_EQ(Ask("urls", "POST").status, 403);
  EXPECT_EQ(cloud().MutatingCalls(), 2U);
}

TEST_F(VirusTotal, FaultsStrikeItAndTheLedgerSeesIt) {
  EXPECT_EQ(cloud().AddFault("status path=/api/v3/ code=503"), "");
  EXPECT_EQ(Ask("domains/a.example").status, 503);
  EXPECT_EQ(cloud().Count("GET /api/v3/domains/a.example"), 1U);
}

}  // namespace
}  // namespace falcon::simulator
