// tests/FAULTS.md and the tests: neither knows of one that the other does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace falcon {
namespace {

using ::testing::IsEmpty;
using Names = std::set<std::string>;

std::string Read(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Fault {
  std::string number;
  Names tests;
};

std::vector<Fault> Table() {
  std::vector<Fault> faults;
  const std::regex row(R"(\| (\d+[a-z]?) \|[^|]*\|([^|]*)\|[^|]*\|[^|]*\|)");
  const std::regex name(R"([A-Za-z0-9_]+(\.[A-Za-z0-9_]+)?)");
  const std::string text = Read(testing::SourcePath("tests/FAULTS.md"));
  for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it) {
    Fault fault{(*it)[1], {}};
    const std::string tests = (*it)[2];
    for (std::sregex_iterator test(tests.begin(), tests.end(), name); test != end; ++test) {
      fault.tests.insert(test->str());
    }
    faults.push_back(std::move(fault));
  }
  return faults;
}

// "Suite.Name" of each test, and the names of cases that are data: FaultCase("...").
Names TestsInSources() {
  Names names;
  const std::regex test(R"(TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\))");
  const std::regex fault_case(R"re(FaultCase\("(\w+)")re");
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(testing::SourcePath("tests"))) {
    if (!entry.path().string().ends_with("_test.cc")) continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      const bool begins = line.starts_with("TEST");
      if (!begins && line.find("FaultCase(\"") == std::string::npos) continue;
      std::string rest;
      if (begins && line.find(')') == std::string::npos && std::getline(in, rest)) line += rest;
      std::smatch found;
      if (!std::regex_search(line, found, begins ? test : fault_case)) continue;
      names.insert(begins ? found.str(1) + "." + found.str(2) : found.str(1));
    }
  }
  return names;
}

TEST(FaultsTable, NamesOnlyTestsThatExist) {
  const Names known = TestsInSources();
  Names unknown;
  for (const Fault& fault : Table()) {
    EXPECT_THAT(fault.tests, Not(IsEmpty())) << "fault " << fault.number << " has no test";
    for (const std::string& test : fault.tests) {
      if (!known.contains(test)) unknown.insert(test);
    }
  }
  EXPECT_THAT(unknown, IsEmpty());
}

TEST(FaultsTable, HoldsEveryRowOfTheFaultMatrix) {
  constexpr int kRows = 55;
  const Names later = {"50", "51"};  // their features do not exist yet
  Names numbers;
  for (const Fault& fault : Table()) numbers.insert(fault.number);
  Names absent;
  for (int row = 1; row <= kRows; ++row) {
    if (!numbers.contains(std::to_string(row))) absent.insert(std::to_string(row));
  }
  EXPECT_EQ(absent, later);
}

TEST(FaultsTable, HoldsATestOfEverySuiteOfBulkheads) {
  Names suites;
  for (const Fault& fault : Table()) {
    for (const std::string& test : fault.tests) suites.insert(test.substr(0, test.find('.')));
  }
  const std::regex bulkheads(R"(\w*Bulkheads\w*)");
  Names absent;
  for (const std::string& test : TestsInSources()) {
    const std::string suite = test.substr(0, test.find('.'));
    if (std::regex_match(suite, bulkheads) && !suites.contains(suite)) absent.insert(suite);
  }
  EXPECT_THAT(absent, IsEmpty());
}

}  // namespace
}  // namespace falcon
