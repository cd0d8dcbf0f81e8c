// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "helper/authorize/service/retry.hpp"
#include "helper/network/report/progress.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace sase::authorize {

/// Replies from a script: one step per request; the last step is repeated.
class FakeTransport : public Transport {
 public:
  using Step = std::function<HttpReply()>;

  FakeTransport(Progress& progress, std::vector<Step> steps)
      : progress_(progress), steps_(std::move(steps)) {}

  HttpReply post(std::string_view body) override {
    progress_.count_request();
    bodies.emplace_back(body);
    const auto& step = steps_[std::min(bodies.size(), steps_.size()) - 1];
    return step();
  }

  HttpReply get(std::string_view url, std::string_view token) override {
    read.emplace_back(std::string(url) + ' ' + std::string(token));
    return answer_read();
  }

  void reach() override {
    ++reached;
    on_reach();
  }

  /// The reply to a GET, and what happens in reach().
  std::function<HttpReply()> answer_read = [] {
    HttpReply reply;
    reply.status = 200;
    reply.content_type = "text/plain";
    reply.body = protocol::Secret("Ok");
    return reply;
  };
  std::function<void()> on_reach = [] {};

  std::vector<std::string> bodies;
  std::vector<std::string> read;  ///< each URL with its token
  int reached = 0;

 private:
  Progress& progress_;
  std::vector<Step> steps_;
};

/// A clock that advances only in pauses.
class FakeTiming : public Timing {
 public:
  explicit FakeTiming(std::chrono::milliseconds time_left) : left(time_left) {}

  [[nodiscard]] std::chrono::milliseconds time_left() const override { return left; }
  [[nodiscard]] std::chrono::sys_seconds wall_clock() const override {
    return std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000));
  }
  [[nodiscard]] double chance() override { return 0.5; }
  void pause(std::chrono::milliseconds duration) override {
    pauses.push_back(duration);
    left -= duration;
  }

  std::chrono::milliseconds left;
  std::vector<std::chrono::milliseconds> pauses;
};

[[nodiscard]] inline HttpReply reply_with(int status, std::string_view body) {
  return {.status = status,
          .content_type = "application/json",
          .date = "Fri, 15 Jan 2027 08:00:00 GMT",  // epoch second 1,800,000,000
          .retry_after = {},
          .location = {},
          .body = protocol::Secret(body)};
}

}  // namespace sase::authorize
