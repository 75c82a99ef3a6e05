// The tools, and messages of both eras; blocking sockets, plain or in TLS, and just enough HTTP to tell
// answers apart.
#include "tests/unit/mcp/transport/fixture.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cctype>
#include <utility>

namespace falcon::mcp {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr const char* kAnyObject = R"({"type":"object"})";

Tool MakeTool(std::string name,
              std::function<ToolResult(const Json& arguments, const CallContext& context)> call) {
  Tool tool;
  tool.name = std::move(name);
  tool.description = "A tool of tests.";
  tool.input_schema = kAnyObject;
  tool.call = std::move(call);
  return tool;
}

ToolResult TextResult(std::string text) { return {{Content::Text(std::move(text))}, {}, false}; }

std::string Request(int id, std::string_view method, Json params) {
  return Text(Json{{"jsonrpc", "2.0"},
                   {"id", id},
                   {"method", std::string(method)},
                   {"params", std::move(params)}});
}

HttpAnswer ParseHead(std::string_view head) {
  HttpAnswer answer;
  if (head.size() < 12) return answer;
  answer.status = std::stoi(std::string(head.substr(9, 3)));
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty() && head != "\r\n") {
    const size_t end = head.find("\r\n");
    const size_t colon = head.find(": ");
    std::string name(head.substr(0, colon));
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    answer.headers[name] = head.substr(colon + 2, end - colon - 2);
    head.remove_prefix(end + 2);
  }
  return answer;
}

}  // namespace

TestServer::TestServer() : offer_(MakeServerDefinition()) {}

ServerDefinition TestServer::MakeServerDefinition() {
  ServerDefinition offer;
  offer.name = "test";
  offer.version = "1";
  offer.tools.push_back(MakeTool("echo", [](const Json& arguments, const CallContext&) {
    return TextResult(arguments.value("text", std::string()));
  }));
  offer.tools.push_back(
      MakeTool("hold", [this](const Json&, const CallContext& context) { return Hold(context); }));
  offer.tools.push_back(MakeTool("steps", [this](const Json&, const CallContext& context) {
    context.progress(1, 2, "first");
    ToolResult result = Hold(context);
    context.progress(2, 2, "second");
    return result;
  }));
  return offer;
}

ToolResult TestServer::Hold(const CallContext& context) {
  std::unique_lock lock(mutex_);
  ++held_;
  changed_.notify_all();
  if (changed_.wait(lock, context.stop, [this] { return open_; })) return TextResult("held");
  ++stopped_;
  changed_.notify_all();
  return TextResult("stopped");
}

void TestServer::Open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void TestServer::AwaitHeld(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return held_ >= count; });
}

void TestServer::AwaitStopped(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopped_ >= count; });
}

int TestServer::stopped() {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

std::string InitializeMessage(int id) {
  return Request(id, "initialize",
                 {{"protocolVersion", "2025-11-25"},
                  {"capabilities", Json::object()},
                  {"clientInfo", {{"name", "test"}, {"version", "1"}}}});
}

std::string CallMessage(int id, std::string_view tool, const Json& arguments) {
  return Request(id, "tools/call", {{"name", std::string(tool)}, {"arguments", arguments}});
}

std::string StepsMessage(int id) {
  return Request(id, "tools/call", {{"name", "steps"}, {"_meta", {{"progressToken", "p"}}}});
}

std::string CancelMessage(int id) {
  return Text(Json{
      {"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", id}}}});
}

std::string Stateless(const std::string& message) {
  Json json = Json::parse(message);
  Json& meta = json["params"]["_meta"];
  meta["io.modelcontextprotocol/protocolVersion"] = std::string(kStatelessVersion);
  meta["io.modelcontextprotocol/clientCapabilities"] = Json::object();
  return Text(json);
}

std::string StatelessHeaders(std::string_view method, std::string_view name) {
  std::string headers = "MCP-Protocol-Version: ";
  headers.append(kStatelessVersion).append("\r\nMcp-Method: ").append(method).append("\r\n");
  if (!name.empty()) headers.append("Mcp-Name: ").append(name).append("\r\n");
  return headers;
}

std::string TextOf(const Json& answer) {
  return answer.at("result").at("content").at(0).at("text").get<std::string>();
}

struct HttpClient::Connection {
  explicit Connection(const std::string& trusted_pem)
      : tls(!trusted_pem.empty()), context(Context(trusted_pem)), stream(io, context) {}

  static asio::ssl::context Context(const std::string& trusted_pem) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    if (trusted_pem.empty()) return context;
    context.add_certificate_authority(asio::buffer(trusted_pem));
    context.set_verify_mode(asio::ssl::verify_peer);
    context.set_verify_callback(asio::ssl::host_name_verification("127.0.0.1"));
    return context;
  }

  const bool tls;
  asio::io_context io;
  asio::ssl::context context;
  asio::ssl::stream<tcp::socket> stream;
  bool connected = true;
};

std::string Post(std::string_view body, std::string_view headers) {
  std::string out = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n";
  out.append(headers).append("Content-Length: ").append(std::to_string(body.size()));
  return out.append("\r\n\r\n").append(body);
}

HttpClient::HttpClient(uint16_t port, const std::string& trusted_pem)
    : connection_(std::make_unique<Connection>(trusted_pem)) {
  auto& stream = connection_->stream;
  stream.next_layer().connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
  if (!connection_->tls) return;
  boost::system::error_code error;
  stream.handshake(asio::ssl::stream_base::client, error);
  connection_->connected = !error;
}

HttpClient::~HttpClient() = default;

bool HttpClient::connected() const { return connection_->connected; }

void HttpClient::Send(std::string_view bytes) {
  boost::system::error_code ignored;
  const auto buffer = asio::buffer(bytes.data(), bytes.size());
  if (connection_->tls) {
    asio::write(connection_->stream, buffer, ignored);
  } else {
    asio::write(connection_->stream.next_layer(), buffer, ignored);
  }
}

bool HttpClient::ReadMore() {
  std::array<char, 65536> chunk;
  boost::system::error_code error;
  const auto buffer = asio::buffer(chunk);
  const size_t size = connection_->tls ? connection_->stream.read_some(buffer, error)
                                       : connection_->stream.next_layer().read_some(buffer, error);
  read_.append(chunk.data(), size);
  close_notified_ = error == asio::error::eof;
  return !error;
}

std::string HttpClient::ReadUntil(std::string_view end) {
  size_t at = 0;
  while ((at = read_.find(end)) == std::string::npos) {
    if (!ReadMore()) return {};
  }
  return ReadExactly(at + end.size());
}

std::string HttpClient::ReadExactly(size_t bytes) {
  while (read_.size() < bytes) {
    if (!ReadMore()) return {};
  }
  std::string out = read_.substr(0, bytes);
  read_.erase(0, bytes);
  return out;
}

HttpAnswer HttpClient::ReadHead() { return ParseHead(ReadUntil("\r\n\r\n")); }

std::string HttpClient::ReadChunk() {
  const std::string size = ReadUntil("\r\n");
  if (size.empty()) return {};
  std::string chunk = ReadExactly(std::stoul(size, nullptr, 16));
  ReadExactly(2);
  return chunk;
}

HttpAnswer HttpClient::Read() {
  HttpAnswer answer = ReadHead();
  if (const auto length = answer.headers.find("content-length"); length != answer.headers.end()) {
    answer.body = ReadExactly(std::stoul(length->second));
  } else if (answer.headers.contains("transfer-encoding")) {
    for (std::string chunk = ReadChunk(); !chunk.empty(); chunk = ReadChunk()) {
      answer.body.append(chunk);
    }
  }
  return answer;
}

std::string HttpClient::ReadEvent() {
  constexpr std::string_view kBeginning = "event: message\ndata: ";
  const std::string event = ReadChunk();
  if (!event.starts_with(kBeginning)) return event.substr(0, 1);
  return event.substr(kBeginning.size(), event.size() - kBeginning.size() - 2);
}

std::string HttpClient::ReadToEnd() {
  while (ReadMore()) {
  }
  return std::move(read_);
}

bool HttpClient::Ended() {
  while (read_.empty()) {
    if (!ReadMore()) return true;
  }
  return false;
}

bool HttpClient::EndedByCloseNotify() { return Ended() && close_notified_; }

void HttpClient::FinishSending() {
  connection_->stream.next_layer().shutdown(tcp::socket::shutdown_send);
}

void HttpClient::Close() { connection_->stream.next_layer().close(); }

}  // namespace falcon::mcp
