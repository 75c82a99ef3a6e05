// Which records are of the name that a request asks for.
#include <gmock/gmock.h>

#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "falcon_gateway/v1/detections.pb.h"
#include "falcon_gateway/v1/host_record.pb.h"
#include "falcon_gateway/v1/hosts.pb.h"
#include "falcon_gateway/v1/incident_record.pb.h"
#include "falcon_gateway/v1/incidents.pb.h"
#include "fql/filter_compiler.h"
#include "google/protobuf/text_format.h"

namespace falcon::fql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <class M>
M FromText(const std::string& text) {
  M message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

template <class Request, class Record>
bool Matches(const std::string& request, const std::string& record) {
  const NameFilter filter(FromText<Request>("filter { " + request + " }"),
                          Catalogue(Record::descriptor()));
  return filter.Matches(FromText<Record>(record));
}
bool Host(const std::string& request, const std::string& record) {
  return Matches<v1::ListHostsRequest, v1::Host>(request, record);
}
bool Incident(const std::string& request, const std::string& record) {
  return Matches<v1::ListIncidentsRequest, v1::Incident>(request, record);
}

TEST(NameFilter, TakesOnlyTheWholeNameInAnyCase) {
  EXPECT_TRUE(Host("hostname: 'asset1'", "hostname: 'ASSET1'"));
  EXPECT_TRUE(Host("hostname: 'über-pc'", "hostname: 'ÜBER-PC'"));
  EXPECT_FALSE(Host("hostname: 'ASSET1'", "hostname: 'ASSET10'"));
  EXPECT_FALSE(Host("hostname: '10-0-0-5'", "hostname: '10-0-0-51'"));
  EXPECT_FALSE(Host("hostname: 'pc-1'", "hostname: 'pc-1.corp.example'"));
  EXPECT_FALSE(Host("hostname: 'pc-1.corp.example'", "hostname: 'pc-1'"));
  EXPECT_FALSE(Host("hostname: 'bobs pc'", "hostname: 'bob\\'s pc'"));
}

TEST(NameFilter, ComparesNothingWithAStarOrWithoutAName) {
  EXPECT_TRUE(Host("hostname: 'ASSET*'", "hostname: 'other'"));
  EXPECT_TRUE(Host("days: 7 tags: 'x'", "hostname: 'other'"));
  EXPECT_TRUE(Host("hostname: 'ASSET1'", "device_id: 'h'"));
  EXPECT_THAT(NameFilter(FromText<v1::ListHostsRequest>("filter { hostname: '*x' }"),
                         Catalogue(v1::Host::descriptor()))
                  .paths(),
              IsEmpty());
}

TEST(NameFilter, ReachesNestedAndRepeatedFields) {
  EXPECT_TRUE((Matches<v1::ListDetectionsRequest, v1::Detection>("hostname: 'a1'",
                                                                 "device { hostname: 'A1' }")));
  EXPECT_FALSE((Matches<v1::ListDetectionsRequest, v1::Detection>("hostname: 'a1'",
                                                                  "device { hostname: 'A11' }")));
  const std::string hosts =
      "analysis_results { hosts { records { hostname: 'A11' } records { hostname: 'A1' } } }";
  EXPECT_TRUE(Incident("hostname: 'a1'", hosts));
  EXPECT_FALSE(Incident("hostname: 'a2'", hosts));
}

TEST(NameFilter, TakesAnyOfSeveralFields) {
  const std::string assigned = "assigned_to { uuid: 'U1' full_name: 'Alice Anderson' }";
  EXPECT_TRUE(Incident("assigned_to: 'alice anderson'", assigned));
  EXPECT_TRUE(Incident("assigned_to: 'u1'", assigned));
  EXPECT_FALSE(Incident("assigned_to: 'alice'", assigned));
}

TEST(NameFilter, HoldsEveryNameOfARequestAgainstTheRecord) {
  const std::string record =
      "analysis_results { hosts { records { hostname: 'A1' } } users { records { username: 'bob' } "
      "} }";
  EXPECT_TRUE(Incident("hostname: 'a1' username: 'BOB'", record));
  EXPECT_FALSE(Incident("hostname: 'a1' username: 'bo'", record));
}

TEST(CaseSensitiveFields, AreThoseOfCountsWhoseValuesHaveLetters) {
  EXPECT_THAT(
      CaseSensitiveFields(FromText<v1::AggregateHostsRequest>("filter { hostname: 'srv' }")),
      ElementsAre("filter.hostname"));
  EXPECT_THAT(
      CaseSensitiveFields(FromText<v1::AggregateHostsRequest>("filter { hostname: '10-0-0-5' }")),
      IsEmpty());
  EXPECT_THAT(CaseSensitiveFields(FromText<v1::AggregateHostsRequest>("field: 'x'")), IsEmpty());
  EXPECT_THAT(CaseSensitiveFields(FromText<v1::ListHostsRequest>("filter { hostname: 'srv' }")),
              IsEmpty());
}

}  // namespace
}  // namespace falcon::fql
