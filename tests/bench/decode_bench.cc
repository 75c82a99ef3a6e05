// JSON page to protobuf: the gateway's decoder compared with protobuf's JSON parser, on pages of
// realistic alerts.
//   decode_bench                      all figures
//   decode_bench --benchmark_filter=Compared
// The argument is the number of alerts on the page: 200 are about 1.7 MB, 1000 about 8 MB.
// `speedup` is protobuf's time divided by the decoder's, both measured in turns within one run. All
// times are CPU time of the thread, so that other programs have little influence.
#include <benchmark/benchmark.h>
#include <time.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.pb.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/util/json_util.h"
#include "json/decoder.h"
#include "json/document.h"

namespace falcon::json {
namespace {

using v1::ListDetectionsResponse;

constexpr size_t kPadding = 64;

void Need(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << what << "\n";
  std::abort();
}

std::string Replaced(std::string text, std::string_view what, std::string_view by) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
  return text;
}

// The alert of tests/data on one line, as Falcon sends it.
std::string Alert() {
  std::ifstream file(FALCON_TEST_DATA "/detection_endpoint.json");
  std::stringstream text;
  text << R"({"resources":[)" << file.rdbuf() << "]}";
  auto document = Document::Parse(text.str());
  Need(document.ok(), "tests/data/detection_endpoint.json is not JSON");
  return document->ResourceText(0);
}

// The same alert with the values that protobuf's parser would reject in the form that it accepts.
std::string Cleaned(std::string alert) {
  alert =
      Replaced(alert, R"("severity_name":"Critical")", R"("severity_name":"SEVERITY_CRITICAL")");
  alert = Replaced(alert, R"("status":"new")", R"("status":"DETECTION_STATUS_NEW")");
  alert = Replaced(alert, R"("isIPV6":)", R"("is_ipv6":)");
  for (const char* word : {"true", "false"})
    alert = Replaced(alert, StrCat("\"", word, "\""), word);
  alert = Replaced(alert, R"("yes")", "true");
  alert = Replaced(alert, R"("no")", "false");
  for (const char* key :
       {"timestamp", "access_timestamp", "process_start_time", "process_end_time"}) {
    const std::string start = StrCat("\"", key, "\":\"");
    for (size_t at = 0; (at = alert.find(start, at)) != std::string::npos; ++at) {
      const size_t value = at + start.size();
      const size_t length = alert.find('"', value) - value;
      if (length == 10) alert.replace(value, length, "2026-01-05T08:15:00Z");
    }
  }
  return alert;
}

std::string Page(const std::string& alert, std::string_view key, int64_t alerts) {
  std::string page =
      R"({"meta":{"query_time":0.05,"pagination":{"total":48211,"after":"WzE3"},"trace_id":"7d0f"},)";
  page += StrCat("\"errors\":[],\"", key, "\":[");
  for (int64_t i = 0; i < alerts; ++i) {
    const std::string id = std::to_string(1'000'000 + i);
    if (i > 0) page += ',';
    page += Replaced(Replaced(alert, "25771239004", StrCat("2577", id)), "9007199254740993117",
                     StrCat("900719925474", id));
  }
  return page + "]}";
}

struct Pages {
  explicit Pages(int64_t alerts)
      : falcon(Page(Alert(), "resources", alerts)),
        cleaned(Page(Cleaned(Alert()), "detections", alerts)) {}
  std::string falcon;
  std::string cleaned;
};

// As the transport returns it: with spare capacity for the parser.
std::string Received(const std::string& page) {
  std::string body;
  body.reserve(page.size() + kPadding);
  return body.append(page);
}

double ProcessorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class F>
double Seconds(F work) {
  const double start = ProcessorSeconds();
  work();
  return ProcessorSeconds() - start;
}

DecodeOptions Options(bool brief) {
  DecodeOptions options;
  if (brief) options.selection = FieldSelection::Brief(v1::Detection::descriptor());
  return options;
}

void DecodePage(Parser& parser, const Decoder& decoder, std::string body,
                const DecodeOptions& options, ListDetectionsResponse& response) {
  const auto document = parser.Parse(std::move(body));
  Need(document.ok(), "our page is not JSON");
  const DecodeReport report = decoder.DecodeAll(*document, options, response.mutable_detections());
  Need(report.skipped_values == 0, "our page lost values");
}

double OursOnHeap(Parser& parser, const Decoder& decoder, const std::string& page,
                  const DecodeOptions& options) {
  std::string body = Received(page);
  return Seconds([&] {
    ListDetectionsResponse response;
    DecodePage(parser, decoder, std::move(body), options, response);
  });
}

double OursOnArena(Parser& parser, const Decoder& decoder, const std::string& page,
                   const DecodeOptions& options) {
  std::string body = Received(page);
  return Seconds([&] {
    google::protobuf::Arena arena;
    DecodePage(parser, decoder, std::move(body), options,
               *google::protobuf::Arena::CreateMessage<ListDetectionsResponse>(&arena));
  });
}

double Protobufs(const std::string& page) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  return Seconds([&] {
    ListDetectionsResponse response;
    const auto status = google::protobuf::util::JsonStringToMessage(page, &response, options);
    Need(status.ok(), status.ToString());
  });
}

void Report(benchmark::State& state, const std::string& page) {
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(page.size()));
}

void ParseOnly(benchmark::State& state) {
  const Pages pages(state.range(0));
  Parser parser;
  for (auto _ : state) {
    std::string body = Received(pages.falcon);
    state.SetIterationTime(
        Seconds([&] { benchmark::DoNotOptimize(parser.Parse(std::move(body))); }));
  }
  Report(state, pages.falcon);
}

template <bool kArena, bool kBrief>
void Ours(benchmark::State& state) {
  const Pages pages(state.range(0));
  Parser parser;
  const Decoder decoder(v1::Detection::descriptor());
  const DecodeOptions options = Options(kBrief);
  for (auto _ : state) {
    state.SetIterationTime(kArena ? OursOnArena(parser, decoder, pages.falcon, options)
                                  : OursOnHeap(parser, decoder, pages.falcon, options));
  }
  Report(state, pages.falcon);
}

void JsonStringToMessage(benchmark::State& state) {
  const Pages pages(state.range(0));
  for (auto _ : state) state.SetIterationTime(Protobufs(pages.cleaned));
  Report(state, pages.cleaned);
}

template <bool kArena, bool kBrief>
void Compared(benchmark::State& state) {
  const Pages pages(state.range(0));
  Parser parser;
  const Decoder decoder(v1::Detection::descriptor());
  const DecodeOptions options = Options(kBrief);
  double ours = 0;
  double theirs = 0;
  for (auto _ : state) {
    const double once = kArena ? OursOnArena(parser, decoder, pages.falcon, options)
                               : OursOnHeap(parser, decoder, pages.falcon, options);
    theirs += Protobufs(pages.cleaned);
    ours += once;
    state.SetIterationTime(once);
  }
  Report(state, pages.falcon);
  state.counters["speedup"] = theirs / ours;
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(200)->Arg(1000)->UseManualTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK(ParseOnly)->Apply(Sizes);
BENCHMARK(Ours<false, false>)->Name("DecodeFull/heap")->Apply(Sizes);
BENCHMARK(Ours<true, false>)->Name("DecodeFull/arena")->Apply(Sizes);
BENCHMARK(Ours<false, true>)->Name("DecodeBrief/heap")->Apply(Sizes);
BENCHMARK(JsonStringToMessage)->Apply(Sizes);
BENCHMARK(Compared<false, false>)->Name("Compared/full/heap")->Apply(Sizes);
BENCHMARK(Compared<true, false>)->Name("Compared/full/arena")->Apply(Sizes);
BENCHMARK(Compared<false, true>)->Name("Compared/brief/heap")->Apply(Sizes);

}  // namespace
}  // namespace falcon::json

BENCHMARK_MAIN();
