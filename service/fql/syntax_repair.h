// Mends mistakes of syntax: what other query languages write, in FQL.
#ifndef FALCON_FQL_SYNTAX_REPAIR_H_
#define FALCON_FQL_SYNTAX_REPAIR_H_

#include <optional>
#include <string>
#include <string_view>

#include "fql/parser.h"

namespace falcon::fql {

// `text` with the mistake at `fault`, where its parser stopped, mended. Unset where nothing says
// what was meant.
std::optional<std::string> Repaired(std::string_view text, const SyntaxFault& fault);

}  // namespace falcon::fql

#endif  // FALCON_FQL_SYNTAX_REPAIR_H_
