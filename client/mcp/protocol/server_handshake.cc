// What a client asks first: who is there, in which version, and what is offered.
#include <algorithm>
#include <string>
#include <utility>

#include "mcp/protocol/call.h"
#include "mcp/protocol/era.h"
#include "mcp/protocol/object_writer.h"
#include "mcp/protocol/server.h"

namespace falcon::mcp {
namespace {

// Nothing changes while the process runs, so no list tells of changes.
std::string Capabilities(const Offer& offer) {
  std::string out;
  ObjectWriter capabilities(out);
  if (!offer.tools.empty()) capabilities.Raw("tools", "{}");
  if (offer.read_resource != nullptr) capabilities.Raw("resources", "{}");
  if (!offer.prompts.empty()) capabilities.Raw("prompts", "{}");
  if (offer.complete != nullptr) capabilities.Raw("completions", "{}");
  capabilities.End();
  return out;
}

// The same version back if it is known, else the newest.
std::string_view VersionFor(const std::string& asked) {
  const auto known = std::ranges::find(kInitializeVersions, asked);
  return known == std::end(kInitializeVersions) ? kInitializeVersions[0] : *known;
}

void AppendInstructions(std::string& members, const Offer& offer) {
  if (offer.instructions.empty()) return;
  members.append(",\"instructions\":");
  AppendString(members, offer.instructions);
}

}  // namespace

void Server::Initialize(const Exchange& exchange) {
  const auto asked = exchange.params.find("protocolVersion");
  if (asked == exchange.params.end() || !asked->is_string()) {
    return exchange.Refuse({kInvalidParams, "initialize needs a protocolVersion, a string."});
  }
  const std::string_view version = VersionFor(asked->get_ref<const std::string&>());
  exchange.session->Agree(version);

  std::string members = "\"protocolVersion\":";
  AppendString(members, version);
  members.append(",\"capabilities\":").append(Capabilities(offer_)).append(",\"serverInfo\":");
  AppendServerInfo(members, offer_, true);
  AppendInstructions(members, offer_);
  exchange.Reply(ResultReply(exchange.head, members));
}

void Server::Discover(const Exchange& exchange) {
  std::string members = "\"supportedVersions\":" + StatelessVersions();
  members.append(",\"capabilities\":").append(Capabilities(offer_));
  AppendInstructions(members, offer_);
  exchange.Reply(ResultReply(exchange.head, members, Caching::kPublic));
}

void Server::Listen(const Exchange& exchange) {
  const auto wanted = exchange.params.find("notifications");
  if (wanted == exchange.params.end() || !wanted->is_object()) {
    return exchange.Refuse(
        {kInvalidParams, "notifications must be an object: what to listen for."});
  }
  // There is nothing to tell, so the stream ends as soon as it is open, and holds nothing up.
  const std::string id = R"("io.modelcontextprotocol/subscriptionId":)" + exchange.head.id;
  std::string begun = R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged",)";
  begun.append(R"("params":{"_meta":{)").append(id).append(R"(},"notifications":{}}})");
  exchange.outlet->Send({std::move(begun), false, 200});
  exchange.Reply(ResultReply(exchange.head, {}, Caching::kNone, id));
}

}  // namespace falcon::mcp
