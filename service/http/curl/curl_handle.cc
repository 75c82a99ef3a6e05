// The options of a transfer, and what curl calls back.
#include "http/curl/curl_handle.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace falcon::http {
namespace {

constexpr long kReadBufferBytes = 32L << 10;
// From this size on, libcurl sends "Expect: 100-continue".
constexpr size_t kMinExpectContinueBytes = size_t{1} << 20;
constexpr long kStallBytesPerSecond = 1024;
// Idle connections are not reused beyond these.
constexpr long kMaxIdleSeconds = 60;
constexpr long kMaxLifetimeSeconds = 600;
constexpr long kOn = 1;
constexpr long kOff = 0;

// Control characters in a header would let a caller write headers of its own.
bool IsClean(std::string_view text) {
  bool dirty = false;
  for (const unsigned char c : text) dirty |= (c < 0x20 && c != '\t') || c == 0x7F;
  return !dirty;  // without an early way out, so that it is vectorised: a token is long
}

bool IsClean(const HttpRequest& request) {
  return IsClean(request.url) && IsClean(request.authorization.Reveal()) &&
         std::all_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
           return IsClean(header.first) && IsClean(header.second);
         });
}

}  // namespace

CurlHandle::CurlHandle(const CurlOptions& options, Connections& connections, const Clock& clock)
    : clock_(clock),
      easy_(curl_easy_init()),
      reader_(options.max_body_bytes, options.max_decompression_ratio),
      stall_seconds_(static_cast<long>(options.stall_time.count())),
      transfer_(0, HttpRequest(Method::kGet, "", Deadline(SteadyTime()))) {
  SetPersistentOptions(options);
  connections.Serve(easy_.get());
}

CurlHandle::~CurlHandle() { Clear(); }

void CurlHandle::SetPersistentOptions(const CurlOptions& options) {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_buffer_.data());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &CurlHandle::OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlHandle::OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, kOn);
  // Without this, libcurl blocks until the DNS look-up of a cancelled transfer ends.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, kOn);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, kOff);
  curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, kOn);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, kOn);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  // Busy connections live on: libcurl 7.88 looks at a connection's age only while it is idle.
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, kMaxIdleSeconds);
  curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, kMaxLifetimeSeconds);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &CurlHandle::OnSend);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReadBufferBytes);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
    // Else the system's folder of certificates is trusted beside the file.
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  const auto connect_ms = std::chrono::duration_cast<milliseconds>(options.connect_timeout);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_ms.count()));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
}

absl::Status CurlHandle::Prepare(Transfer transfer) {
  wire_thread_.Check();
  Clear();
  transfer_ = std::move(transfer);
  started_ = clock_.Now();
  const HttpRequest& request = transfer_.request;
  if (!IsClean(request)) {
    return Error(absl::StatusCode::kInternal, "UPSTREAM_PROTOCOL",
                 "the request has control characters in its URL or headers");
  }
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, kOff);
  // Off until the first byte: a search that takes long is not stalled. OnHeader sets it.
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, kOff);
  // Waiting for a connection to be shared pays only where HTTP/2 shares them.
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, request.url.starts_with("https:") ? kOn : kOff);
  SetMethod();
  SetHeaders();
  if (curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str()) != CURLE_OK) {
    return absl::ResourceExhaustedError("no memory for a URL");
  }
  return absl::OkStatus();
}

void CurlHandle::SetMethod() {
  CURL* easy = easy_.get();
  const HttpRequest& request = transfer_.request;
  if (request.method == Method::kGet) {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, kOn);
    return;
  }
  curl_easy_setopt(easy, CURLOPT_POST, kOn);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
}

void CurlHandle::SetHeaders() {
  const HttpRequest& request = transfer_.request;
  lines_.clear();
  // By hand: with CURLOPT_ACCEPT_ENCODING curl decodes too, and refuses what it does not know.
  lines_.emplace_back("Accept-Encoding: gzip");
  for (const auto& [name, value] : request.headers) {
    // curl takes "Name:" as "do not send", and "Name;" as a header without a value.
    lines_.push_back(value.empty() ? StrCat(name, ";") : StrCat(name, ": ", value));
  }
  // No round trip to ask whether a large body is welcome.
  if (request.body.size() >= kMinExpectContinueBytes) lines_.emplace_back("Expect:");
  if (!request.authorization.empty()) {
    lines_.push_back(StrCat(request.authorization_header, ": ", request.authorization.Reveal()));
  }
  list_.resize(lines_.size());
  for (size_t i = 0; i < lines_.size(); ++i) {
    list_[i].data = lines_[i].data();
    list_[i].next = i + 1 < lines_.size() ? &list_[i + 1] : nullptr;
  }
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, list_.empty() ? nullptr : list_.data());
}

absl::StatusOr<HttpResponse> CurlHandle::Finish(CURLcode code) {
  wire_thread_.Check();
  const long status = Info<long>(CURLINFO_RESPONSE_CODE);
  const bool whole = code == CURLE_OK && reader_.OnEnd();
  if (!whole || status == 407) {
    absl::Status failure = whole ? ProxyAuthRequired() : ToStatus(End(code));
    Clear();
    return failure;
  }
  HttpResponse response = reader_.Take();
  response.status = static_cast<int>(status);
  Clear();
  return response;
}

bool CurlHandle::Rewind() {
  if (replay_ != Replay::kDue || reader_.begun()) return false;
  replay_ = Replay::kSpent;
  sent_.reset();
  reader_.Reset();
  error_buffer_[0] = '\0';
  return true;
}

CurlResult CurlHandle::End(CURLcode code) const {
  return {.code = code,
          .failure = reader_.failure(),
          .detail = error_buffer_.data(),
          .tunnel_status = Info<long>(CURLINFO_HTTP_CONNECTCODE),
          .connected = Info<curl_off_t>(CURLINFO_PRETRANSFER_TIME_T) > 0};
}

void CurlHandle::Clear() {
  if (!transfer_.request.authorization.empty() && !lines_.empty()) SecureErase(lines_.back());
  lines_.clear();
  transfer_ = Transfer(0, HttpRequest(Method::kGet, "", Deadline(SteadyTime())));
  sent_.reset();
  replay_ = Replay::kUnused;
  reader_.Reset();
  error_buffer_[0] = '\0';
}

template <class T>
T CurlHandle::Info(CURLINFO what) const {
  T value = 0;
  curl_easy_getinfo(easy_.get(), what, &value);
  return value;
}

int CurlHandle::OnSend(void* self, char* peer_ip, char* /*local_ip*/, int peer_port,
                       int local_port) {
  auto* const handle = static_cast<CurlHandle*>(self);
  handle->sent_ = SentOn{peer_ip, peer_port, local_port, handle->clock_.Now()};
  return CURL_PREREQFUNC_OK;
}

size_t CurlHandle::OnHeader(char* data, size_t size, size_t count, void* self) {
  auto* const handle = static_cast<CurlHandle*>(self);
  const size_t bytes = size * count;
  const bool begun = handle->reader_.begun();
  const bool taken = handle->reader_.OnHeader({data, bytes});
  if (!begun && handle->reader_.begun()) {
    curl_easy_setopt(handle->easy(), CURLOPT_LOW_SPEED_TIME, handle->stall_seconds_);
  }
  return taken ? bytes : CURL_WRITEFUNC_ERROR;
}

size_t CurlHandle::OnBody(char* data, size_t size, size_t count, void* self) {
  auto* const handle = static_cast<CurlHandle*>(self);
  const size_t bytes = size * count;
  const auto content_length = handle->Info<curl_off_t>(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
  return handle->reader_.OnBody({data, bytes}, content_length) ? bytes : CURL_WRITEFUNC_ERROR;
}

}  // namespace falcon::http
