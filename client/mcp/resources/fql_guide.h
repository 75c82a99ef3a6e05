// The FQL guide of an area, generated from the catalog, in Markdown.
#ifndef FALCON_CLIENT_MCP_RESOURCES_FQL_GUIDE_H_
#define FALCON_CLIENT_MCP_RESOURCES_FQL_GUIDE_H_

#include <string>
#include <string_view>
#include <vector>

#include "catalog.h"

namespace falcon::mcp {

// Names of the nouns that can be filtered: "discovered-hosts".
std::vector<std::string> FqlAreas(const client::Catalog& catalog);

// FQL's rules, then a line for each area.
std::string FqlOverview(const client::Catalog& catalog);

// FQL's rules, an example, and the table of fields. `area` with - or _; empty: there is none such.
std::string FqlGuide(const client::Catalog& catalog, std::string_view area);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_RESOURCES_FQL_GUIDE_H_
