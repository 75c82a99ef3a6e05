// Lists by name, of every noun and every name that it takes: a Falcon whose plain equality matches
// from the front gives them no other name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "falcon_gateway/v1/types.pb.h"
#include "fql/catalogue.h"
#include "tests/e2e/calls/hosts.h"
#include "tests/e2e/every_method.h"

namespace falcon::e2e {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

using Texts = std::set<std::string>;
using Path = std::vector<const FieldDescriptor*>;

// All texts at `path`, from its element `at` on.
void Collect(const Message& message, const Path& path, size_t at, Texts& texts) {
  const auto& reflection = *message.GetReflection();
  const FieldDescriptor* field = path[at];
  const int size = field->is_repeated() ? reflection.FieldSize(message, field)
                                        : (reflection.HasField(message, field) ? 1 : 0);
  for (int i = 0; i < size; ++i) {
    if (at + 1 == path.size()) {
      texts.insert(field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                        : reflection.GetString(message, field));
    } else {
      Collect(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                   : reflection.GetMessage(message, field),
              path, at + 1, texts);
    }
  }
}

std::string OtherCase(std::string text) {
  for (char& c : text) {
    const auto letter = static_cast<unsigned char>(c);
    c = static_cast<char>(std::isupper(letter) ? std::tolower(letter) : std::toupper(letter));
  }
  return text;
}

std::string LowerCased(const std::string& text) {
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

// A typed filter by name, and where the records of its list hold it.
struct NameFilter {
  const client::Method& method;
  std::string request_field;
  std::vector<Path> paths;
};

std::vector<NameFilter> NameFiltersOf(const client::Method& method) {
  const auto* field = method.descriptor->input_type()->FindFieldByName("filter");
  if (field == nullptr) return {};
  const auto* typed = field->message_type();
  const auto* record = method.shape.records->message_type();
  const fql::Catalogue catalogue(record);
  std::vector<NameFilter> filters;
  for (int i = 0; i < typed->field_count(); ++i) {
    const options::v1::TypedFilter& means =
        typed->field(i)->options().GetExtension(options::v1::typed_filter);
    if (means.operator_() != options::v1::FILTER_OPERATOR_NAME) continue;
    NameFilter filter{method, typed->field(i)->name(), {catalogue.Find(means.field())->path}};
    for (const std::string& other : means.or_fields()) {
      filter.paths.push_back(catalogue.Find(other)->path);
    }
    filters.push_back(std::move(filter));
  }
  return filters;
}

class ListsByName : public ::testing::Test {
 protected:
  // Of each record of the page, the names at the filter's paths.
  std::vector<Texts> NamesIn(const NameFilter& filter, const Message& page) const {
    std::vector<Texts> names;
    const auto& reflection = *page.GetReflection();
    for (int i = 0; i < reflection.FieldSize(page, filter.method.shape.records); ++i) {
      Texts& texts = names.emplace_back();
      const Message& record = reflection.GetRepeatedMessage(page, filter.method.shape.records, i);
      for (const Path& path : filter.paths) Collect(record, path, 0, texts);
    }
    return names;
  }

  std::vector<Texts> Ask(const NameFilter& filter, const std::string& name) {
    const MessagePtr request = every.RequestOf(filter.method);
    request->Clear();
    const auto& reflection = *request->GetReflection();
    const auto& type = *request->GetDescriptor();
    if (!name.empty()) {
      Message& fields = *reflection.MutableMessage(&*request, type.FindFieldByName("filter"));
      fields.GetReflection()->SetString(
          &fields, fields.GetDescriptor()->FindFieldByName(filter.request_field), name);
    }
    reflection.SetEnumValue(&*request, type.FindFieldByName("view"), v1::RECORD_VIEW_FULL);
    const MessagePtr page = every.Ask(filter.method, *request);
    return page == nullptr ? std::vector<Texts>() : NamesIn(filter, *page);
  }

  static bool Holds(const Texts& names, const std::string& name) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& one) { return LowerCased(one) == LowerCased(name); });
  }

  World world{SmallWorld()};
  EveryMethod every{world};
};

TEST_F(ListsByName, FindEveryCaseOfTheNameAndNothingThatOnlyBeginsAlike) {
  int filters = 0;
  every.ForEach([&](const client::Method& method) {
    if (method.verb != "list" || method.shape.records == nullptr) return;
    for (const NameFilter& filter : NameFiltersOf(method)) {
      SCOPED_TRACE(filter.request_field);
      ++filters;
      std::string name;
      for (const Texts& names : Ask(filter, "")) {
        for (const std::string& text : names) {
          if (text.size() > name.size() && text.find('*') == std::string::npos) name = text;
        }
      }
      ASSERT_FALSE(name.empty()) << "no record has such a name";
      const std::vector<Texts> same = Ask(filter, OtherCase(name));
      // Of names of applications nobody says that Falcon finds other cases.
      const bool application = filter.request_field == "name" || filter.request_field == "vendor";
      EXPECT_TRUE(application || !same.empty()) << name;
      for (const Texts& names : same) EXPECT_TRUE(Holds(names, name)) << name;
      const std::string front = name.substr(0, name.size() - 1);
      for (const Texts& names : Ask(filter, front)) EXPECT_TRUE(Holds(names, front)) << front;
    }
  });
  EXPECT_GE(filters, 12);
}

TEST_F(ListsByName, OfHostsLeaveTheTotalUnsetWhenTheyDroppedSome) {
  const auto some = e2e::Ask(world, Make<v1::ListHostsRequest>("page_size: 1"));
  ASSERT_EQ(some->hosts_size(), 1);
  const std::string name = some->hosts(0).hostname();
  v1::ListHostsRequest request;
  request.mutable_filter()->set_hostname(name);
  const auto whole = e2e::Ask(world, request);
  ASSERT_TRUE(whole.status.ok()) << whole.status.error_message();
  EXPECT_EQ(whole->total_size(), whole->hosts_size());
  request.mutable_filter()->set_hostname(name.substr(0, name.size() - 1));
  const auto front = e2e::Ask(world, request);
  ASSERT_TRUE(front.status.ok()) << front.status.error_message();
  EXPECT_EQ(front->hosts_size(), 0);
  EXPECT_FALSE(front->has_total_size());
}

TEST_F(ListsByName, CountsOfHostsMindCaseAndSaySo) {
  const auto some = e2e::Ask(world, Make<v1::ListHostsRequest>("page_size: 1"));
  v1::AggregateHostsRequest request;
  request.set_field("platform_name");
  request.mutable_filter()->set_hostname(some->hosts(0).hostname());
  const auto counts = e2e::Ask(world, request);
  ASSERT_TRUE(counts.status.ok()) << counts.status.error_message();
  ASSERT_EQ(counts->buckets_size(), 1);
  EXPECT_EQ(counts->buckets(0).count(), 1);
  ASSERT_EQ(counts->read_info().notes_size(), 1);
  EXPECT_EQ(counts->read_info().notes(0).reason(), "CASE_SENSITIVE");
  EXPECT_EQ(counts->read_info().notes(0).field(), "filter.hostname");
}

}  // namespace
}  // namespace falcon::e2e
