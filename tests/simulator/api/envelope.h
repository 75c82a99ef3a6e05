// Falcon's reply envelope: meta, errors and resources.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/json.h"
#include "simulator/net/http.h"

namespace falcon::simulator {

// One call on its way to a handler. Views the request, which outlives it.
struct Call {
  const Request& request;
  std::string trace_id;
};

struct ApiError {
  int code = 0;
  std::string message;
  std::string id = {};  // the resource it is about; may be empty
};

// Writes an envelope around resources. They are texts, since records are cached as text.
class Envelope {
 public:
  Envelope(const Call& call, std::string_view powered_by) : call_(call), powered_by_(powered_by) {}

  // `json` is a whole JSON value.
  void Add(std::string_view json);
  void AddText(std::string_view text) { Add(ToText(Json(text))); }
  void AddError(ApiError error) { errors_.push_back(std::move(error)); }
  // A whole JSON object.
  void SetPagination(std::string json) { pagination_ = std::move(json); }

  Reply Finish(int status = 200);

 private:
  const Call& call_;
  std::string_view powered_by_;
  std::string pagination_;
  std::string resources_;
  std::vector<ApiError> errors_;
};

inline constexpr std::string_view kGatewayService = "crowdstrike-api-gateway";

// A reply that only carries an error.
Reply Failure(const Call& call, std::string_view powered_by, int code, std::string message);

// The whole number of a query parameter; `fallback` when absent; nothing when it is no number in
// [min, max].
std::optional<int64_t> IntParam(const Request& request, std::string_view name, int64_t fallback,
                                int64_t min, int64_t max);

}  // namespace falcon::simulator
