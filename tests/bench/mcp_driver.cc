// Load on the MCP bridge over its pipes, and the sizes of its responses. Prints one JSON line.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace falcon::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

double Micros(Clock::duration span) {
  return std::chrono::duration<double, std::micro>(span).count();
}

double At(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

std::string Line(int id, const char* method, const Json& params) {
  return Json({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}).dump() +
         "\n";
}

std::string CallLine(int id, const std::string& tool, const Json& arguments) {
  return Line(id, "tools/call", {{"name", tool}, {"arguments", arguments}});
}

// The bridge as a child on pipes, from its start to its end.
class Bridge {
 public:
  Bridge(const std::string& path, const std::string& gateway) {
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    std::string arguments[] = {path, "--gateway", gateway};
    char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
    started_ = Clock::now();
    if (posix_spawn(&pid_, path.c_str(), &actions, nullptr, argv, environ) != 0) {
      throw std::runtime_error("cannot start " + path);
    }
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    in_ = in[1];
    out_ = out[0];
    Write(Line(0, "initialize",
               {{"protocolVersion", "2025-11-25"},
                {"capabilities", Json::object()},
                {"clientInfo", {{"name", "bench"}, {"version", "1"}}}}));
    Read();
    start_millis_ = Micros(Clock::now() - started_) / 1000;
  }
  ~Bridge() {
    close(in_);
    int status = 0;
    waitpid(pid_, &status, 0);
    close(out_);
  }
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  // Milliseconds from the spawn to the response of initialize.
  double start_millis() const { return start_millis_; }

  void Write(const std::string& text) const {
    if (write(in_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
      throw std::runtime_error("the bridge reads no more");
    }
  }

  // The next line.
  std::string Read() {
    size_t end;
    while ((end = ahead_.find('\n', searched_)) == std::string::npos) {
      searched_ = ahead_.size();
      const ssize_t got = read(out_, buffer_.data(), buffer_.size());
      if (got <= 0) throw std::runtime_error("the bridge ended");
      ahead_.append(buffer_.data(), static_cast<size_t>(got));
    }
    std::string line = ahead_.substr(0, end);
    ahead_.erase(0, end + 1);
    searched_ = 0;
    return line;
  }

  Json Call(const std::string& tool, const Json& arguments) {
    Write(CallLine(1, tool, arguments));
    const Json answer = Json::parse(Read());
    const Json& result = answer.at("result");
    if (result.value("isError", false)) throw std::runtime_error(result.dump());
    return result;
  }

  // A number of /proc/PID/status, such as VmRSS, in KiB.
  long Status(const std::string& key) const {
    std::ifstream lines("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(key + ":")) return std::atol(line.c_str() + key.size() + 1);
    }
    return 0;
  }

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  Clock::time_point started_;
  double start_millis_ = 0;
  std::string ahead_;
  size_t searched_ = 0;
  std::vector<char> buffer_ = std::vector<char>(size_t{1} << 18);
};

struct Options {
  std::string bridge;
  std::string gateway;
  std::string mode = "calls";
  std::string tool = "get_host";
  int calls = 10000;
  int in_flight = 16;
};

std::vector<std::string> HostIds(Bridge& bridge) {
  std::vector<std::string> ids;
  Json arguments = {{"limit", 500}, {"fields", {"device_id"}}};
  for (;;) {
    const Json page = bridge.Call("search_hosts", arguments).at("structuredContent");
    for (const Json& host : page.at("hosts")) ids.push_back(host.at("device_id"));
    if (page.at("next_cursor").is_null()) return ids;
    arguments["cursor"] = page.at("next_cursor");
  }
}

// Responses come in any order. Each begins with its id.
size_t IdOf(const std::string& line) {
  const size_t at = line.find("\"id\":");
  return at == std::string::npos ? 0 : std::strtoul(line.c_str() + at + 5, nullptr, 10);
}

// The error is at the end of a response.
bool Failed(std::string_view line) {
  line.remove_prefix(line.size() - std::min<size_t>(line.size(), 64));
  return line.find("\"isError\":true") != line.npos || line.find("\"error\"") != line.npos;
}

Json Calls(const Options& options) {
  Bridge bridge(options.bridge, options.gateway);
  const std::vector<std::string> ids = HostIds(bridge);
  std::vector<std::string> lines;
  for (int i = 0; i < options.calls; ++i) {
    const Json arguments = options.tool == "get_host"
                               ? Json({{"host_id", ids[static_cast<size_t>(i) % ids.size()]}})
                               : Json({{"limit", 20}});
    lines.push_back(CallLine(i, options.tool, arguments));
  }
  std::vector<Clock::time_point> sent(lines.size());
  std::vector<double> micros;
  int failed = 0;
  size_t bytes = 0;
  size_t next = 0;
  const auto send = [&] {
    sent[next] = Clock::now();
    bridge.Write(lines[next++]);
  };
  const auto start = Clock::now();
  while (next < lines.size() && next < static_cast<size_t>(options.in_flight)) send();
  while (micros.size() < lines.size()) {
    const std::string answer = bridge.Read();
    micros.push_back(Micros(Clock::now() - sent.at(IdOf(answer))));
    bytes += answer.size();
    failed += Failed(answer) ? 1 : 0;
    if (next < lines.size()) send();
  }
  const double seconds = Micros(Clock::now() - start) / 1e6;
  return {{"calls", lines.size()},
          {"failed", failed},
          {"per_second", static_cast<double>(lines.size()) / seconds},
          {"p50_us", At(micros, 0.5)},
          {"p99_us", At(micros, 0.99)},
          {"answer_bytes", bytes / lines.size()},
          {"rss_kib", bridge.Status("VmRSS")},
          {"most_kib", bridge.Status("VmHWM")}};
}

Json Starts(const Options& options) {
  std::vector<double> millis;
  for (int i = 0; i < options.calls; ++i) {
    millis.push_back(Bridge(options.bridge, options.gateway).start_millis());
  }
  return {{"p50_ms", At(millis, 0.5)}, {"most_ms", millis.back()}};
}

// Bytes of a record in the default view, as structured content and as a card.
Json RecordBytes(Bridge& bridge, const std::string& tool) {
  const Json result = bridge.Call(tool, {{"limit", 50}});
  const Json cards = bridge.Call(tool, {{"limit", 50}, {"format", "text"}});
  const auto average = [](size_t bytes, const Json& of) {
    return bytes / of.at("structuredContent").at("returned").get<size_t>();
  };
  return {{"structured", average(result.at("structuredContent").dump().size(), result)},
          {"text", average(cards.at("content").at(1).at("text").get<std::string>().size(), cards)}};
}

Json Sizes(const Options& options) {
  Bridge bridge(options.bridge, options.gateway);
  bridge.Write(Line(1, "tools/list", Json::object()));
  const size_t list = bridge.Read().size();
  return {{"tools_list", list},
          {"host", RecordBytes(bridge, "search_hosts")},
          {"detection", RecordBytes(bridge, "search_detections")}};
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Load on the MCP bridge, and the sizes of its answers.");
  app.add_option("--bridge", options.bridge, "the program")->required();
  app.add_option("--gateway", options.gateway, "the gateway, host:port")->required();
  app.add_option("--mode", options.mode,
                 "calls: --calls times --tool; starts: --calls starts; sizes: bytes of answers")
      ->check(CLI::IsMember({"calls", "starts", "sizes"}));
  app.add_option("--tool", options.tool,
                 "get_host with distinct ids, or search_detections with limit 20")
      ->check(CLI::IsMember({"get_host", "search_detections"}));
  app.add_option("--calls", options.calls, "calls or starts in all");
  app.add_option("--in-flight", options.in_flight, "calls at a time");
  CLI11_PARSE(app, argc, argv);
  signal(SIGPIPE, SIG_IGN);
  try {
    const Json tally = options.mode == "starts"  ? Starts(options)
                       : options.mode == "sizes" ? Sizes(options)
                                                 : Calls(options);
    std::puts(tally.dump().c_str());
    return tally.value("failed", 0) == 0 ? 0 : 1;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "mcp_driver: %s\n", problem.what());
    return 1;
  }
}

}  // namespace
}  // namespace falcon::bench

int main(int argc, char** argv) { return falcon::bench::Main(argc, argv); }
