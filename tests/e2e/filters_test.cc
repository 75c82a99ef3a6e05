// Every typed filter of every noun: its list and its export hold the records that fit, no others,
// and none less.
#include <algorithm>
#include <ctime>
#include <map>
#include <regex>
#include <set>

#include "tests/e2e/nouns.h"

namespace falcon::e2e {
namespace {

using Ids = std::set<std::string>;

class EveryFilter : public SharedWorld<EveryFilter, ::testing::TestWithParam<Noun>> {
 public:
  static WorldOptions Options() { return MediumWorld(); }

 protected:
  static Ids IdsFitting(const std::vector<MessagePtr>& records, const std::string& condition) {
    const Condition fits(condition);
    Ids ids;
    for (const MessagePtr& record : records) {
      if (fits.Holds(*record)) ids.insert(IdOf(*record));
    }
    return ids;
  }
  // `text` with its placeholders replaced.
  std::string Filled(std::string text, const std::vector<MessagePtr>& records, int64_t interval) {
    static const std::regex placeholder(R"(\{([a-z0-9_.]+)\})");
    if (text.starts_with("+")) {
      text = GetParam().shown + (text == "+" ? "" : " & " + text.substr(1));
    }
    for (std::smatch found; std::regex_search(text, found, placeholder);) {
      const std::string name = found[1];
      std::string value;
      if (std::isdigit(static_cast<unsigned char>(name[0]))) {
        value = std::to_string(kNow - std::stoll(name) * 86'400);
      } else if (name == "interval") {
        value = std::to_string(interval);
      }
      for (size_t i = 0; i < records.size() && value.empty(); ++i) {
        const std::vector<Value> values = ValuesAt(*records[i], name);
        if (!values.empty()) value = values[0].text;
      }
      EXPECT_NE(value, "") << name;
      text = found.prefix().str() + value + found.suffix().str();
    }
    return text;
  }

  void ExpectFindsWhatFits(const FilterRow& row, const std::vector<MessagePtr>& all) {
    SCOPED_TRACE(row.filter);
    const client::Method& list = *client_.Find(GetParam(), "List");
    const client::Method& export_all = *client_.Find(GetParam(), "Export");
    const std::string request = "read_mask { paths: '" +
                                IdFieldOf(*list.shape.records->message_type()) + "' } filter { " +
                                Filled(row.filter, all, 0) + " }";
    const MessagePtr page = client_.Ask(list, request);
    ASSERT_NE(page, nullptr);
    const Ids expected =
        IdsFitting(all, Filled(row.condition, all, ReadInfoOf(*page).interval().start().seconds()));
    EXPECT_FALSE(expected.empty()) << "no record fits";
    EXPECT_LT(expected.size(), all.size()) << "every record fits";
    Ids listed;
    for (const MessagePtr& record : client_.List(list, request + " page_size: 100")) {
      EXPECT_TRUE(listed.insert(IdOf(*record)).second) << "a record came twice";
    }
    EXPECT_EQ(listed, expected);
    if (page->GetReflection()->HasField(*page, list.shape.total_size)) {
      EXPECT_EQ(Text(*page, "total_size"), std::to_string(expected.size()));
    }
    const Exported exported =
        client_.Export(export_all, *client_.Make(export_all, request + " batch_size: 100"));
    EXPECT_THAT(exported, IsOk());
    EXPECT_EQ(Ids(exported.ids.begin(), exported.ids.end()), expected);
    EXPECT_EQ(exported.ids.size(), expected.size()) << "a record came twice";
    EXPECT_EQ(exported.exported, static_cast<int64_t>(expected.size()));
    if (page->GetReflection()->HasField(*page, list.shape.total_size)) {
      EXPECT_EQ(exported.total, static_cast<int64_t>(expected.size()));
    }
  }

  static inline const int64_t kNow = std::time(nullptr);
  DynamicClient client_{world()};
};

TEST_P(EveryFilter, FindsWhatFitsAndNothingElseInListsAndExports) {
  const std::vector<MessagePtr> all = client_.List(
      *client_.Find(GetParam(), "List"),
      "page_size: 500 view: RECORD_VIEW_FULL filter { " + GetParam().everything + " }");
  for (const FilterRow& row : GetParam().filters) ExpectFindsWhatFits(row, all);
}

TEST_P(EveryFilter, OfTheRequestIsTried) {
  const auto* filter = client_.Find(GetParam(), "List")
                           ->descriptor->input_type()
                           ->FindFieldByName("filter")
                           ->message_type();
  for (int i = 0; i < filter->field_count(); ++i) {
    const std::string name = filter->field(i)->name();
    if (GetParam().untried.contains(name)) continue;
    const std::vector<FilterRow>& rows = GetParam().filters;
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [&](const FilterRow& row) {
      return std::regex_search(row.filter, std::regex("(^| )" + name + "[: ]"));
    })) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryFilter, ::testing::ValuesIn(Nouns()),
                         [](const auto& noun) { return noun.param.record; });

}  // namespace
}  // namespace falcon::e2e
