// Sums answers up.
#include "mcp/tools/answer_words.h"

#include <vector>

#include "mcp/tools/answer_parts.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Grouped;

constexpr size_t kFilterBytes = 240;
constexpr size_t kOrderBytes = 60;

bool IsAcronym(std::string_view word) {
  return word == "ioc" || word == "rtr" || word == "sla" || word == "id";
}

std::vector<std::string> RecordWords(const client::Method& method) {
  const google::protobuf::FieldDescriptor* field = RecordsField(method);
  if (field == nullptr) return {"answer"};
  if (field->message_type() != nullptr) return client::Words(field->message_type()->name());
  std::vector<std::string> words = client::Split(client::FlagNameOf(*field), '-');
  if (words.back().ends_with('s')) words.back().pop_back();
  return words;
}

std::string Spelled(std::vector<std::string> words, bool plural) {
  const bool acronym = IsAcronym(words.back());
  const std::string last = acronym ? client::Upper(words.back()) : words.back();
  for (std::string& word : words) {
    if (IsAcronym(word)) word = client::Upper(word);
  }
  words.back() = plural ? (acronym ? last + "s" : client::Plural(last)) : last;
  return client::Join(words, " ");
}

// "Lists hosts, by `device_id` unless `order_by` says otherwise." -> "by device_id".
std::string UsualOrder(const client::Method& method) {
  const std::string comment = client::FirstSentence(client::CommentOf(*method.descriptor));
  const size_t end = comment.find(" unless `order_by` says otherwise");
  const size_t start = end == std::string::npos ? end : comment.rfind(", ", end);
  if (start == std::string::npos) return {};
  std::string words;
  for (const char c : comment.substr(start + 2, end - start - 2)) {
    if (c != '`') words.push_back(c);
  }
  return words;
}

std::string InBrackets(const std::string& filters) {
  return filters.empty() ? std::string() : StrCat(" (", filters, ")");
}

std::string NothingSentence(const client::Method& method, const std::string& filters,
                            const SearchFacts& facts) {
  const std::string one = OneRecord(method);
  if (facts.more) return StrCat("No ", one, " on this page, but there are more pages.");
  if (facts.before > 0) return StrCat("No further ", ManyRecords(method), ": this is the end.");
  if (facts.partial) {
    return StrCat("Falcon answered only in part and no ", one,
                  " came: this does not mean that there is none.");
  }
  if (facts.total.value_or(0) > 0) {
    return StrCat("Falcon counts ", CountOf(*facts.total, method), InBrackets(filters),
                  " but sent none that could be read.");
  }
  return filters.empty() ? StrCat("Falcon answered: there is no ", one, ".")
                         : StrCat("Falcon answered: no ", one, " matches ", filters, ".");
}

std::string FirstPageSentence(const client::Method& method, const std::string& brackets,
                              const SearchFacts& facts) {
  const bool counted = facts.total && *facts.total >= facts.shown;
  if (counted && *facts.total > facts.shown) {
    const std::string first =
        facts.shown == 1 ? "this is the first" : StrCat("these are the first ", facts.shown);
    return StrCat("Found ", CountOf(*facts.total, method), brackets, "; ",
                  facts.more ? first : StrCat("only so many came: ", facts.shown));
  }
  if (facts.more) {
    return StrCat("Found more than ", CountOf(facts.shown, method), brackets,
                  facts.shown == 1 ? "; this is the first" : "; these are the first");
  }
  return StrCat("Found ", CountOf(facts.shown, method), brackets);
}

}  // namespace

std::string OneRecord(const client::Method& method) { return Spelled(RecordWords(method), false); }

std::string ManyRecords(const client::Method& method) { return Spelled(RecordWords(method), true); }

std::string CountOf(int64_t count, const client::Method& method) {
  return StrCat(Grouped(count), " ", count == 1 ? OneRecord(method) : ManyRecords(method));
}

std::string OrderWords(const client::Method& method, const google::protobuf::Message& request) {
  const std::string asked = client::TextField(request, "order_by");
  return asked.empty() ? UsualOrder(method) : StrCat("by ", UntrustedText(asked, kOrderBytes));
}

std::string FilterWords(const Asked& asked) { return UntrustedText(asked.filters, kFilterBytes); }

std::string SearchSentence(const client::Method& method, const Asked& asked,
                           const SearchFacts& facts) {
  const std::string filters = FilterWords(asked);
  if (facts.shown == 0) return NothingSentence(method, filters, facts);
  const std::string order = OrderWords(method, *asked.request);
  const std::string tail = order.empty() ? "." : StrCat(", ", order, ".");
  if (facts.before == 0) return FirstPageSentence(method, InBrackets(filters), facts) + tail;
  const bool counted = facts.total && *facts.total >= facts.before + facts.shown;
  return StrCat("Numbers ", Grouped(facts.before + 1), " to ", Grouped(facts.before + facts.shown),
                counted ? StrCat(" of ", CountOf(*facts.total, method))
                        : StrCat(" of the ", ManyRecords(method)),
                InBrackets(filters), tail);
}

}  // namespace falcon::mcp
