// Lists of what is offered, rendered once, in pages.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_LISTING_H_
#define FALCON_CLIENT_MCP_PROTOCOL_LISTING_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/protocol/offer.h"

namespace falcon::mcp {

// Items on a page.
inline constexpr size_t kPageItems = 100;

// A list in its order. Cursors stay right as long as the list does.
class Listing {
 public:
  // `key`: the member of the result that holds the items, which are JSON texts.
  Listing(std::string_view key, const std::vector<std::string>& items);

  // The members of the result; null: no such cursor. An empty one begins the list.
  const std::string* Page(std::string_view cursor) const;

 private:
  std::map<std::string, std::string, std::less<>> pages_;
};

Listing ListTools(const Offer& offer);
Listing ListResources(const Offer& offer);
Listing ListResourceTemplates(const Offer& offer);
Listing ListPrompts(const Offer& offer);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_LISTING_H_
