// The operation table, the methods and the list of Falcon's reads promise each other.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "tests/contract/protos.h"
#include "tests/support/paths.h"
#include "upstream/operation/operation.h"

namespace falcon {
namespace {

using google::protobuf::MethodDescriptor;
using testing::Protos;

// Serve from the gateway's own state or from another service than Falcon.
const std::set<std::string> kWithoutFalcon = {"GetStatus", "BatchGetReputations"};

TEST(Operations, AreOnlyReadsOfFalconsOwnList) {
  std::ifstream in(testing::SourcePath("tests/data/falcon_reads.tsv"));
  std::set<std::string> reads;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("#")) reads.insert(line);
  }
  ASSERT_GT(reads.size(), 50U);
  for (const upstream::Operation* operation : upstream::Operations()) {
    const std::string row = std::string(operation->id) + "\t" +
                            std::string(http::MethodName(operation->method)) + "\t" +
                            std::string(operation->path) + "\t" + std::string(operation->scope);
    EXPECT_TRUE(reads.contains(row)) << row;
  }
}

TEST(Operations, StandBehindTheMethodsThatNameThemWithTheirScopes) {
  const Protos protos;
  std::set<std::string> used;
  for (const MethodDescriptor* method : protos.methods()) {
    const options::v1::Upstream& upstream = method->options().GetExtension(options::v1::upstream);
    std::set<std::string> scopes;
    for (const std::string& id : upstream.operations()) {
      const upstream::Operation* operation = upstream::FindOperation(id);
      ASSERT_NE(operation, nullptr) << method->full_name() << " names " << id;
      scopes.insert(std::string(operation->scope));
      used.insert(id);
    }
    std::set<std::string> named(upstream.scopes().begin(), upstream.scopes().end());
    const std::string& usual = method->service()->options().GetExtension(options::v1::scope);
    if (named.empty() && !scopes.empty()) named.insert(usual);
    EXPECT_EQ(scopes, named) << method->full_name();
  }
  for (const upstream::Operation* operation : upstream::Operations()) {
    EXPECT_TRUE(used.contains(std::string(operation->id))) << operation->id << " serves no method";
  }
}

TEST(Methods, NameAnOperationUnlessTheyNeedNone) {
  const Protos protos;
  for (const MethodDescriptor* method : protos.methods()) {
    const bool local = kWithoutFalcon.contains(method->name());
    EXPECT_EQ(method->options().HasExtension(options::v1::upstream), !local) << method->full_name();
  }
}

}  // namespace
}  // namespace falcon
