// Flags by CLI11; what they mean is judged behind it.
#include "mcp/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "absl/status/status.h"
#include "base/error.h"
#include "base/secret.h"
#include "text.h"

namespace falcon::mcp {
namespace {

constexpr const char* kFooter =
    "Without --http it serves its one client on standard input and output, and ends with it.\n"
    "Claude Code:  claude mcp add falcon -- falcon-mcp-bridge --gateway 127.0.0.1:50051\n"
    "Credentials of Falcon belong to the gateway; the bridge has none.\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage.";

// As the command line has it.
struct RawFlags {
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

void AddGateway(CLI::App& app, RawFlags& raw) {
  constexpr const char* kGroup = "Gateway";
  const auto add = [&](const char* name, std::string& value, const char* hint, const char* help) {
    app.add_option(name, value, help)->option_text(hint)->group(kGroup);
  };
  add("--gateway", raw.gateway.address, "HOST:PORT",
      "Where falcon-gateway is; default: FALCON_GATEWAY_ADDRESS, else 127.0.0.1:50051");
  app.add_flag("--tls", raw.gateway.tls, "Talk TLS to it; implied by the files")->group(kGroup);
  add("--ca-file", raw.gateway.ca_file, "FILE",
      "PEM bundle of authorities to trust; default: the system's");
  add("--cert", raw.gateway.cert_file, "FILE", "PEM certificate to show, with --key");
  add("--key", raw.gateway.key_file, "FILE", "PEM private key of --cert");
  add("--timeout", raw.timeout, "SPAN", "Longest time for one call, such as 30s (the default)");
}

void AddTools(CLI::App& app, RawFlags& raw) {
  constexpr const char* kGroup = "Tools";
  AddList(app, "--toolsets", raw.toolsets,
          "Only these sets: detections, hosts, iocs, vulnerabilities, incidents, rtr, discover, "
          "reputation, gateway")
      ->group(kGroup);
  AddList(app, "--tools", raw.tools, "Only these tools; with --toolsets, these as well")
      ->group(kGroup);
  AddList(app, "--exclude-tools", raw.exclude_tools, "Never these tools; wins over both")
      ->group(kGroup);
  app.add_option("--result-bytes", raw.result_bytes,
                 StrCat("Most bytes of one result: ", kLeastResultBytes, " to ", kMostResultBytes,
                        "; default ", kUsualResultBytes))
      ->option_text("N")
      ->check(CLI::Range(kLeastResultBytes, kMostResultBytes))
      ->group(kGroup);
  app.add_option("--workers", raw.workers, "Most threads for calls, 1 to 256; default 16")
      ->option_text("N")
      ->check(CLI::Range(size_t{1}, size_t{256}))
      ->group(kGroup);
}

void AddHttp(CLI::App& app, RawFlags& raw) {
  constexpr const char* kGroup = "HTTP";
  const auto add = [&](const char* name, std::string& value, const char* hint, const char* help) {
    app.add_option(name, value, help)->option_text(hint)->group(kGroup);
  };
  add("--http", raw.http, "HOST:PORT",
      "Serve Streamable HTTP at http://HOST:PORT/mcp instead; port 0: any free one");
  add("--http-token-file", raw.http_token_file, "FILE",
      "File (mode 600) with the bearer token that clients must show; needed off loopback");
  add("--http-tls-cert", raw.http_tls_cert, "FILE", "PEM certificate chain, with its key");
  add("--http-tls-key", raw.http_tls_key, "FILE", "PEM private key (mode 600)");
  app.add_flag(
         "--allow-insecure-listen", raw.allow_insecure_listen,
         "Off loopback without TLS, such as behind a proxy that has it; the token stays needed")
      ->group(kGroup);
  AddList(app, "--http-allow-host", raw.http_allow_hosts,
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

absl::Status ReadHttp(const RawFlags& raw, std::optional<HttpOptions>& http) {
  const bool files = !(raw.http_token_file + raw.http_tls_cert + raw.http_tls_key).empty();
  if (raw.http.empty()) {
    const bool bare = !files && raw.http_allow_hosts.empty() && !raw.allow_insecure_listen;
    if (bare) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "The --http-... flags and --allow-insecure-listen need --http HOST:PORT.");
  }
  if (raw.http_tls_cert.empty() != raw.http_tls_key.empty()) {
    return absl::InvalidArgumentError("--http-tls-cert and --http-tls-key go together.");
  }
  HttpOptions options;
  absl::Status status = ReadListener(raw.http, options);
  options.allow_insecure = raw.allow_insecure_listen;
  options.allowed_hosts = NamesIn(raw.http_allow_hosts);
  if (status.ok() && !raw.http_token_file.empty()) {
    ASSIGN_OR_RETURN(options.token, ReadTokenFile(raw.http_token_file));
  }
  if (status.ok() && !raw.http_tls_cert.empty()) {
    status = ReadPem(raw.http_tls_cert, AllowedReaders::kAnyone, options.certificate_pem);
  }
  if (status.ok() && !raw.http_tls_key.empty()) {
    status = ReadPem(raw.http_tls_key, AllowedReaders::kOwner, options.private_key_pem);
  }
  if (status.ok()) http = std::move(options);
  return status;
}

absl::StatusOr<Settings> Validate(RawFlags raw,
                                  const std::function<std::string(const char*)>& variable) {
  Settings settings;
  absl::StatusOr<falcon_gateway::Connection> gateway =
      falcon_gateway::Complete(std::move(raw.gateway), variable);
  if (!gateway.ok()) return gateway.status();
  settings.gateway = *std::move(gateway);
  if (!raw.timeout.empty()) {
    const std::optional<absl::Duration> span = client::ParseSpan(raw.timeout);
    if (!span || *span <= absl::ZeroDuration()) {
      return absl::InvalidArgumentError(StrCat("--timeout: '", client::EscapeUnsafe(raw.timeout),
                                               "' is no span of time. Right are 500ms, 30s, 5m."));
    }
    settings.timeout = absl::ToChronoMilliseconds(*span);
  }
  settings.choice = {.toolsets = NamesIn(raw.toolsets),
                     .tools = NamesIn(raw.tools),
                     .exclude_tools = NamesIn(raw.exclude_tools)};
  settings.result_bytes = raw.result_bytes;
  settings.workers = raw.workers;
  settings.self_test = raw.self_test;
  absl::Status http = ReadHttp(raw, settings.http);
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
  RawFlags raw;
  CLI::App app(
      "MCP server for Claude and other assistants: questions to CrowdStrike Falcon through "
      "falcon-gateway, all read-only.",
      "falcon-mcp-bridge");
  app.set_version_flag("--version", StrCat("falcon-mcp-bridge ", FALCON_GATEWAY_VERSION));
  app.add_flag("--self-test", raw.self_test,
               "Ask the gateway one question through the protocol, say what works, and end");
  app.footer(kFooter);
  app.get_formatter()->column_width(30);
  AddGateway(app, raw);
  AddTools(app, raw);
  AddHttp(app, raw);
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
  absl::StatusOr<Settings> settings = Validate(std::move(raw), variable);
  if (!settings.ok()) return Refusal(std::string(settings.status().message()));
  return *std::move(settings);
}

absl::StatusOr<std::string> ReadTokenFile(const std::string& path) {
  ASSIGN_OR_RETURN(const Secret secret, ReadSecretFile(path));
  const std::string_view text = secret.Reveal();
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; })) {
    return absl::InvalidArgumentError(
        StrCat("file ", client::EscapeUnsafe(path),
               " holds more than a token: printable ASCII without blanks"));
  }
  return std::string(text);
}

}  // namespace falcon::mcp
