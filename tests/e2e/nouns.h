// Nouns for tests that walk over the descriptors that ship: any method by its descriptor, and the
// facts of a noun that its descriptors do not tell. A `Noun` and its line in nouns.cc give a new noun
// the tests that all share.
#ifndef FALCON_TESTS_E2E_NOUNS_H_
#define FALCON_TESTS_E2E_NOUNS_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/catalog.h"
#include "client/gateway.h"
#include "tests/e2e/calls.h"
#include "tests/support/method_requests.h"

namespace falcon::e2e {

using google::protobuf::Message;
using MessagePtr = std::unique_ptr<Message>;

// A filter and the condition that holds for what it finds. Both texts may hold {40d}, the seconds of 40
// days ago; {interval}, the start of what `days` stands for as the response says; and {path}, the first
// value that some record has there. A condition that begins with "+" holds for what lists show by
// default only.
struct FilterRow {
  const char* filter;
  const char* condition;
};

// A wrong request; or the method of the rows that follow. In `text`, {histogram}
// stands for the kind of an aggregation by time.
struct BadRequest {
  const char* text;             // in protobuf's text format
  const char* field = nullptr;  // that the first violation names
  const char* words = "";       // in its description
  const char* reason = "";      // empty: what the field tells
};

// Whether an id in upper case finds the record of the one in lower case.
enum class IdCase { kExact, kIgnored };

struct Noun {
  std::string record;     // its message: "Host"
  std::string flag = {};  // of the simulator, how many there are; empty: not known
  int small = 0;          // how many in the small world and in the medium one; 0: the default
  int medium = 0;
  std::string unknown_id = {};   // of the right shape, of no record; empty: no look-up by id
  std::string no_match = {};     // a filter that no record fits
  std::string order = {};        // the field of the default order; "-" before it: descending
  std::string other_order = {};  // an `order_by` and, after a blank, the field that it orders by
  int list_calls = 1;            // to Falcon, for a page
  int get_calls = 1;             // to Falcon, for a record
  int ids_per_call = 1000;       // at least, in look-ups by ids
  IdCase id_case = IdCase::kExact;
  bool some_undated = false;    // some records lack the instant by which exports are ordered
  std::string everything = {};  // a filter that adds what an empty one leaves out
  std::string shown = {};       // the condition of what an empty one shows; empty: all
  std::vector<FilterRow> filters = {};   // each typed filter, and FQL
  std::set<std::string> untried = {};    // filters that select no part of the records here
  std::vector<BadRequest> refused = {};  // each with what its refusal says
};

const std::vector<Noun>& Nouns();
std::ostream& operator<<(std::ostream& out, const Noun& noun);

// Worlds with something of every noun: quick to read as a whole, and larger than a page.
WorldOptions SmallWorld();
WorldOptions MediumWorld();

// The gateway by the descriptors that ship.
class DynamicClient {
 public:
  explicit DynamicClient(World& world);

  // Visits every method; lists first, since they bring the ids that others need.
  void ForEach(const std::function<void(const client::Method&)>& visit) const;
  // By name: "ListHosts".
  const client::Method& Find(const std::string& method) const;
  // The noun's method "List", "Get", "BatchGet" or "Export"; null where it has none.
  const client::Method* Find(const Noun& noun, std::string_view verb) const;

  // A request with as little as the method needs.
  MessagePtr RequestOf(const client::Method& method) const { return requests_.For(method); }
  // A request from protobuf's text format.
  MessagePtr Make(const client::Method& method, const std::string& text) const;

  client::Answer Call(const client::Method& method, const Message& request);
  // Null, and a failed test, where the call fails. Remembers the id of a list's first record.
  MessagePtr Ask(const client::Method& method, const Message& request);
  MessagePtr Ask(const client::Method& method, const std::string& text) {
    return Ask(method, *Make(method, text));
  }
  // Calls `on_message` with each message; it returns false to leave the stream.
  std::optional<client::Failure> Stream(const client::Method& method, const Message& request,
                                        const std::function<bool(const Message&)>& on_message);
  // All messages of a stream, which must not fail.
  void Drain(const client::Method& method, const Message& request);

  // All records of a list, page by page; `text` without `page_token`.
  std::vector<MessagePtr> List(const client::Method& method, const std::string& text);
  // An export of `text`; `after_each` returns false to leave the stream.
  Exported Export(const client::Method& method, const Message& request,
                  const AfterEach& after_each = {});

 private:
  const client::Catalog& catalog_;
  client::Invoker invoker_;
  falcon::testing::MethodRequests requests_;
};

// Fields of messages by name or path. A field that the message lacks is a failed test.
std::string Text(const Message& message, std::string_view field);
void SetText(Message& message, std::string_view field, const std::string& value);
int SizeOf(const Message& message, const std::string& field);
v1::ReadInfo ReadInfoOf(const Message& response);
// The records of a response, in order.
std::vector<const Message*> RecordsOf(const client::Method& method, const Message& response);
// The field of a record's id.
std::string IdFieldOf(const google::protobuf::Descriptor& record);
std::string IdOf(const Message& record);
std::vector<std::string> IdsOf(const std::vector<const Message*>& records);

// One value of a record: text as it is, an enum by its name without the prefix and its number, an
// instant in seconds.
struct Value {
  std::string text;
  double number = 0;
  friend bool operator<(const Value& left, const Value& right);
};
// All values at a path of fields joined by dots. Unset fields that are not repeated have the default
// value of their type.
std::vector<Value> ValuesAt(const Message& record, std::string_view path);

// A condition on records, as text: "status = normal|contained & local_ip ^ 10. or tags = a".
//
//   path = a|b   some value at the path is one of these    path != a|b   none is
//   path ^ a     some value begins with it                 path $ a      ends with it
//   path ~ a     some value contains it; "*": the record as text does
//   path > 3     a number or an instant in seconds; also <, >=, <=
//   path set     the path holds something                  path unset    it does not
class Condition {
 public:
  explicit Condition(const std::string& text);
  bool Holds(const Message& record) const;

 private:
  struct Clause {
    std::string path;
    std::string op;
    std::vector<std::string> operands;
    bool Holds(const Message& record) const;
  };
  std::vector<std::vector<Clause>> alternatives_;
};

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_NOUNS_H_
