// Every noun, walked over the descriptors: lists, look-ups by id and exports keep the same promises.
#include "tests/e2e/nouns.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "falcon_gateway/options/v1/options.pb.h"
#include "upstream/operation/operation.h"

namespace falcon::e2e {
namespace {

using client::Method;

std::string UpperCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return text;
}

// Of a size in the method's request.
int MaxOf(const Method& method, const std::string& field) {
  const auto& options = method.descriptor->input_type()->FindFieldByName(field)->options();
  return static_cast<int>(options.GetExtension(options::v1::bounds).max());
}

// Whether Falcon's pages lead on by a cursor, which dies.
bool PagesByCursor(const Method& method) {
  // Parsed anew: the catalog's pool need not know the extension.
  google::protobuf::MethodOptions options;
  options.ParseFromString(method.descriptor->options().SerializeAsString());
  const auto paging =
      upstream::FindOperation(options.GetExtension(options::v1::upstream).operations(0))->paging;
  return paging != upstream::Paging::kNone && paging != upstream::Paging::kOffset;
}

// All records, none twice, in order; of some nouns a few have no instant, and come last.
void ExpectWhole(const Noun& noun, const Exported& all, int64_t count) {
  ExpectComplete(all, count, all.undated);
  EXPECT_EQ(all.undated > 0, noun.some_undated);
}

class EveryNoun : public SharedWorld<EveryNoun, ::testing::TestWithParam<Noun>> {
 public:
  static WorldOptions Options() { return MediumWorld(); }

 protected:
  EveryNoun() { world().ResetLedger(); }

  const Noun& noun() const { return GetParam(); }
  // A filter of the noun, as part of a request.
  static std::string Filter(const std::string& filter) { return " filter { " + filter + " } "; }
  std::string Everything() const { return Filter(noun().everything); }
  MessagePtr Page(const std::string& text) { return client_.Ask(List(), text); }
  const Method& List() const { return *client_.Find(noun(), "List"); }
  // The request with the ids in its one field of ids.
  static MessagePtr WithIds(MessagePtr request, const std::vector<std::string>& ids) {
    for (const char* name :
         {"id", "composite_id", "device_id", "ids", "composite_ids", "device_ids"}) {
      const auto* field = request->GetDescriptor()->FindFieldByName(name);
      if (field == nullptr) continue;
      if (!field->is_repeated()) SetText(*request, name, ids.at(0));
      for (const std::string& id : ids) {
        if (field->is_repeated()) request->GetReflection()->AddString(&*request, field, id);
      }
    }
    return request;
  }
  MessagePtr IdsRequest(const Method& method, const std::vector<std::string>& ids,
                        const std::string& text = "") {
    return WithIds(client_.Make(method, text), ids);
  }
  // Fails the test unless the records are in the order of a field; "-" before it: descending.
  static void ExpectOrdered(const std::vector<const Message*>& records, const std::string& order) {
    const bool descending = order.starts_with("-");
    const std::string path = order.substr(descending ? 1 : 0);
    for (size_t i = 1; i < records.size(); ++i) {
      Value before = ValuesAt(*records[i - 1], path).at(0);
      Value after = ValuesAt(*records[i], path).at(0);
      if (before.number != 0) before.text = after.text = "";
      EXPECT_FALSE(descending ? before < after : after < before)
          << before.text << " " << after.text;
    }
  }
  // The export method's request with the fields that `Exported` looks at.
  MessagePtr ExportRequest(const std::string& text) {
    return client_.Make(*client_.Find(noun(), "Export"), text + " view: RECORD_VIEW_FULL");
  }
  Exported Export(const Message& request, const AfterEach& after_each = {}) {
    return client_.Export(*client_.Find(noun(), "Export"), request, after_each);
  }

  DynamicClient client_{world()};
};

TEST_P(EveryNoun, PageTokensLeadThroughEveryRecordOnceInTheDefaultOrder) {
  const MessagePtr request = client_.Make(List(), "page_size: 93" + Everything());
  std::vector<MessagePtr> pages;
  std::vector<const Message*> records;
  do {
    pages.push_back(client_.Ask(List(), *request));
    ASSERT_NE(pages.back(), nullptr);
    for (const Message* record : RecordsOf(List(), *pages.back())) records.push_back(record);
    SetText(*request, "page_token", Text(*pages.back(), "next_page_token"));
  } while (!Text(*request, "page_token").empty());

  ExpectOrdered(records, noun().order);
  const std::vector<std::string> ids = IdsOf(records);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), records.size());
  for (const MessagePtr& page : pages)
    EXPECT_EQ(Text(*page, "total_size"), std::to_string(records.size()));
  if (noun().medium > 0) EXPECT_EQ(records.size(), static_cast<size_t>(noun().medium));
  EXPECT_EQ(world().Calls(), static_cast<int>(pages.size()) * noun().list_calls);
  EXPECT_EQ(ReadInfoOf(*pages[0]).upstream_calls(), noun().list_calls);
  EXPECT_FALSE(ReadInfoOf(*pages[0]).trace_id().empty());
  EXPECT_FALSE(ReadInfoOf(*pages[0]).partial());
}

TEST_P(EveryNoun, OrderMayBeAskedAndTheMaskShowsOneField) {
  const size_t blank = noun().other_order.find(' ');
  const std::string order = noun().other_order.substr(0, blank);
  const std::string field = noun().other_order.substr(blank + 1);
  std::vector<Value> firsts;
  for (const std::string direction : {"", " desc"}) {
    const MessagePtr page = Page("page_size: 100 order_by: '" + order + direction +
                                 "' read_mask { paths: '" + field + "' }");
    ASSERT_NE(page, nullptr);
    const std::vector<const Message*> records = RecordsOf(List(), *page);
    EXPECT_EQ(records.size(), 100U);
    ExpectOrdered(records, (direction.empty() ? "" : "-") + field);
    for (const Message* record : records) EXPECT_EQ(IdOf(*record), "") << "not in the mask";
    firsts.push_back(ValuesAt(*records.at(0), field).at(0));
  }
  EXPECT_TRUE(firsts[0] < firsts[1]) << "the last of all records comes first in descending order";
}

TEST_P(EveryNoun, PageHasFiftyRecordsByDefaultAndNoMoreThanItsMaximum) {
  const MessagePtr usual = Page(Everything());
  EXPECT_EQ(RecordsOf(List(), *usual).size(), 50U);
  const int total = std::stoi(Text(*usual, "total_size"));
  const MessagePtr largest =
      Page("page_size: 9999 read_mask { paths: '" + noun().order.substr(noun().order[0] == '-') +
           "' }" + Everything());
  EXPECT_EQ(static_cast<int>(RecordsOf(List(), *largest).size()),
            std::min(total, MaxOf(List(), "page_size")));
}

TEST_P(EveryNoun, PageSizeMayChangeFromPageToPage) {
  const MessagePtr request = client_.Make(List(), "page_size: 10");
  SetText(*request, "page_token", Text(*client_.Ask(List(), *request), "next_page_token"));
  request->GetReflection()->SetInt32(&*request, List().shape.page_size, 3);
  const MessagePtr second = client_.Ask(List(), *request);
  ASSERT_NE(second, nullptr);
  // Records that the page before it ended with are left out.
  EXPECT_GE(RecordsOf(List(), *second).size(), 1U);
  EXPECT_LE(RecordsOf(List(), *second).size(), 3U);
}

TEST_P(EveryNoun, PageTokenBelongsToItsRequest) {
  const MessagePtr request = client_.Make(List(), "page_size: 10");
  const std::string token = Text(*client_.Ask(List(), *request), "next_page_token");
  ASSERT_FALSE(token.empty());
  world().ResetLedger();
  const MessagePtr other =
      client_.Make(List(), Filter("days: 30") + "page_size: 10 page_token: '" + token + "'");
  const client::Answer answer = client_.Call(List(), *other);
  ASSERT_TRUE(answer.failure.has_value());
  EXPECT_EQ(answer.failure->code, StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(answer.failure->reason, "PAGE_TOKEN_MISMATCH");
  EXPECT_EQ(answer.failure->violations.at(0).field, "page_token");
  EXPECT_EQ(world().Calls(), 0);
}

TEST_P(EveryNoun, NothingFoundIsAnEmptyAnswer) {
  const MessagePtr none = Page(Filter(noun().no_match));
  ASSERT_NE(none, nullptr);
  EXPECT_TRUE(RecordsOf(List(), *none).empty());
  EXPECT_EQ(Text(*none, "next_page_token"), "");
  EXPECT_TRUE(none->GetReflection()->HasField(*none, List().shape.total_size));
  EXPECT_EQ(Text(*none, "total_size"), "0");
  const Exported exported = Export(*ExportRequest(Filter(noun().no_match)));
  EXPECT_THAT(exported, IsOk());
  EXPECT_EQ(exported.count(), 0);
}

TEST_P(EveryNoun, ListsShowTheBriefViewUnlessAskedForTheFullOne) {
  const MessagePtr brief = Page("page_size: 20" + Everything());
  const MessagePtr full = Page("page_size: 20 view: RECORD_VIEW_FULL" + Everything());
  EXPECT_EQ(ReadInfoOf(*brief).view(), v1::RECORD_VIEW_BRIEF);
  EXPECT_EQ(ReadInfoOf(*full).view(), v1::RECORD_VIEW_FULL);
  EXPECT_EQ(IdsOf(RecordsOf(List(), *brief)), IdsOf(RecordsOf(List(), *full)));
  EXPECT_LT(brief->ByteSizeLong(), full->ByteSizeLong());
  for (const Message* record : RecordsOf(List(), *full)) {
    EXPECT_TRUE(ValuesAt(*record, "additional_fields").at(0).text.empty()) << "not asked for";
  }
}

TEST_P(EveryNoun, ValidateOnlyAsksFalconNothing) {
  const MessagePtr page = Page(Filter("days: 30") + "read_options { validate_only: true }");
  ASSERT_NE(page, nullptr);
  EXPECT_TRUE(RecordsOf(List(), *page).empty());
  EXPECT_FALSE(ReadInfoOf(*page).effective_filter().empty());
  EXPECT_TRUE(ReadInfoOf(*page).has_interval());
  EXPECT_EQ(world().Calls(), 0);
}

TEST_P(EveryNoun, GetBringsTheWholeRecordByItsId) {
  const Method* get = client_.Find(noun(), "Get");
  EXPECT_EQ(get == nullptr, noun().unknown_id.empty());
  if (get == nullptr) return;
  const MessagePtr page = Page("page_size: 1 view: RECORD_VIEW_FULL");
  const Message& listed = *RecordsOf(List(), *page).at(0);
  const MessagePtr found = client_.Ask(*get, *IdsRequest(*get, {IdOf(listed)}));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(RecordsOf(*get, *found).at(0)->DebugString(), listed.DebugString());
  EXPECT_EQ(ReadInfoOf(*found).upstream_calls(), noun().get_calls);
  const Method& batch = *client_.Find(noun(), "BatchGet");
  const MessagePtr among = client_.Ask(batch, *IdsRequest(batch, {IdOf(listed)}));
  ASSERT_NE(among, nullptr);
  EXPECT_EQ(RecordsOf(batch, *among).at(0)->DebugString(), listed.DebugString());
  if (noun().id_case == IdCase::kExact) return;
  for (const char* verb : {"Get", "BatchGet"}) {
    const Method& method = *client_.Find(noun(), verb);
    const MessagePtr same = client_.Ask(method, *IdsRequest(method, {UpperCase(IdOf(listed))}));
    EXPECT_EQ(IdsOf(RecordsOf(method, *same)), std::vector<std::string>{IdOf(listed)}) << verb;
  }
}

TEST_P(EveryNoun, UnknownIdIsNotFound) {
  const Method* get = client_.Find(noun(), "Get");
  if (get == nullptr) return;
  const client::Answer answer = client_.Call(*get, *IdsRequest(*get, {noun().unknown_id}));
  ASSERT_TRUE(answer.failure.has_value());
  EXPECT_EQ(answer.failure->code, StatusCode::NOT_FOUND) << answer.failure->message;
  EXPECT_EQ(answer.failure->reason, "NOT_FOUND");
}

TEST_P(EveryNoun, BatchGetKeepsTheOrderOfItsIdsAndNamesWhatIsMissing) {
  const Method* batch = client_.Find(noun(), "BatchGet");
  if (batch == nullptr) return;
  const MessagePtr page = Page("page_size: 300");
  std::vector<std::string> ids = IdsOf(RecordsOf(List(), *page));
  std::reverse(ids.begin(), ids.end());
  std::vector<std::string> asked = ids;
  asked.insert(asked.begin() + 1, noun().unknown_id);
  world().ResetLedger();
  const MessagePtr found = client_.Ask(
      *batch, *IdsRequest(*batch, asked,
                          "read_mask { paths: '" +
                              IdFieldOf(*List().shape.records->message_type()) + "' }"));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(IdsOf(RecordsOf(*batch, *found)), ids);
  ASSERT_EQ(SizeOf(*found, "missing"), 1);
  EXPECT_EQ(ValuesAt(*found, "missing.id").at(0).text, noun().unknown_id);
  EXPECT_EQ(ValuesAt(*found, "missing.code").at(0).number, 404);
  EXPECT_LE(world().Calls(), static_cast<int>(asked.size()) / noun().ids_per_call + 1);
  EXPECT_EQ(ReadInfoOf(*found).upstream_calls(), world().Calls());
}

TEST_P(EveryNoun, ExportBringsEveryRecordOnceInOrderInBatchesOfTheSizeAskedFor) {
  const std::string total = Text(*Page("page_size: 1" + Everything()), "total_size");
  const Exported all = Export(*ExportRequest("batch_size: 97" + Everything()));
  ExpectWhole(noun(), all, std::stoi(total));
  EXPECT_EQ(all.largest, 97);
  // Records without an instant begin a message of their own.
  EXPECT_LE(all.messages, (std::stoi(total) + 96) / 97 + (noun().some_undated ? 1 : 0));
}

TEST_P(EveryNoun, ExportIsCompletedByItsResumeToken) {
  // Undated records are few, and one batch must end among them.
  const int batch = noun().some_undated ? 30 : 100;
  const std::string size = "batch_size: " + std::to_string(batch);
  const MessagePtr request = ExportRequest(size + Everything());
  const Exported whole = Export(*request);
  ASSERT_THAT(whole, IsOk());
  // In the middle, and among the last records, which may lack the instant of the order.
  for (const int left_at : {120, whole.count() - whole.undated / 2 - batch - 1}) {
    SetText(*request, "resume_token", "");
    Exported all =
        Export(*request, [&](const Exported& so_far) { return so_far.count() < left_at; });
    ASSERT_LT(all.count(), whole.count());
    SetText(*request, "resume_token", all.resume_token);
    all.Append(Export(*request));
    EXPECT_THAT(all, IsOk());
    EXPECT_EQ(all.ids, whole.ids);
    EXPECT_EQ(all.exported, whole.exported);
  }
  const MessagePtr other = ExportRequest(size + Filter("days: 30"));
  SetText(*other, "resume_token", whole.resume_token);
  const client::Answer mismatch = client_.Call(*client_.Find(noun(), "Export"), *other);
  EXPECT_EQ(mismatch.failure.value_or(client::Failure()).reason, "PAGE_TOKEN_MISMATCH");
}

TEST_P(EveryNoun, ExportResumedAfterItsLastBatchIsOver) {
  const MessagePtr request = ExportRequest(Everything());
  SetText(*request, "resume_token", Export(*request).resume_token);
  const Exported rest = Export(*request);
  EXPECT_THAT(rest, IsOk());
  EXPECT_EQ(rest.count(), 0);
}

TEST_P(EveryNoun, ExportPassesCursorsThatDieBetweenTwoMessages) {
  const MessagePtr request = ExportRequest("batch_size: 70" + Everything());
  const Exported whole = Export(*request);
  const Exported all = Export(*request, [&](const Exported& so_far) {
    if (so_far.messages % 2 == 0) world().Control("POST", "/__simulator/expire_cursors");
    return true;
  });
  ExpectWhole(noun(), all, whole.count());
  EXPECT_EQ(all.ids, whole.ids);
}

TEST_P(EveryNoun, ExportInWholeRecordsHasMessagesThatAnyClientTakes) {
  const Exported all = Export(*ExportRequest(Everything()));
  ExpectWhole(noun(), all, std::stoi(Text(*Page("page_size: 1" + Everything()), "total_size")));
  EXPECT_LT(all.largest_size, size_t{4} << 20);
}

INSTANTIATE_TEST_SUITE_P(All, EveryNoun, ::testing::ValuesIn(Nouns()),
                         [](const auto& noun) { return noun.param.record; });

TEST(Nouns, EveryMethodThatListsRecordsIsOfANoun) {
  World world({.start_gateway = false});
  std::set<std::string> known;
  for (const Noun& noun : Nouns()) known.insert(noun.record);
  world.StartGateway();
  DynamicClient(world).ForEach([&](const Method& method) {
    const auto* records = method.shape.records;
    const bool lists = method.verb == "list" && records != nullptr && method.shape.pages() &&
                       records->message_type() != nullptr;
    if (lists)
      EXPECT_TRUE(known.contains(records->message_type()->name()))
          << records->message_type()->name();
  });
}

// Exports beyond the 10,000 records where the offsets of several APIs end, by cursors that die.
class LargeExport : public ::testing::TestWithParam<Noun> {
 protected:
  // Of `count` records of the noun, with their ids and instants, in a world with `flags`.
  Exported ExportAll(int count, std::map<std::string, std::string> flags) {
    flags[GetParam().flag] = std::to_string(count);
    flags.insert({{"--alerts", "20"}, {"--hosts", "200"}, {"--rate-limit", "0"}});
    WorldOptions options;
    for (const auto& [flag, value] : flags) {
      options.simulator.insert(options.simulator.end(), {flag, value});
    }
    World world(options);
    DynamicClient client(world);
    const Method& method = *client.Find(GetParam(), "Export");
    const auto& record = *method.shape.records->message_type();
    const Exported all = client.Export(
        method,
        *client.Make(method, "filter { " + GetParam().everything + " } read_mask { paths: ['" +
                                 IdFieldOf(record) + "', '" + InstantOf(record)->name() + "'] }"));
    calls_ = world.Calls();
    max_batch_ = MaxOf(method, "batch_size");
    by_cursor_ = PagesByCursor(method);
    return all;
  }
  int calls_ = 0;
  int max_batch_ = 0;
  bool by_cursor_ = false;
};

TEST_P(LargeExport, PassesEveryWindowAtTheFewestCalls) {
  const Exported all = ExportAll(12'000, {{"--rtr-window", "1500"}});
  ExpectWhole(GetParam(), all, 12'000);
  EXPECT_EQ(all.largest, max_batch_);
  // Pages that begin with what the one before ended with are a few more.
  EXPECT_LE(calls_, all.messages * GetParam().list_calls * 11 / 10 + 2);
}

TEST_P(LargeExport, PassesCursorsThatDieAfterTwoPages) {
  const Exported all = ExportAll(4000, {{"--cursor-uses", "2"}});
  ExpectWhole(GetParam(), all, 4000);
  if (by_cursor_) EXPECT_GT(calls_, all.messages) << "no cursor died";
}

std::vector<Noun> CountedNouns() {
  std::vector<Noun> nouns = Nouns();
  std::erase_if(nouns, [](const Noun& noun) { return noun.flag.empty(); });
  return nouns;
}

INSTANTIATE_TEST_SUITE_P(All, LargeExport, ::testing::ValuesIn(CountedNouns()),
                         [](const auto& noun) { return noun.param.record; });

}  // namespace
}  // namespace falcon::e2e
