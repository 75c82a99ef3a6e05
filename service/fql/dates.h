// Instants as FQL writes them.
#ifndef FALCON_FQL_DATES_H_
#define FALCON_FQL_DATES_H_

#include <string>
#include <string_view>

namespace falcon::fql {

// RFC 3339 (0 to 9 fraction digits, Z or an offset), a date alone, `now`, `now-24h` or `now-7d`.
bool IsInstant(std::string_view text);

// What is wrong with `text`, which is no instant, and what would have been right. For messages.
std::string InstantProblem(std::string_view text);

}  // namespace falcon::fql

#endif  // FALCON_FQL_DATES_H_
