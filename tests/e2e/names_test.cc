// Lists by name, of every noun and every name that it takes: a Falcon whose plain equality matches
// from the front gives them no other name.
#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "fql/catalogue.h"
#include "tests/e2e/nouns.h"

namespace falcon::e2e {
namespace {

using Texts = std::set<std::string>;

// A typed filter by name, and where the records of its list hold it.
struct NameFilter {
  const client::Method& method;
  std::string field;
  std::vector<std::string> paths;
};

std::vector<NameFilter> NameFiltersOf(const client::Method& method) {
  const auto* filter = method.descriptor->input_type()->FindFieldByName("filter");
  if (filter == nullptr) return {};
  const fql::Catalogue catalogue(method.shape.records->message_type());
  std::vector<NameFilter> filters;
  for (int i = 0; i < filter->message_type()->field_count(); ++i) {
    const auto& field = *filter->message_type()->field(i);
    const options::v1::TypedFilter& typed = field.options().GetExtension(options::v1::typed_filter);
    if (typed.operator_() != options::v1::FILTER_OPERATOR_NAME) continue;
    NameFilter& added = filters.emplace_back(NameFilter{method, field.name(), {}});
    std::vector<std::string> names(typed.or_fields().begin(), typed.or_fields().end());
    names.push_back(typed.field());
    for (const std::string& name : names) {
      std::vector<std::string> path;
      for (const auto* part : catalogue.Find(name)->path) path.push_back(part->name());
      added.paths.push_back(absl::StrJoin(path, "."));
    }
  }
  return filters;
}

class ListsByName : public ::testing::Test {
 protected:
  // The names, in lower case, of each record that the list finds by `name`; empty: of any name.
  std::vector<Texts> NamesFoundBy(const NameFilter& filter, const std::string& name) {
    const MessagePtr request = client_.Make(filter.method, "view: RECORD_VIEW_FULL filter {}");
    const auto* field = request->GetDescriptor()->FindFieldByName("filter");
    Message& fields = *request->GetReflection()->MutableMessage(&*request, field);
    if (!name.empty()) SetText(fields, filter.field, name);
    const MessagePtr page = client_.Ask(filter.method, *request);
    std::vector<Texts> found;
    if (page == nullptr) return found;
    for (const Message* record : RecordsOf(filter.method, *page)) {
      Texts& texts = found.emplace_back();
      for (const std::string& path : filter.paths) {
        for (const Value& value : ValuesAt(*record, path))
          texts.insert(absl::AsciiStrToLower(value.text));
      }
    }
    return found;
  }

  World world_{SmallWorld()};
  DynamicClient client_{world_};
};

TEST_F(ListsByName, FindEveryCaseOfTheNameAndNothingThatOnlyBeginsAlike) {
  client_.ForEach([&](const client::Method& method) {
    if (method.verb != "list" || method.shape.records == nullptr) return;
    for (const NameFilter& filter : NameFiltersOf(method)) {
      SCOPED_TRACE(filter.field);
      std::string name;
      for (const Texts& names : NamesFoundBy(filter, "")) {
        for (const std::string& text : names) {
          if (text.size() > name.size() && text.find('*') == std::string::npos) name = text;
        }
      }
      ASSERT_FALSE(name.empty()) << "no record has such a name";
      const std::vector<Texts> same = NamesFoundBy(filter, absl::AsciiStrToUpper(name));
      // Falcon's documentation does not say that names of applications are found in other cases.
      const bool application = filter.field == "name" || filter.field == "vendor";
      EXPECT_TRUE(application || !same.empty()) << name;
      for (const Texts& names : same) EXPECT_TRUE(names.contains(name)) << name;
      const std::string front = name.substr(0, name.size() - 1);
      for (const Texts& names : NamesFoundBy(filter, front)) EXPECT_TRUE(names.contains(front));
    }
  });
}

TEST_F(ListsByName, OfHostsLeaveTheTotalUnsetWhenTheyDroppedSome) {
  const auto some = Ask(world_, Make<v1::ListHostsRequest>("page_size: 1"));
  ASSERT_EQ(some->hosts_size(), 1);
  const std::string name = some->hosts(0).hostname();
  v1::ListHostsRequest request;
  request.mutable_filter()->set_hostname(name);
  const auto whole = Ask(world_, request);
  ASSERT_THAT(whole, IsOk());
  EXPECT_EQ(whole->total_size(), whole->hosts_size());
  request.mutable_filter()->set_hostname(name.substr(0, name.size() - 1));
  const auto front = Ask(world_, request);
  ASSERT_THAT(front, IsOk());
  EXPECT_EQ(front->hosts_size(), 0);
  EXPECT_FALSE(front->has_total_size());
}

TEST_F(ListsByName, CountsOfHostsMindCaseAndSaySo) {
  const auto some = Ask(world_, Make<v1::ListHostsRequest>("page_size: 1"));
  v1::AggregateHostsRequest request;
  request.set_field("platform_name");
  request.mutable_filter()->set_hostname(some->hosts(0).hostname());
  const auto counts = Ask(world_, request);
  ASSERT_THAT(counts, IsOk());
  ASSERT_EQ(counts->buckets_size(), 1);
  EXPECT_EQ(counts->buckets(0).count(), 1);
  ASSERT_EQ(counts->read_info().notes_size(), 1);
  EXPECT_EQ(counts->read_info().notes(0).reason(), "CASE_SENSITIVE");
  EXPECT_EQ(counts->read_info().notes(0).field(), "filter.hostname");
}

}  // namespace
}  // namespace falcon::e2e
