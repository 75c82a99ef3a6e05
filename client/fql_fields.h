// What a raw filter may name: FQL's rules in a few words, and the fields of each record.
#ifndef FALCON_CLIENT_FQL_FIELDS_H_
#define FALCON_CLIENT_FQL_FIELDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "catalog.h"

namespace falcon::client {

// A paragraph in Markdown: conditions, operators, stars, times.
inline constexpr std::string_view kFqlRules =
    "A condition is `field:'value'`; `+` is AND, a comma is OR, parentheses group. Operators: `:` "
    "equal, `:!` not equal, `:[]` any of a\n"
    "list (`field:['a','b']`; `:![]` none of it), `> >= < <=` ranges, `~` a text match that is "
    "blind to case and punctuation, and stars\n"
    "as shown: `'*a*'` anywhere inside the quotes, `'a*' '*a'` first or last, `*'a*'` as an "
    "operator before the quotes; the gateway turns one\n"
    "into the other. Times are RFC 3339 or `now-7d`; epoch seconds stand without quotes.\n";

struct FqlFieldHelp {
  std::string name;
  // text, number, time, epoch seconds, true/false.
  std::string kind;
  // Such as ": :[] :! > >= < <= ~"; empty: for orders only.
  std::string operators;
  bool sortable = false;
  // The closed vocabulary, if there is one.
  std::vector<std::string> values;
  // First sentence of the comment, and the vocabulary.
  std::string help;
};

// The record that a noun's list answers with; null: nothing of it can be filtered.
const google::protobuf::Descriptor* FqlRecordOf(const Noun& noun);

// By name. From the record's `fql` and `filter_only` options.
std::vector<FqlFieldHelp> FqlFieldsOf(const google::protobuf::Descriptor& record);

// The same as a table in Markdown.
std::string FqlTable(const google::protobuf::Descriptor& record);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_FQL_FIELDS_H_
