// Unary gRPC calls over plain HTTP/2 on one thread, so that the load uses little of the machine
// that it shares with the measured program.
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
  int failed = 0;              // without an OK status, or without a response
  double seconds = 0;
};

// Keeps `in_flight` calls in flight until `calls` are done. `message` returns the serialized
// request of call n. Throws std::runtime_error if the address cannot be reached.
H2LoadResult RunH2Load(const H2LoadOptions& options,
                       const std::function<std::string(int)>& message);

}  // namespace falcon::bench

#endif  // FALCON_TESTS_BENCH_H2_LOAD_H_
