// Fuzzes the escaping of Falcon's text for models: any bytes become harmless, valid JSON, which
// reads back as the input, whole or up to a cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "mcp/tools/record_json.h"
#include "mcp/tools/untrusted.h"
#include "tests/support/unescape.h"

namespace {

using falcon::mcp::Fanged;
using falcon::mcp::IsHarmless;
using falcon::mcp::ReadBack;

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckText(const std::string& text, size_t bytes) {
  const std::string whole = falcon::mcp::UntrustedText(text, SIZE_MAX);
  Check(IsHarmless(whole));
  Check(Fanged(ReadBack(whole)) == Fanged(text));
  const std::string cut = falcon::mcp::UntrustedText(text, bytes);
  Check(IsHarmless(cut) && cut.size() <= bytes);
  Check(whole.size() <= bytes ? cut == whole
                              : whole.starts_with(falcon::mcp::WithoutCut(cut, text.size())));
}

void CheckJson(const falcon_gateway::v1::Detection& record, const std::string& text, size_t bytes) {
  falcon::mcp::RecordCuts cuts;
  const std::string out = falcon::mcp::Text(
      falcon::mcp::RecordJson(record, {.text_bytes = bytes, .list_items = 1000}, cuts));
  Check(IsHarmless(out));
  const auto json = nlohmann::json::parse(out, nullptr, false);
  Check(json.is_object());
  const std::string shown = json["cmdline"];
  Check(IsHarmless(shown));
  Check(cuts.any() ? falcon::mcp::Tells(shown, text) : ReadBack(shown) == text);
  for (const auto& [key, value] : json["additional_fields"].items()) {
    Check(IsHarmless(key) && value == json["cmdline"]);
    Check(cuts.any() || ReadBack(key) == text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const size_t bytes = size_t{8} + data[0];
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  CheckText(text, bytes);

  falcon_gateway::v1::Detection record;
  record.set_composite_id("id");
  record.set_cmdline(text);
  (*record.mutable_additional_fields()->mutable_fields())[text].set_string_value(text);
  CheckJson(record, text, bytes);
  CheckJson(record, text, SIZE_MAX);
  falcon::mcp::RecordCuts cuts;
  const std::string fitted = falcon::mcp::Text(falcon::mcp::RecordWithin(record, 1024, cuts));
  Check(fitted.size() <= 1024 && IsHarmless(fitted) && nlohmann::json::accept(fitted));
  for (const std::string_view line : falcon::client::Split(falcon::mcp::RecordCard(record), '\n')) {
    Check(IsHarmless(line));
  }
  return 0;
}
