// The catalog of the real protos, and messages from proto text, for the client's tests.
#ifndef FALCON_TESTS_UNIT_CLIENT_TEST_CATALOG_H_
#define FALCON_TESTS_UNIT_CLIENT_TEST_CATALOG_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "catalog.h"
#include "descriptor_set.h"

namespace falcon::client {

// One for all tests, since loading it is most of what many of them would take.
inline const Catalog* RealCatalog() {
  static const absl::StatusOr<std::unique_ptr<Catalog>> catalog = Catalog::Load(DescriptorSet());
  if (!catalog.ok()) throw std::runtime_error(std::string(catalog.status().message()));
  return catalog->get();
}

inline const Method& MethodOf(const Catalog& catalog, const std::string& noun,
                              const std::string& verb) {
  const Method* method = catalog.Find(noun, verb);
  if (method == nullptr) throw std::runtime_error("no such method: " + noun + " " + verb);
  return *method;
}

// A message of that type, such as "falcon_gateway.v1.Host", as the client makes it: from the
// descriptor set, not from stubs.
inline std::unique_ptr<google::protobuf::Message> FromText(const Catalog& catalog,
                                                           const google::protobuf::Descriptor& type,
                                                           const std::string& text) {
  auto message = catalog.NewMessage(type);
  if (!google::protobuf::TextFormat::ParseFromString(text, message.get())) {
    throw std::runtime_error("bad proto text: " + text);
  }
  return message;
}

// The record that a noun's list returns.
inline const google::protobuf::Descriptor& RecordOf(const Catalog& catalog,
                                                    const std::string& noun) {
  return *MethodOf(catalog, noun, "list").shape.records->message_type();
}

}  // namespace falcon::client

#endif  // FALCON_TESTS_UNIT_CLIENT_TEST_CATALOG_H_
