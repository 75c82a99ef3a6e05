// Flags by CLI11; what they mean is judged behind it.
#include "mcp/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "absl/status/status.h"
#include "base/error.h"
#include "base/secret.h"
#include "mcp/secret_file.h"
#include "text.h"

namespace falcon::mcp {
namespace {

constexpr const char* kFooter =
    "Without --http it serves its one client on standard input and output, and ends with it.\n"
    "Claude Code:  claude mcp add falcon -- falcon-mcp-bridge --gateway 127.0.0.1:50051\n"
    "Credentials of Falcon belong to the gateway; the bridge has none.\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage.";

// As the command line has it.
struct Words {
  falcon_gateway::Connection gateway;
  std::string timeout;
  std::vector<std::string> toolsets;
  std::vector<std::string> tools;
  std::vector<std::string> exclude_tools;
  size_t result_bytes = kUsualResultBytes;
  size_t workers = 16;
  std::string http;
  std::string http_token_file;
  std::string http_tls_cert;
  std::string http_tls_key;
  bool allow_insecure_listen = false;
  std::vector<std::string> http_allow_hosts;
  bool self_test = false;
};

CLI::Option* AddList(CLI::App& app, const char* name, std::vector<std::string>& list,
                     const char* help) {
  return app.add_option(name, list, help)->expected(1)->take_all()->option_text("NAME,...");
}

void AddGateway(CLI::App& app, Words& words) {
  constexpr const char* kGroup = "Gateway";
  const auto add = [&](const char* name, std::string& value, const char* hint, const char* help) {
    app.add_option(name, value, help)->option_text(hint)->group(kGroup);
  };
  add("--gateway", words.gateway.address, "HOST:PORT",
      "Where falcon-gateway is; default: FALCON_GATEWAY_ADDRESS, else 127.0.0.1:50051");
  app.add_flag("--tls", words.gateway.tls, "Talk TLS to it; implied by the files")->group(kGroup);
  add("--ca-file", words.gateway.ca_file, "FILE",
      "PEM bundle of authorities to trust; default: the system's");
  add("--cert", words.gateway.cert_file, "FILE", "PEM certificate to show, with --key");
  add("--key", words.gateway.key_file, "FILE", "PEM private key of --cert");
  add("--timeout", words.timeout, "SPAN", "Longest time for one call, such as 30s (the default)");
}

void AddTools(CLI::App& app, Words& words) {
  constexpr const char* kGroup = "Tools";
  AddList(app, "--toolsets", words.toolsets,
          "Only these sets: detections, hosts, iocs, vulnerabilities, incidents, rtr, discover, "
          "reputation, gateway")
      ->group(kGroup);
  AddList(app, "--tools", words.tools, "Only these tools; with --toolsets, these as well")
      ->group(kGroup);
  AddList(app, "--exclude-tools", words.exclude_tools, "Never these tools; wins over both")
      ->group(kGroup);
  app.add_option("--result-bytes", words.result_bytes,
                 StrCat("Most bytes of one result: ", kLeastResultBytes, " to ", kMostResultBytes,
                        "; default ", kUsualResultBytes))
      ->option_text("N")
      ->check(CLI::Range(kLeastResultBytes, kMostResultBytes))
      ->group(kGroup);
  app.add_option("--workers", words.workers, "Most threads for calls, 1 to 256; default 16")
      ->option_text("N")
      ->check(CLI::Range(size_t{1}, size_t{256}))
      ->group(kGroup);
}

void AddHttp(CLI::App& app, Words& words) {
  constexpr const char* kGroup = "HTTP";
  const auto add = [&](const char* name, std::string& value, const char* hint, const char* help) {
    app.add_option(name, value, help)->option_text(hint)->group(kGroup);
  };
  add("--http", words.http, "HOST:PORT",
      "Serve Streamable HTTP at http://HOST:PORT/mcp instead; port 0: any free one");
  add("--http-token-file", words.http_token_file, "FILE",
      "File (mode 600) with the bearer token that clients must show; needed off loopback");
  add("--http-tls-cert", words.http_tls_cert, "FILE", "PEM certificate chain, with its key");
  add("--http-tls-key", words.http_tls_key, "FILE", "PEM private key (mode 600)");
  app.add_flag(
         "--allow-insecure-listen", words.allow_insecure_listen,
         "Off loopback without TLS, such as behind a proxy that has it; the token stays needed")
      ->group(kGroup);
  AddList(app, "--http-allow-host", words.http_allow_hosts,
          "Further names that Host and Origin may hold, such as a proxy's")
      ->group(kGroup);
}

// HOST:PORT, [ADDRESS]:PORT, or a port alone.
absl::Status ReadListener(std::string_view text, HttpOptions& options) {
  const size_t colon = text.rfind(':');
  std::string_view host = colon == text.npos ? "" : text.substr(0, colon);
  const std::string_view port = text.substr(colon == text.npos ? 0 : colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (port.empty() || problem != std::errc() || end != port.data() + port.size()) {
    return absl::InvalidArgumentError(StrCat("--http: '", client::EscapeUnsafe(text),
                                             "' is no HOST:PORT. Right is 127.0.0.1:8808."));
  }
  options.address = host.empty() || host == "localhost" ? "127.0.0.1" : std::string(host);
  return absl::OkStatus();
}

std::vector<std::string> NamesIn(const std::vector<std::string>& lists) {
  std::vector<std::string> names;
  for (const std::string& list : lists) {
    std::vector<std::string> part = client::Split(list, ',');
    std::ranges::move(part, std::back_inserter(names));
  }
  return names;
}

absl::Status ReadPem(const std::string& path, AllowedReaders readers, std::string& pem) {
  ASSIGN_OR_RETURN(const Secret text, ReadFile(path, readers));
  if (text.empty()) {
    return absl::InvalidArgumentError(StrCat("file ", client::EscapeUnsafe(path), " is empty"));
  }
  pem = text.Reveal();
  return absl::OkStatus();
}

absl::Status ReadHttp(const Words& words, std::optional<HttpOptions>& http) {
  const bool files = !(words.http_token_file + words.http_tls_cert + words.http_tls_key).empty();
  if (words.http.empty()) {
    const bool bare = !files && words.http_allow_hosts.empty() && !words.allow_insecure_listen;
    if (bare) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "The --http-... flags and --allow-insecure-listen need --http HOST:PORT.");
  }
  if (words.http_tls_cert.empty() != words.http_tls_key.empty()) {
    return absl::InvalidArgumentError("--http-tls-cert and --http-tls-key go together.");
  }
  HttpOptions options;
  absl::Status status = ReadListener(words.http, options);
  options.allow_insecure = words.allow_insecure_listen;
  options.allowed_hosts = NamesIn(words.http_allow_hosts);
  if (status.ok() && !words.http_token_file.empty()) {
    ASSIGN_OR_RETURN(options.token, ReadTokenFile(words.http_token_file));
  }
  if (status.ok() && !words.http_tls_cert.empty()) {
    status = ReadPem(words.http_tls_cert, AllowedReaders::kAnyone, options.certificate_pem);
  }
  if (status.ok() && !words.http_tls_key.empty()) {
    status = ReadPem(words.http_tls_key, AllowedReaders::kOwner, options.private_key_pem);
  }
  if (status.ok()) http = std::move(options);
  return status;
}

absl::StatusOr<Settings> Judge(Words words,
                               const std::function<std::string(const char*)>& variable) {
  Settings settings;
  absl::StatusOr<falcon_gateway::Connection> gateway =
      falcon_gateway::Complete(std::move(words.gateway), variable);
  if (!gateway.ok()) return gateway.status();
  settings.gateway = *std::move(gateway);
  if (!words.timeout.empty()) {
    const std::optional<absl::Duration> span = client::ParseSpan(words.timeout);
    if (!span || *span <= absl::ZeroDuration()) {
      return absl::InvalidArgumentError(StrCat("--timeout: '", client::EscapeUnsafe(words.timeout),
                                               "' is no span of time. Right are 500ms, 30s, 5m."));
    }
    settings.timeout = absl::ToChronoMilliseconds(*span);
  }
  settings.choice = {.toolsets = NamesIn(words.toolsets),
                     .tools = NamesIn(words.tools),
                     .exclude_tools = NamesIn(words.exclude_tools)};
  settings.result_bytes = words.result_bytes;
  settings.workers = words.workers;
  settings.self_test = words.self_test;
  absl::Status http = ReadHttp(words, settings.http);
  if (!http.ok()) return http;
  return settings;
}

EarlyEnd Refusal(std::string_view message) {
  return {kExitUsage,
          StrCat("falcon-mcp-bridge: ", message, "\n  falcon-mcp-bridge --help tells more.\n")};
}

std::string UnknownWord(const CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) known.push_back(option->get_name());
  const std::string nearest = client::Nearest(word.substr(0, word.find('=')), known);
  std::string message = StrCat("'", client::EscapeUnsafe(word), "' is not known here.");
  if (!nearest.empty()) message.append(StrCat(" Did you mean ", nearest, "?"));
  return message;
}

}  // namespace

std::variant<Settings, EarlyEnd> ReadFlags(
    const std::vector<std::string>& arguments,
    const std::function<std::string(const char*)>& variable) {
  Words words;
  CLI::App app(
      "MCP server for Claude and other assistants: questions to CrowdStrike Falcon through "
      "falcon-gateway, all read-only.",
      "falcon-mcp-bridge");
  app.set_version_flag("--version", StrCat("falcon-mcp-bridge ", FALCON_GATEWAY_VERSION));
  app.add_flag("--self-test", words.self_test,
               "Ask the gateway one question through the protocol, say what works, and end");
  app.footer(kFooter);
  app.get_formatter()->column_width(30);
  AddGateway(app, words);
  AddTools(app, words);
  AddHttp(app, words);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return EarlyEnd{kExitOk, app.help()};
  } catch (const CLI::CallForVersion& version) {
    return EarlyEnd{kExitOk, StrCat(version.what(), "\n")};
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> unknown = app.remaining();
    return Refusal(unknown.empty() ? std::string(error.what()) : UnknownWord(app, unknown.front()));
  }
  absl::StatusOr<Settings> settings = Judge(std::move(words), variable);
  if (!settings.ok()) return Refusal(std::string(settings.status().message()));
  return *std::move(settings);
}

}  // namespace falcon::mcp
