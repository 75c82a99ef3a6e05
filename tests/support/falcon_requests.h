// The parameters of Falcon's reads, from tests/data/falcon_requests.tsv, and checks of requests
// against them.
#ifndef FALCON_TESTS_SUPPORT_FALCON_REQUESTS_H_
#define FALCON_TESTS_SUPPORT_FALCON_REQUESTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace falcon::testing {

struct RequestParameter {
  std::string type;  // integer, string, boolean, list, object
  bool required = false;
  std::optional<int64_t> minimum;
  std::optional<int64_t> maximum;  // of ids: how many; of an offset: offset + limit
};
using RequestParameters = std::map<std::string, RequestParameter>;

struct FalconRead {
  std::string operation;
  std::string method;
  std::string path;
  RequestParameters query;
  RequestParameters body;
  bool body_is_list = false;  // of objects with these keys
};

// By "METHOD /path". Fails the test when the file cannot be read.
std::map<std::string, FalconRead> LoadFalconReads(const std::string& file);

// Why `read` would refuse a request; empty if it would not. A truncated body is not checked.
std::vector<std::string> Complaints(const FalconRead& read,
                                    const std::vector<std::pair<std::string, std::string>>& query,
                                    const std::string& body);

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_FALCON_REQUESTS_H_
