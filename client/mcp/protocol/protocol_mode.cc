// Tells the modes apart by what a message says of itself, never by what came before it on HTTP.
#include "mcp/protocol/protocol_mode.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/escaping.h"
#include "base/text.h"

namespace falcon::mcp {
namespace {

constexpr const char* kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr const char* kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr const char* kClientInfoKey = "io.modelcontextprotocol/clientInfo";

std::string KnownVersions() {
  std::string out(kStatelessVersion);
  for (const std::string_view version : kInitializeVersions) out.append(", ").append(version);
  return out;
}

bool IsInitializeVersion(std::string_view version) {
  return std::ranges::find(kInitializeVersions, version) != std::end(kInitializeVersions);
}

std::optional<std::string_view> TrimmedValue(const std::optional<std::string>& value) {
  if (!value.has_value()) return std::nullopt;
  return Trimmed(*value);
}

// An object with at least one key that only the stateless era writes; else null.
const Json* StatelessMeta(const Json& params) {
  const auto meta = params.find("_meta");
  if (meta == params.end() || !meta->is_object()) return nullptr;
  const bool stateless = meta->contains(kVersionKey) || meta->contains(kCapabilitiesKey) ||
                         meta->contains(kClientInfoKey);
  return stateless ? &*meta : nullptr;
}

RpcError BadMeta(std::string why) {
  return {kInvalidParams,
          why + " Each request of revision " + std::string(kStatelessVersion) + " carries " +
              kVersionKey + " and " + kCapabilitiesKey + " in params._meta.",
          nullptr, 400};
}

RpcError Mismatch(std::string what) { return {kHeaderMismatch, std::move(what), nullptr, 400}; }

// Of what the body of a request names, for Mcp-Name: the tool, the prompt or the URI.
const std::string* NameOf(const Message& message) {
  const bool named = message.method == "tools/call" || message.method == "prompts/get";
  if (!named && message.method != "resources/read") return nullptr;
  const auto name = message.params.find(named ? "name" : "uri");
  if (name == message.params.end()) return nullptr;
  return name->get_ptr<const std::string*>();
}

std::optional<RpcError> CheckMirrors(const Message& message, const HttpHeaders& headers) {
  const auto method = TrimmedValue(headers.method);
  if (!method.has_value()) return Mismatch("The header Mcp-Method is missing.");
  if (*method != message.method) {
    return Mismatch("The header Mcp-Method says " + Quoted(*method) +
                    ", but the body's method is " + Quoted(message.method) + ".");
  }
  const std::string* name = NameOf(message);
  if (name == nullptr) return std::nullopt;
  if (!headers.name.has_value()) return Mismatch("The header Mcp-Name is missing.");
  const auto decoded = DecodedHeader(*headers.name);
  if (!decoded.has_value()) return Mismatch("The header Mcp-Name is not valid base64.");
  if (*decoded != *name) {
    return Mismatch("The header Mcp-Name says " + Quoted(*decoded) + ", but the body names " +
                    Quoted(*name) + ".");
  }
  return std::nullopt;
}

std::optional<RpcError> CheckStateless(const Message& message, const Json* meta,
                                       const HttpHeaders* headers) {
  if (meta == nullptr) return BadMeta("params._meta is missing.");
  const auto version = meta->find(kVersionKey);
  if (version == meta->end() || !version->is_string()) {
    return BadMeta("The protocol version is missing.");
  }
  const auto capabilities = meta->find(kCapabilitiesKey);
  if (capabilities == meta->end() || !capabilities->is_object()) {
    return BadMeta("The client's capabilities are missing, which are an object.");
  }
  const auto& said = version->get_ref<const std::string&>();
  if (headers != nullptr) {
    const auto header = TrimmedValue(headers->protocol_version);
    if (!header.has_value()) return Mismatch("The header MCP-Protocol-Version is missing.");
    if (*header != said) {
      return Mismatch("The header MCP-Protocol-Version says " + Quoted(*header) +
                      ", but params._meta says " + Quoted(said) + ".");
    }
  }
  if (said != kStatelessVersion) {
    return RpcError{kUnsupportedVersion,
                    "This protocol version is not supported without a handshake: " + Quoted(said) +
                        ". Versions: " + KnownVersions() + ", all but the first by initialize.",
                    OrderedJson{{"supported", {kStatelessVersion}}, {"requested", said}}, 400};
  }
  if (headers != nullptr) return CheckMirrors(message, *headers);
  return std::nullopt;
}

std::optional<RpcError> CheckInitialize(const Message& message, const std::string& agreed,
                                        const HttpHeaders* headers) {
  if (message.method == "initialize") return std::nullopt;
  if (headers != nullptr) return ValidateHeaders(*headers);
  if (!agreed.empty() || message.method == "ping") return std::nullopt;
  return BadMeta("Send initialize first, or no handshake at all.");
}

}  // namespace

std::optional<std::string> DecodedHeader(std::string_view value) {
  constexpr std::string_view kOpening = "=?base64?";
  constexpr std::string_view kClosing = "?=";
  value = Trimmed(value);
  if (!value.starts_with(kOpening) || !value.ends_with(kClosing) ||
      value.size() < kOpening.size() + kClosing.size()) {
    return std::string(value);
  }
  value.remove_prefix(kOpening.size());
  value.remove_suffix(kClosing.size());
  std::string bytes;
  // Abseil is lax about padding; one value has one writing here.
  const bool valid = absl::Base64Unescape(ToAbsl(value), &bytes);
  return valid && absl::Base64Escape(bytes) == value ? std::optional(bytes) : std::nullopt;
}

std::optional<RpcError> ValidateHeaders(const HttpHeaders& headers) {
  // Absent, it stands for 2025-03-26, which had no such header.
  const auto version = TrimmedValue(headers.protocol_version);
  if (!version.has_value() || *version == kStatelessVersion || IsInitializeVersion(*version)) {
    return std::nullopt;
  }
  return RpcError{kInvalidRequest,
                  "The header MCP-Protocol-Version names no version that is known here: " +
                      Quoted(*version) + ". Known ones: " + KnownVersions() + ".",
                  nullptr, 400};
}

Validation ValidateRequest(const Message& message, const std::string& agreed,
                           const HttpHeaders* headers) {
  const Json* meta = StatelessMeta(message.params);
  const bool by_header =
      headers != nullptr && TrimmedValue(headers->protocol_version) == kStatelessVersion;
  if (meta != nullptr || by_header) {
    return {ProtocolMode::kStateless, CheckStateless(message, meta, headers)};
  }
  return {ProtocolMode::kInitialize, CheckInitialize(message, agreed, headers)};
}

}  // namespace falcon::mcp
