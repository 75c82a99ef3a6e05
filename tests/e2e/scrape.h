// The gateway's HTTP endpoints of `--metrics-listen`, as a monitoring system asks them.
#ifndef FALCON_TESTS_E2E_SCRAPE_H_
#define FALCON_TESTS_E2E_SCRAPE_H_

#include <string>

#include "tests/e2e/world.h"

namespace falcon::e2e {

struct Page {
  int status = 0;
  std::string body;
};

// Of a world whose gateway was started with `--metrics-listen=0`. `path`: such as "/readyz".
Page Get(World& world, const std::string& path);

// What stands behind `series` ("name" or "name{label=\"value\"}") now; 0 where there is none.
double Metric(World& world, const std::string& series);

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_SCRAPE_H_
