// Unary gRPC calls over bare HTTP/2, on one thread: a load that takes little of the machine that it
// shares with what it measures.
#ifndef FALCON_TESTS_BENCH_H2_LOAD_H_
#define FALCON_TESTS_BENCH_H2_LOAD_H_

#include <functional>
#include <string>
#include <vector>

namespace falcon::bench {

struct H2LoadOptions {
  std::string address;  // HOST:PORT, plaintext
  std::string path;     // "/falcon_gateway.v1.HostService/GetHost"
  int calls = 20000;
  int in_flight = 64;  // over all connections
  int connections = 2;
};

struct H2LoadResult {
  std::vector<double> micros;  // of each call
  int failed = 0;              // answered with another status than OK, or not at all
  double seconds = 0;
};

// Keeps `in_flight` calls going until `calls` are done; `message` gives the request of the n-th one,
// serialized. Throws std::runtime_error where the address cannot be reached.
H2LoadResult RunH2Load(const H2LoadOptions& options,
                       const std::function<std::string(int)>& message);

}  // namespace falcon::bench

#endif  // FALCON_TESTS_BENCH_H2_LOAD_H_
