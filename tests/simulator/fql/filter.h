// A filter checked against a schema and ready to run over records.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/base/time.h"
#include "simulator/fql/parser.h"
#include "simulator/fql/schema.h"

namespace falcon::simulator::fql {

class Filter {
 public:
  struct Settings {
    Nanos now = 0;                // what relative dates count from
    bool lenient_fields = false;  // an unknown field matches no record instead of failing
  };

  // Fails on bad syntax, an unknown field, and an invalid date.
  static std::variant<Filter, Error> Compile(std::string_view text, const Schema& schema,
                                             Settings settings);

  // Thread-safe.
  bool Matches(const RecordView& record) const;

 private:
  // A literal in every form its field may need.
  struct Operand {
    bool null = false;
    bool star = false;
    std::string text;
    std::string folded;  // letters and digits only, without case
    std::string caseless;
    std::optional<double> number;
    Nanos instant = 0;
  };
  struct Test {
    std::string name;
    Field field;
    Stars stars = Stars::kAnywhere;
    bool empty_equals_absent = false;
    bool patterns_in_arrays = false;
    bool any_case = false;
    bool name_field = false;
    Operator op = Operator::kEquals;
    bool negated = false;
    bool list = false;
    std::vector<Operand> operands;
  };
  struct Step {
    Node::Kind kind = Node::Kind::kAll;
    std::vector<Step> children;
    Test test;
  };

  static std::optional<Error> Build(const Node& node, const Schema& schema,
                                    const Settings& settings, Filter* filter, Step* step);
  static std::optional<Error> BuildTest(const Condition& condition, const Schema& schema,
                                        const Settings& settings, Filter* filter, Test* test);
  static bool Run(const Step& step, const RecordView& record);
  static bool Holds(const Test& test, const Value& value);
  static bool HoldsOne(const Test& test, const Operand& operand, const Value& value);
  static bool TextEquals(const Test& test, const Operand& operand, const std::string& text);
  // `pattern` is the operand's text, in the case that counts.
  static bool PatternEquals(const Test& test, const Operand& operand, std::string_view pattern,
                            std::string_view text);
  static bool InRange(const Test& test, const Operand& operand, const Value& value);

  Step root_;
  bool nothing_ = false;
};

}  // namespace falcon::simulator::fql
