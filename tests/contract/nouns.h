// The nouns whose lists take a filter, with their catalogues: from the descriptors, so that a new
// noun is among them.
#ifndef FALCON_TESTS_CONTRACT_NOUNS_H_
#define FALCON_TESTS_CONTRACT_NOUNS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "fql/catalogue.h"
#include "fql/catalogue_check.h"
#include "fql/parser.h"
#include "tests/contract/protos.h"

namespace falcon::testing {

struct FilteredNoun {
  std::string name;  // "discovered-hosts"
  std::unique_ptr<fql::Catalogue> catalogue;
  const google::protobuf::Descriptor* request = nullptr;

  absl::StatusOr<fql::CheckedFilter> Check(std::string_view filter) const {
    return fql::CheckFilterText(filter, {.catalogue = *catalogue, .request = request});
  }
};

class FilteredNouns {
 public:
  FilteredNouns() {
    for (const auto* method : protos_.methods()) {
      const std::string& name = method->name();
      const bool list = name.starts_with("List") &&
                        method->input_type()->FindFieldByName("filter") != nullptr &&
                        method->output_type()->field(0)->message_type() != nullptr;
      if (!list) continue;
      auto catalogue = std::make_unique<fql::Catalogue>(RecordOf(*method));
      if (catalogue->fields().empty()) continue;
      nouns_.push_back({Kebab(name.substr(4)), std::move(catalogue), method->input_type()});
    }
  }

  const std::vector<FilteredNoun>& all() const { return nouns_; }
  const FilteredNoun* Find(std::string_view name) const {
    for (const FilteredNoun& noun : nouns_) {
      if (noun.name == name) return &noun;
    }
    return nullptr;
  }

 private:
  static std::string Kebab(std::string_view camel) {
    std::string kebab;
    for (const char c : camel) {
      const bool upper = absl::ascii_isupper(static_cast<unsigned char>(c));
      if (upper && !kebab.empty()) kebab += '-';
      kebab += absl::ascii_tolower(static_cast<unsigned char>(c));
    }
    return kebab;
  }

  Protos protos_;
  std::vector<FilteredNoun> nouns_;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_CONTRACT_NOUNS_H_
