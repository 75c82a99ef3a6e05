// A simulator in this process with a clock that tests move, and short ways to call it.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "simulator/base/json.h"
#include "simulator/simulator.h"

namespace falcon::simulator {

class Fixture : public ::testing::Test {
 protected:
  Fixture() {
    options_.alerts = 2000;
    options_.hosts = 300;
    options_.now = *ParseTime("2026-03-01T12:00:00Z");
    options_.now_function = [this] { return now_.load(); };
  }

  // Tests change `options_` first; the simulator starts with the first call.
  Simulator& cloud() {
    if (!cloud_) cloud_ = std::make_unique<Simulator>(options_);
    return *cloud_;
  }

  Reply Send(std::string method, std::string target, std::string body = "") {
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
  static int64_t Total(const Reply& reply) { return Body(reply)["meta"]["pagination"]["total"]; }
  static std::string Header(const Reply& reply, const std::string& name) {
    for (const auto& [key, value] : reply.headers) {
      if (key == name) return value;
    }
    return "";
  }
  static std::string Message(const Reply& reply) { return Body(reply)["errors"][0]["message"]; }

  Options options_;
  std::atomic<Nanos> now_{*ParseTime("2026-03-01T12:00:00Z")};
  std::string authorization_;

 private:
  std::unique_ptr<Simulator> cloud_;
};

}  // namespace falcon::simulator
