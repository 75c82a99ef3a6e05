// A simulator in this process with a clock that tests move, short ways to call it, and its data
// alone.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "simulator/areas/area.h"
#include "simulator/base/json.h"
#include "simulator/simulator.h"

namespace falcon::simulator {

// The collections of every area, without endpoints.
class Data {
 public:
  explicit Data(const Options& options) : store(options), areas_(MakeAreas(store)) {}

  std::vector<const Collection*> collections() const {
    std::vector<const Collection*> all;
    for (const auto& area : areas_) {
      for (const Collection* rows : area->collections()) all.push_back(rows);
    }
    return all;
  }
  const Collection& operator[](std::string_view name) const {
    for (const Collection* rows : collections()) {
      if (rows->name() == name) return *rows;
    }
    throw std::out_of_range("no collection " + std::string(name));
  }

  Store store;

 private:
  std::vector<std::unique_ptr<Area>> areas_;
};

inline Options SmallOptions() {
  Options options;
  options.sizes = {{"alerts", 2000}, {"hosts", 300}};
  options.now = *ParseTime("2026-03-01T12:00:00Z");
  return options;
}

class Fixture : public ::testing::Test {
 protected:
  Fixture() {
    options_.now_function = [this] { return now_.load(); };
  }

  // Tests change `options_` first; the simulator starts with the first call.
  Simulator& cloud() {
    if (!cloud_) cloud_ = std::make_unique<Simulator>(options_);
    return *cloud_;
  }

  Reply Send(std::string method, std::string target, std::string body = "") {
    if (std::exchange(login_is_due_, false)) Login();
    Request request;
    request.method = std::move(method);
    request.path = target.substr(0, target.find('?'));
    if (const size_t at = target.find('?'); at != std::string::npos)
      request.query = ParseQuery(target.substr(at + 1));
    request.authorization = authorization_;
    request.body = std::move(body);
    return cloud().Handle(request);
  }
  Reply Get(std::string target) { return Send("GET", std::move(target)); }
  Reply Post(std::string target, const Json& body) {
    return Send("POST", std::move(target), body.dump());
  }

  Reply Login() {
    Reply reply =
        Send("POST", "/oauth2/token", "client_id=simulator-client&client_secret=simulator-secret");
    if (reply.status == 201)
      authorization_ = "Bearer " + Body(reply)["access_token"].get<std::string>();
    return reply;
  }

  static Json Body(const Reply& reply) { return Json::parse(reply.body); }
  // By value, so that a loop may run over it.
  static Json Resources(const Reply& reply) { return Body(reply)["resources"]; }
  Json Rows(std::string target) { return Resources(Get(std::move(target))); }
  // "ids=a&ids=b"
  static std::string IdsQuery(const Json& ids) {
    std::string query;
    for (const Json& id : ids) query += "&ids=" + id.get<std::string>();
    return query.substr(1);
  }
  static int64_t Total(const Reply& reply) { return Body(reply)["meta"]["pagination"]["total"]; }
  static std::string Header(const Reply& reply, const std::string& name) {
    for (const auto& [key, value] : reply.headers) {
      if (key == name) return value;
    }
    return "";
  }
  static std::string Message(const Reply& reply) { return Body(reply)["errors"][0]["message"]; }

  Options options_ = SmallOptions();
  std::atomic<Nanos> now_{*ParseTime("2026-03-01T12:00:00Z")};
  std::string authorization_;
  bool login_is_due_ = false;

 private:
  std::unique_ptr<Simulator> cloud_;
};

// Has a token from the first call on.
class ApiTest : public Fixture {
 protected:
  ApiTest() { login_is_due_ = true; }

  // `key` of the records of all pages; empty: the records are ids. A page leads on by `cursor`.
  std::set<std::string> AllIds(const std::string& target, const std::string& key,
                               const std::string& cursor) {
    std::set<std::string> ids;
    std::string at;
    do {
      const Json page = Body(Get(target + (at.empty() ? "" : "&" + cursor + "=" + at)));
      for (const Json& record : page["resources"]) ids.insert(key.empty() ? record : record[key]);
      at = page["meta"]["pagination"].value(cursor, "");
    } while (!at.empty());
    return ids;
  }
};

}  // namespace falcon::simulator
