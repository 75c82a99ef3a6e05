// Files of the repository and of the build, by their paths in these. Known to one source, so that tests
// compile alike wherever they are built.
#ifndef FALCON_TESTS_SUPPORT_PATHS_H_
#define FALCON_TESTS_SUPPORT_PATHS_H_

#include <string>
#include <string_view>

namespace falcon::testing {

std::string SourcePath(std::string_view path);  // "tests/data/falcon_reads.tsv"
std::string BuildPath(std::string_view path);   // "service/falcon-gateway"

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_PATHS_H_
