// summarize_records: arguments in, counts out.
#include "mcp/tools/summarize.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mcp/tools/failure_result.h"
#include "mcp/tools/json_object.h"
#include "mcp/tools/result_text.h"
#include "mcp/tools/summary_arguments.h"
#include "mcp/tools/summary_run.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Grouped;

constexpr size_t kEnvelopeBytes = 512;
constexpr size_t kFilterBytes = 240;

void WaitFor(std::chrono::milliseconds span, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, std::move(stop), span, [] { return false; });
}

std::string OfTotal(const SummaryOutcome& outcome) {
  return outcome.total ? StrCat(" of ", Grouped(*outcome.total)) : std::string();
}

std::string Words(const SummaryAsked& asked) {
  return client::Replace(asked.method->noun, '-', ' ');
}

ToolResult Broken(const SummaryAsked& asked, const SummaryOutcome& outcome, const Bridge& bridge) {
  return ErrorResult(StrCat(
      "The count is not complete and therefore not shown: it broke after ",
      Grouped(outcome.counted), OfTotal(outcome), " ", Words(asked), ".\n",
      FailureSentences(*outcome.failure, bridge, [](const std::string& field) { return field; })));
}

std::string Note(const SummaryOutcome& outcome) {
  std::vector<std::string> sentences;
  if (outcome.partial) {
    sentences.push_back("Falcon did not answer for all records: these counts are too low.");
  }
  if (outcome.skipped > 0) {
    sentences.push_back(StrCat(
        outcome.skipped, " values did not fit their fields and are counted as Falcon sent them."));
  }
  for (const ValueCounts& counts : outcome.counts) {
    if (!counts.overflowed()) continue;
    sentences.push_back(StrCat("Above ", ValueCounts::kMostValues,
                               " distinct values further ones count as other."));
    break;
  }
  return Sentences(sentences);
}

// With ever fewer values until it fits.
std::string Groups(const SummaryOutcome& outcome, size_t top, size_t bytes) {
  std::string groups = "[";
  for (const ValueCounts& counts : outcome.counts) {
    if (groups.size() > 1) groups.push_back(',');
    groups.append(counts.Json(top));
  }
  groups.push_back(']');
  return groups.size() <= bytes || top <= 1 ? groups : Groups(outcome, top / 2, bytes);
}

ToolResult Whole(const SummaryAsked& asked, const SummaryOutcome& outcome, const Bridge& bridge) {
  const size_t bytes = bridge.result_bytes - kTextReserve - kEnvelopeBytes;
  JsonObject object;
  object.AddText("noun", client::Replace(asked.method->noun, '-', '_'));
  object.AddNumber("count", outcome.counted);
  object.AddNumber("total", outcome.total);
  object.AddBool("complete", !outcome.partial);
  object.Add("groups", Groups(outcome, asked.top, bytes));
  if (const std::string note = Note(outcome); !note.empty()) object.AddText("note", note);
  const std::string filters =
      asked.filters.empty() ? "" : StrCat(" (", UntrustedText(asked.filters, kFilterBytes), ")");
  ResultParts result;
  result.structured = object.Take();
  result.summary = outcome.counted > 0
                       ? StrCat("Counted ", outcome.partial ? "some" : "all", " ",
                                Grouped(outcome.counted), " ", Words(asked), filters, ".")
                       : StrCat("Falcon answered: no ", Words(asked), filters, " to count.");
  return MakeResult(std::move(result), bridge);
}

}  // namespace

Tool MakeSummarizeTool(const Bridge& bridge) { return MakeSummarizeTool(bridge, WaitFor); }

Tool MakeSummarizeTool(const Bridge& bridge, Pause pause) {
  Tool tool;
  tool.name = "summarize_records";
  tool.title = "Summarize records";
  tool.description =
      "Counts all records of a noun by up to three fields, however many there are. Reads the whole "
      "collection, so it may take minutes: aggregate_detections and the totals of searches are "
      "faster where they suffice.";
  tool.input_schema = SummaryInputSchema(bridge.catalog);
  tool.output_schema = SummaryOutputSchema();
  tool.call = [&bridge, pause = std::move(pause)](const Json& arguments,
                                                  const CallContext& context) {
    auto read = ReadSummaryArguments(bridge.catalog, arguments);
    if (auto* wrong = std::get_if<ToolResult>(&read)) return std::move(*wrong);
    auto& asked = std::get<SummaryAsked>(read);
    const SummaryOutcome outcome = RunSummary(asked, bridge, pause, context);
    return outcome.failure ? Broken(asked, outcome, bridge) : Whole(asked, outcome, bridge);
  };
  return tool;
}

}  // namespace falcon::mcp
