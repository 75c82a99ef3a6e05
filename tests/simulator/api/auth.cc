// OAuth2: bearer tokens, and the calls that issue and revoke them.
#include "simulator/api/auth.h"

#include <algorithm>
#include <utility>

#include "simulator/base/rng.h"
#include "simulator/fault/fault.h"

namespace falcon::simulator {

std::string Tokens::Issue(std::string_view cid, Nanos now) {
  std::erase_if(expiry_, [now](const auto& entry) { return entry.second <= now; });
  constexpr uint64_t kTokenKind = 21;
  const Rng rng(Mix(seed_ ^ static_cast<uint64_t>(now)), kTokenKind, ++issued_);
  std::string token = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9." + std::string(cid) + rng.Hex(1, 64) +
                      "." + rng.Hex(2, 128);
  expiry_[token] = now + lifetime_;
  return token;
}

bool Tokens::Valid(std::string_view token, Nanos now) const {
  const auto found = expiry_.find(std::string(token));
  return found != expiry_.end() && found->second > now;
}

void Tokens::Revoke(std::string_view token) { expiry_.erase(std::string(token)); }

namespace {

constexpr std::string_view kService = "csam";

struct Credentials {
  std::string id;
  std::string secret;
};

// From the form, or from HTTP Basic, as generic OAuth libraries send them.
Credentials CredentialsOf(const Request& request, const Request& form) {
  Credentials credentials = {std::string(form.Param("client_id").value_or("")),
                             std::string(form.Param("client_secret").value_or(""))};
  const std::optional<std::string_view> basic = Credential(request.authorization, "Basic");
  if (!basic) return credentials;
  const std::optional<std::string> pair = Base64Decode(*basic);
  const size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return credentials;
  return {PercentDecode(pair->substr(0, colon)), PercentDecode(pair->substr(colon + 1))};
}

Request FormOf(const Request& request) {
  Request form;
  form.query = ParseQuery(request.body);
  return form;
}

}  // namespace

bool AuthApi::KnownMember(std::string_view member_cid) const {
  // 32 digits in lower case: what the console shows has capitals and a checksum, and is refused.
  const bool shaped = member_cid.size() == 32 &&
                      member_cid.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!shaped || member_cid == store_.world.cid()) return false;  // the parent is no member
  const auto& known = store_.options.member_cids;
  return known.empty() || std::find(known.begin(), known.end(), member_cid) != known.end();
}

Reply AuthApi::Redirect(const Call& call) {
  Reply reply;
  reply.status = 308;
  // The limit of callers without a token, as Falcon's cloud sends it here too.
  SetHeader(&reply, "X-Ratelimit-Limit", "15");
  reply.content_type = std::nullopt;
  SetHeader(&reply, "Location", store_.options.redirect_token_url + call.request.path);
  if (!store_.options.redirect_region.empty())
    SetHeader(&reply, "X-Cs-Region", store_.options.redirect_region);
  return reply;
}

Reply AuthApi::Token(const Call& call) {
  if (!store_.options.redirect_token_url.empty()) return Redirect(call);
  const Request form = FormOf(call.request);
  const Credentials credentials = CredentialsOf(call.request, form);
  if (credentials.id.empty()) {
    return Failure(call, kService, 400, "Failed to generate access token for clientID=");
  }
  if (credentials.id != store_.options.client_id ||
      credentials.secret != store_.options.client_secret) {
    return Failure(call, kService, 403, "access denied, authorization failed");
  }
  const std::string_view member = form.Param("member_cid").value_or("");
  if (!member.empty() && !KnownMember(member)) {
    return Failure(call, kService, 403, "Failed to issue access token - Not Authorized");
  }
  Reply reply;
  reply.status = 201;
  const std::string token =
      tokens_.Issue(member.empty() ? std::string_view(store_.world.cid()) : member.substr(0, 32),
                    store_.clock.Now());
  reply.body = ToText({{"access_token", token},
                       {"expires_in", tokens_.lifetime() / kSecond},
                       {"token_type", "bearer"}});
  return reply;
}

Reply AuthApi::Revoke(const Call& call) {
  if (!store_.options.redirect_token_url.empty()) return Redirect(call);
  const Request form = FormOf(call.request);
  const Credentials credentials = CredentialsOf(call.request, form);
  if (credentials.id != store_.options.client_id ||
      credentials.secret != store_.options.client_secret) {
    return Failure(call, kService, 403, "access denied, authorization failed");
  }
  const std::optional<std::string_view> token = form.Param("token");
  if (!token || token->empty()) return Failure(call, kService, 400, "token is required");
  tokens_.Revoke(*token);
  return Envelope(call, kService).Finish();
}

}  // namespace falcon::simulator
