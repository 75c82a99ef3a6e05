// Fuzzes a response from bytes to message: parse, repair, envelope, full and partial decoding.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "json/decoder.h"
#include "json/document.h"

namespace {

using falcon::json::DecodeOptions;
using falcon::json::Decoder;
using falcon::json::DecodeReport;
using falcon::json::Document;
using falcon_gateway::v1::Detection;

void Decode(const Decoder& decoder, const Document& document, const DecodeOptions& options) {
  for (size_t i = 0; i < document.envelope().resources; ++i) {
    Detection detection;
    DecodeReport report;
    decoder.Decode(document, i, options, detection, report);
    // Every client must be able to read the result: bounded nesting, text in UTF-8.
    Detection copy;
    if (!copy.ParseFromString(detection.SerializeAsString())) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Decoder decoder(Detection::descriptor());
  std::string body(reinterpret_cast<const char*>(data), size);
  // Inputs are also tried as a record, since they rarely contain an envelope.
  if (size > 0 && data[0] != '{') body = "{\"resources\":[{" + body + "}]}";
  const auto document = Document::Parse(std::move(body));
  if (!document.ok()) return 0;
  document->Ids();
  DecodeOptions all;
  all.additional_fields = true;
  Decode(decoder, *document, all);
  DecodeOptions brief;
  brief.selection = falcon::json::FieldSelection::Brief(Detection::descriptor());
  Decode(decoder, *document, brief);
  return 0;
}
