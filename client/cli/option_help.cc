// fgctl's own flags.
#include "cli/option_help.h"

namespace falcon::client {

std::vector<OwnFlag> GlobalFlags() {
  return {
      {"address", "HOST:PORT",
       "The gateway. Default: FALCON_GATEWAY_ADDRESS, else 127.0.0.1:50051."},
      {"tls", "", "Speak TLS. Any of the next three implies it."},
      {"ca-file", "FILE",
       "Certificates to trust, PEM. Default: FALCON_GATEWAY_CA_FILE, else the system's."},
      {"cert", "FILE", "Own certificate, PEM, for mutual TLS. Default: FALCON_GATEWAY_CERT_FILE."},
      {"key", "FILE", "Key of the own certificate, PEM. Default: FALCON_GATEWAY_KEY_FILE."},
      {"timeout", "SPAN",
       "Longest time for one call: 500ms, 30s, 5m. Default 30s; none for exports."},
      {"output", "FORMAT",
       "table, json or ndjson (one record a line). Default: table on a terminal, else json."},
      {"explain", "",
       "Show the call as a grpcurl line, and the FQL that Falcon would be asked with, without "
       "asking "
       "Falcon."},
      {"no-color", "", "No colours. So does NO_COLOR in the environment."},
  };
}

std::vector<OwnFlag> MethodFlags(const Method& method) {
  if (method.shape.pages()) {
    return {{"all", "", "Follow the pages to the end."},
            {"limit", "NUMBER", "At most so many rows in all, following pages as needed."}};
  }
  if (method.descriptor->server_streaming() && method.shape.resume_from != nullptr) {
    return {
        {"retry-for", "SPAN",
         "Resume a broken stream for so long without progress. Default 2m; 0s: never."},
        {"retry", "NUMBER", "Resume a broken stream at most so many times without progress."},
        {"resume-file", "FILE",
         "Keep the resume token here, and go on from it if it is there; gone once the export is "
         "complete. Append the output: >>. Default output then: ndjson."}};
  }
  return {};
}

}  // namespace falcon::client
