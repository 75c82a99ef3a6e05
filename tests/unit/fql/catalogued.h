// Holds a catalogue against the list of FQL fields that Falcon documents.
#ifndef FALCON_TESTS_UNIT_FQL_CATALOGUED_H_
#define FALCON_TESTS_UNIT_FQL_CATALOGUED_H_

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "fql/catalogue.h"

namespace falcon::testing {

inline std::string KindName(options::v1::FqlKind kind) {
  switch (kind) {
    case options::v1::FQL_KIND_NUMBER:
      return "number";
    case options::v1::FQL_KIND_TIMESTAMP:
      return "timestamp";
    case options::v1::FQL_KIND_BOOLEAN:
      return "boolean";
    case options::v1::FQL_KIND_EPOCH_SECONDS:
      return "epoch";
    default:
      return "string";
  }
}

// `file` of tests/data: a line a field, "<name> <kind or any> <sortable or ->", '#' for comments.
// The catalogue has each of them so.
inline void ExpectCatalogued(const fql::Catalogue& catalogue, const std::string& file) {
  std::ifstream in(FALCON_TEST_DATA "/" + file);
  ASSERT_TRUE(in.is_open()) << file;
  size_t count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string name, kind, sortable;
    words >> name >> kind >> sortable;
    ++count;
    const fql::Field* field = catalogue.Find(name);
    if (field == nullptr) {
      ADD_FAILURE() << name << " is not in the catalogue";
      continue;
    }
    EXPECT_EQ(field->sortable, sortable == "sortable") << name;
    if (kind != "any") {
      EXPECT_EQ(KindName(field->kind), kind) << name;
    }
  }
  EXPECT_GE(count, 5u) << file;
}

}  // namespace falcon::testing

#endif  // FALCON_TESTS_UNIT_FQL_CATALOGUED_H_
