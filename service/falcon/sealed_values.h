// SealedValues: names and values for a store that others can read and write, who shall learn and
// change nothing.
#ifndef FALCON_FALCON_SEALED_VALUES_H_
#define FALCON_FALCON_SEALED_VALUES_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace falcon {

// Any thread; immutable.
class SealedValues {
 public:
  // `key`: 32 bytes or more of secret, the same on every replica. `owner`: whose data, and from
  // which cloud; the names and values of two owners have nothing to do with each other.
  SealedValues(const Secret& key, std::string_view owner);

  // Under which `key` stands in the store: "falcon:1:" and a MAC, the same on every replica.
  std::string NameOf(std::string_view key) const;
  // `text`, encrypted, for the place `name` only.
  std::string Seal(std::string_view name, std::string_view text) const;
  // What Seal was given; nullopt for anything that it did not make for `name`. An earlier value of
  // the same place does open.
  std::optional<std::string> Open(std::string_view name, std::string_view sealed) const;

 private:
  Secret names_;
  Secret values_;
};

}  // namespace falcon

#endif  // FALCON_FALCON_SEALED_VALUES_H_
