// `fgctl api`: the API as a page in Markdown.
#ifndef FALCON_CLIENT_CLI_API_PAGE_H_
#define FALCON_CLIENT_CLI_API_PAGE_H_

#include <string>

#include "catalog.h"

namespace falcon::client {

// Services with their methods and request fields, filters with what they are in FQL, and the
// reasons of errors and notes: all that the protos say, in the order of their names.
std::string ApiPage(const Catalog& catalog);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_API_PAGE_H_
