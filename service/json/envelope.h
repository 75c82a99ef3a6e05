// Reads the envelope of a Falcon answer: meta, errors, resources.
#ifndef FALCON_JSON_ENVELOPE_H_
#define FALCON_JSON_ENVELOPE_H_

#include <vector>

#include "json/document.h"
#include "simdjson.h"

namespace falcon::json {

// Never fails: what does not fit is as if not sent. `resources` is filled, and counted in the
// envelope.
Envelope ReadEnvelope(const simdjson::dom::object& root,
                      std::vector<simdjson::dom::element>& resources);

}  // namespace falcon::json

#endif  // FALCON_JSON_ENVELOPE_H_
