// Puts replies together.
#include "mcp/protocol/reply.h"

#include "mcp/protocol/json.h"

namespace falcon::mcp {
namespace {

// Tools, prompts and resources are fixed while the process runs; an update starts a new one.
constexpr std::string_view kPublicHints = ",\"ttlMs\":300000,\"cacheScope\":\"public\"";
constexpr std::string_view kPrivateHints = ",\"ttlMs\":0,\"cacheScope\":\"private\"";

std::string_view Hints(Caching caching) {
  switch (caching) {
    case Caching::kPublic:
      return kPublicHints;
    case Caching::kPrivate:
      return kPrivateHints;
    case Caching::kNone:
      return {};
  }
  return {};
}

void AppendMember(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out.append(",\"").append(name).append("\":");
  AppendString(out, value);
}

}  // namespace

std::string ResultReply(const ReplyHead& head, std::string_view members, Caching caching,
                        std::string_view more_meta) {
  std::string out;
  out.reserve(members.size() + 256);
  out.append(R"({"jsonrpc":"2.0","id":)").append(head.id).append(R"(,"result":{)");
  if (head.era == Era::kStateless) {
    out.append(R"("resultType":"complete")").append(Hints(caching));
    out.append(R"(,"_meta":{"io.modelcontextprotocol/serverInfo":)");
    AppendServerInfo(out, *head.offer, false);
    if (!more_meta.empty()) out.append(",").append(more_meta);
    out.append("}");
    if (!members.empty()) out.append(",");
  }
  out.append(members).append("}}");
  return out;
}

std::string ErrorReply(std::string_view id, const RpcError& error) {
  std::string out = R"({"jsonrpc":"2.0","id":)";
  out.append(id).append(R"(,"error":{"code":)").append(std::to_string(error.code));
  out.append(R"(,"message":)");
  AppendString(out, error.message);
  if (!error.data.empty()) out.append(R"(,"data":)").append(error.data);
  out.append("}}");
  return out;
}

void AppendServerInfo(std::string& out, const Offer& offer, bool whole) {
  out.append(R"({"name":)");
  AppendString(out, offer.name);
  out.append(R"(,"version":)");
  AppendString(out, offer.version);
  if (whole) {
    AppendMember(out, "title", offer.title);
    AppendMember(out, "description", offer.description);
  }
  out.append("}");
}

std::string Quoted(std::string_view text) {
  constexpr size_t kMostShown = 100;
  std::string out = "\"";
  out.append(text.substr(0, kMostShown));
  if (text.size() > kMostShown) out.append("...");
  out.append("\"");
  return out;
}

}  // namespace falcon::mcp
