// Faults that change what the handler answered.
#include <algorithm>
#include <string>
#include <utility>

#include "simulator/fault/fault.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kFirstRecord = R"("resources":[{)";

// Runs `edit` on the body as JSON; bodies that are none stay as they are.
template <typename Edit>
void EditJson(Reply* reply, Edit edit) {
  Json body = Json::parse(reply->body, nullptr, false);
  if (!body.is_object()) return;
  edit(body);
  reply->body = ToText(body);
}

void Insert(Reply* reply, std::string_view after, std::string_view text) {
  const size_t at = reply->body.find(after);
  if (at != std::string::npos) reply->body.insert(at + after.size(), text);
}

size_t CutPoint(const FaultRule& rule, const Reply& reply) {
  const auto half = static_cast<int64_t>(reply.body.size() / 2);
  return static_cast<size_t>(std::clamp<int64_t>(rule.Int("after_bytes", half), 0,
                                                 static_cast<int64_t>(reply.body.size())));
}

void CutBody(Delivery::Cut cut, const FaultRule& rule, Reply* reply) {
  reply->delivery.cut = cut;
  reply->delivery.cut_after_body_bytes = CutPoint(rule, *reply);
  reply->delivery.chunked = rule.Text("framing", "length") == "chunked";
}

Json OneError(const FaultRule& rule, int64_t code) {
  Json error = {{"code", rule.Int("code", code)},
                {"message", rule.Text("message", "simulated error")}};
  if (rule.arguments.contains("id")) error["id"] = rule.Text("id", "");
  return error;
}

void PartialErrors(const FaultRule& rule, const FaultContext&, Reply* reply) {
  EditJson(reply, [&](Json& body) {
    Json& resources = body["resources"];
    Json errors = rule.arguments.contains("errors") ? rule.arguments["errors"] : Json::array();
    for (int64_t i = 0; i < rule.Int("drop", 1) && resources.is_array() && !resources.empty();
         ++i) {
      const Json gone = resources.back();
      resources.erase(resources.size() - 1);
      if (rule.arguments.contains("errors")) continue;
      Json error = OneError(rule, 500);
      for (const char* key : {"composite_id", "device_id", "id"}) {
        if (!gone.is_object() || !gone.contains(key)) continue;
        error["id"] = gone[key];
        break;
      }
      errors.push_back(std::move(error));
    }
    if (errors.empty()) errors.push_back(OneError(rule, 500));
    body["errors"] = std::move(errors);
  });
  reply->status = static_cast<int>(rule.Int("status", 200));
}

void ErrorsOnly(const FaultRule& rule, const FaultContext&, Reply* reply) {
  EditJson(reply, [&](Json& body) {
    body["resources"] = Json::array();
    body["errors"] = rule.arguments.contains("errors") ? rule.arguments["errors"]
                                                       : Json::array({OneError(rule, 403)});
  });
  reply->status = static_cast<int>(rule.Int("status", 200));
}

void WrongTypes(const FaultRule& rule, const FaultContext&, Reply* reply) {
  EditJson(reply, [&](Json& body) {
    if (rule.Text("where", "record") == "envelope") {
      body["meta"] = "text";
      body["errors"] = {{"code", "text"}};
      return;
    }
    Json& resources = body["resources"];
    if (!resources.is_array() || resources.empty()) return;
    Json& record = resources.front();
    if (!record.is_object()) {
      record = 17;
      return;
    }
    const std::string only = rule.Text("field", "");
    for (auto& [key, value] : record.items()) {
      // The ids stay, so that a reader can still tell which record it was.
      if (only.empty() ? key.ends_with("id") : key != only) continue;
      value = value.is_string()   ? Json(Json::object({{"unexpected", true}}))
              : value.is_object() ? Json::array({1})
                                  : Json("text");
    }
  });
}

void HugeNumbers(const FaultRule&, const FaultContext&, Reply* reply) {
  EditJson(reply, [](Json& body) {
    Json& resources = body["resources"];
    if (!resources.is_array() || resources.empty() || !resources.front().is_object()) return;
    resources.front()["confidence"] = "@huge@";
    resources.front()["severity"] = "@vast@";
  });
  for (const auto& [mark, number] : {std::pair{"\"@huge@\"", "123456789012345678901234567890"},
                                     std::pair{"\"@vast@\"", "1e400"}}) {
    const size_t at = reply->body.find(mark);
    if (at != std::string::npos) reply->body.replace(at, 8, number);
  }
}

void BadUtf8(const FaultRule&, const FaultContext&, Reply* reply) {
  for (std::string_view key : {R"("hostname":")", R"("cmdline":")", R"("name":")"})
    Insert(reply, key, "\xff\xfe\xc3\x28");
}

void DuplicateKeys(const FaultRule&, const FaultContext&, Reply* reply) {
  if (reply->body.find(kFirstRecord) == std::string::npos) {
    Insert(reply, "{", R"("resources":["duplicate"],)");
  } else {
    Insert(reply, kFirstRecord, R"("status":"duplicate","status":"duplicate2",)");
  }
}

// The paging token the client sent; empty on a first page.
std::string SentCursor(const Call& call) {
  for (const char* name : {"offset", "after"}) {
    if (const auto sent = call.request.Param(name)) return std::string(*sent);
  }
  const Json body = Json::parse(call.request.body, nullptr, false);
  const auto after = body.is_object() ? body.find("after") : body.end();
  return body.is_object() && after != body.end() && after->is_string() ? after->get<std::string>()
                                                                       : "";
}

// A page that leads to itself by its header.
void RepeatNextPage(const Call& call, Reply* reply) {
  constexpr std::string_view kToken = "next_token=";
  const auto sent = call.request.Param("next_token");
  for (auto& [name, value] : reply->headers) {
    const size_t at = name == "Next-Page" ? value.rfind(kToken) : std::string::npos;
    if (sent && at != std::string::npos) value.replace(at + kToken.size(), value.size(), *sent);
  }
}

void RepeatedCursor(const FaultRule&, const FaultContext& context, Reply* reply) {
  RepeatNextPage(context.call, reply);
  const std::string sent = SentCursor(context.call);
  if (sent.empty()) return;
  EditJson(reply, [&](Json& body) {
    Json& paging = body["meta"]["pagination"];
    for (const char* key : {"after", "next", "offset"}) {
      if (paging.contains(key) && paging[key].is_string()) paging[key] = sent;
    }
  });
}

void ShrinkTotal(const FaultRule& rule, const FaultContext&, Reply* reply) {
  EditJson(reply, [&](Json& body) {
    Json& paging = body["meta"]["pagination"];
    if (!paging.is_object() || !paging.contains("total")) return;
    const auto total = paging["total"].get<int64_t>();
    paging["total"] = std::max<int64_t>(0, total - rule.Int("by", total / 2));
  });
}

void Compress(Reply* reply) {
  reply->body = Gzip(reply->body);
  SetHeader(reply, "Content-Encoding", "gzip");
}

void Truncate(const FaultRule& rule, const FaultContext&, Reply* reply) {
  reply->body.resize(CutPoint(rule, *reply));
  if (rule.arguments.contains("body")) reply->body = rule.Text("body", "");
}

void ChangeContentType(const FaultRule& rule, const FaultContext&, Reply* reply) {
  const std::string value = rule.Text("value", "");
  reply->content_type = value.empty() ? std::nullopt : std::optional<std::string>(value);
}

struct AfterKind {
  std::string_view name;
  void (*change)(const FaultRule&, const FaultContext&, Reply*);
};

constexpr AfterKind kKinds[] = {
    {"reset_mid_body", [](const FaultRule& rule, const FaultContext&,
                          Reply* reply) { CutBody(Delivery::Cut::kReset, rule, reply); }},
    {"truncate", [](const FaultRule& rule, const FaultContext&,
                    Reply* reply) { CutBody(Delivery::Cut::kClose, rule, reply); }},
    {"stall_mid_body", [](const FaultRule& rule, const FaultContext&,
                          Reply* reply) { CutBody(Delivery::Cut::kStall, rule, reply); }},
    {"trickle",
     [](const FaultRule& rule, const FaultContext&, Reply* reply) {
       reply->delivery.bytes_per_second =
           static_cast<size_t>(std::max<int64_t>(1, rule.Int("bytes_per_second", 100)));
     }},
    {"malformed_json", Truncate},
    {"content_type", ChangeContentType},
    {"gzip", [](const FaultRule&, const FaultContext&, Reply* reply) { Compress(reply); }},
    {"duplicate_keys", DuplicateKeys},
    {"bad_utf8", BadUtf8},
    {"wrong_types", WrongTypes},
    {"huge_numbers", HugeNumbers},
    {"partial_errors", PartialErrors},
    {"errors_only", ErrorsOnly},
    {"repeated_cursor", RepeatedCursor},
    {"empty_page",
     [](const FaultRule&, const FaultContext&, Reply* reply) {
       EditJson(reply, [](Json& body) { body["resources"] = Json::array(); });
     }},
    {"shrinking_total", ShrinkTotal},
    {"token_malformed",
     [](const FaultRule& rule, const FaultContext&, Reply* reply) {
       reply->body = rule.Text("body", R"({"access_token":)");
     }},
    {"token_without_expires",
     [](const FaultRule&, const FaultContext&, Reply* reply) {
       EditJson(reply, [](Json& body) { body.erase("expires_in"); });
     }},
    {"token_expires_in",
     [](const FaultRule& rule, const FaultContext&, Reply* reply) {
       EditJson(reply,
                [&](Json& body) { body["expires_in"] = rule.arguments.value("value", Json(1)); });
     }},
    {"null_resources",
     [](const FaultRule&, const FaultContext&, Reply* reply) {
       EditJson(reply, [](Json& body) {
         body["resources"] = nullptr;
         body["errors"] = nullptr;
       });
     }},
};

}  // namespace

void Distort(const FaultRule& rule, const FaultContext& context, Reply* reply) {
  for (const AfterKind& kind : kKinds) {
    if (kind.name == rule.kind) kind.change(rule, context, reply);
  }
}

std::vector<std::string_view> AfterKinds() {
  std::vector<std::string_view> names;
  for (const AfterKind& kind : kKinds) names.push_back(kind.name);
  return names;
}

}  // namespace falcon::simulator
