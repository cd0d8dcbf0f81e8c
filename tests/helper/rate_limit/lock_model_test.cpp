// SPDX-License-Identifier: Apache-2.0
// The protocol of lock, request log and cache in every order of steps, without processes.
#include "tests/helper/rate_limit/lock_model.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

namespace sase::rate_limit::model {

namespace {

struct Choice {
  enum class Kind { step, kill, stop, resume, wait } kind;
  std::size_t call;
};

/// One run from the start.
class Run {
 public:
  Run(std::size_t calls, const Faults& faults) : faults_(faults) {
    world_.log_unwritable = faults.log_unwritable;
    const auto first = world_.files[0] = std::make_shared<Inode>();
    world_.token_expiry = start + 30s;  // less than min-ttl
    if (faults.limit_reached) first->log.requests.assign(request_limit, start);
    if (faults.old_record) first->log.holder = {.pid = 99, .since = start - 20s, .deadline = start - 10s};
    for (std::size_t i = 0; i < calls; ++i)
      calls_.push_back(std::make_unique<Call>(world_, static_cast<int>(i)));
  }

  [[nodiscard]] std::vector<Choice> list_choices() const {
    std::vector<Choice> choices;
    bool is_any_ready = false, is_any_running = false;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      const Call& call = *calls_[i];
      if (!call.is_alive()) continue;
      if (kills_ < faults_.crashes) choices.push_back({Choice::Kind::kill, i});
      if (call.is_stopped) {
        choices.push_back({Choice::Kind::resume, i});
        continue;
      }
      is_any_running = true;
      if (stops_ < faults_.stops) choices.push_back({Choice::Kind::stop, i});
      if (!call.is_ready()) continue;
      is_any_ready = true;
      choices.push_back({Choice::Kind::step, i});
    }
    if (is_any_running && !is_any_ready) choices.push_back({Choice::Kind::wait, 0});
    return choices;
  }

  void apply(const Choice& choice) {
    Call& call = *calls_[choice.call];
    switch (choice.kind) {
      case Choice::Kind::step: call.step(faults_); break;
      case Choice::Kind::kill:
        ++kills_, call.kill();
        was_disturbed_[choice.call] = true;
        break;
      case Choice::Kind::stop: ++stops_, call.is_stopped = was_disturbed_[choice.call] = true; break;
      case Choice::Kind::resume: call.is_stopped = false; break;
      case Choice::Kind::wait: wait(); break;
    }
    // The inodes are numbered when they appear, so that equal states have equal descriptions.
    for (const auto& [generation, inode] : world_.files)
      (void)world_.number(inode);
  }

  /// Which invariant does not hold; empty if all do.
  [[nodiscard]] std::string check() const {
    const auto is_in_flight = [this](const auto& call) {
      return call->is_sending() && world_.now < call->deadline();
    };
    if (std::ranges::count_if(calls_, is_in_flight) > 1) return "two requests at the same time";
    if (count_requests() > allowed_requests()) return "too many requests";
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      const Call& call = *calls_[i];
      if (was_disturbed_[i]) continue;
      if ((call.is_alive() ? world_.now : call.ended_at()) > call.deadline())
        return "a call past its deadline";
      if (!has_faults() && call.outcome() != Outcome::none && call.outcome() != Outcome::token)
        return "a call without a token";
      if (call.outcome() == Outcome::timeout && outlives_others(call))
        return "a call without the lock after the deadlines of all others";
    }
    const bool is_over =
        std::ranges::none_of(calls_, &Call::is_alive, [](const auto& call) -> Call& { return *call; });
    if (is_over && kills_ + stops_ == 0 && world_.files.rbegin()->first != 0) return "a second lock file";
    return {};
  }

  /// Equal for equal states.
  [[nodiscard]] std::size_t hash_state() {
    StateBytes state;
    state << world_.now << world_.token_expiry << kills_ << stops_ << was_disturbed_ << world_.files.size();
    for (const auto& [generation, inode] : world_.files)
      state << generation << world_.number(inode);
    for (const auto& inode : world_.inodes)
      state << inode->locked_by << inode->log;
    for (const auto& call : calls_)
      call->describe(state);
    return state.hash();
  }

 private:
  void wait() {
    BootTime next = BootTime::max();
    for (const auto& call : calls_)
      if (call->is_alive() && !call->is_stopped) next = std::min(next, call->ready_at());
    world_.now = std::max(world_.now, next);
  }
  [[nodiscard]] unsigned count_requests() const {
    unsigned count = 0;
    for (const auto& call : calls_)
      count += call->requests;
    return count;
  }
  /// A killed or stopped call may have sent one whose result is lost.
  [[nodiscard]] unsigned allowed_requests() const {
    if (faults_.limit_reached) return 0;
    const bool shares_nothing = faults_.no_cache || (faults_.log_unwritable && faults_.service_fails);
    return shares_nothing ? request_limit : 1 + kills_ + stops_;
  }
  /// Whether the call has time left after every other one should have ended.
  [[nodiscard]] bool outlives_others(const Call& call) const {
    return std::ranges::all_of(calls_, [&call](const auto& other) {
      return other.get() == &call || other->deadline() + 10 * holder_grace < call.deadline();
    });
  }
  [[nodiscard]] bool has_faults() const {
    return faults_.limit_reached || faults_.no_cache || faults_.service_fails || kills_ + stops_ > 0;
  }

  World world_;
  Faults faults_;
  std::vector<std::unique_ptr<Call>> calls_;
  std::array<bool, 5> was_disturbed_{};
  unsigned kills_ = 0, stops_ = 0;
};

/// Visits every state that the calls can reach.
class Exploration {
 public:
  Exploration(std::size_t calls, const Faults& faults) : calls_(calls), faults_(faults) {
    visit(std::make_unique<Run>(calls, faults));
  }

  [[nodiscard]] std::size_t states() const { return seen_.size(); }
  [[nodiscard]] const std::string& violation() const { return violation_; }

 private:
  void visit(std::unique_ptr<Run> run) {
    violation_ = path_.size() > 300 ? "calls that do not end" : run->check();
    if (!violation_.empty()) violation_ += describe_path();
    if (!violation_.empty() || !seen_.insert(run->hash_state()).second) return;
    std::vector<Choice> choices = run->list_choices();
    while (!choices.empty() && violation_.empty()) {
      path_.push_back(choices.back());
      choices.pop_back();
      // A run cannot be copied, so all but the last choice repeat it.
      std::unique_ptr<Run> next = choices.empty() ? std::move(run) : repeat();
      next->apply(path_.back());
      visit(std::move(next));
      path_.pop_back();
    }
  }
  /// All but the last step of the path.
  [[nodiscard]] std::unique_ptr<Run> repeat() const {
    auto run = std::make_unique<Run>(calls_, faults_);
    for (auto choice = path_.begin(); choice != path_.end() - 1; ++choice)
      run->apply(*choice);
    return run;
  }
  [[nodiscard]] std::string describe_path() const {
    constexpr std::array names = {"step", "kill", "stop", "resume", "wait"};
    std::string text;
    for (const Choice& choice : path_)
      text += std::string(", ") + names[static_cast<std::size_t>(choice.kind)] + ' ' +
              std::to_string(choice.call);
    return text;
  }

  std::size_t calls_;
  Faults faults_;
  std::vector<Choice> path_;
  std::unordered_set<std::size_t> seen_;
  std::string violation_;
};

/// A run in a random order; the violation, or an empty text.
std::string run_at_random(std::size_t calls, const Faults& faults, std::mt19937& random) {
  Run run(calls, faults);
  for (int steps = 0; steps < 2000; ++steps) {
    std::vector<Choice> choices = run.list_choices();
    // Faults are rare, so that they come at any step.
    std::erase_if(choices, [&random, size = choices.size()](const Choice& choice) {
      const bool is_fault = choice.kind == Choice::Kind::kill || choice.kind == Choice::Kind::stop;
      return size > 1 && is_fault && random() % 16 != 0;
    });
    if (choices.empty()) continue;
    if (run.list_choices().empty()) break;
    run.apply(choices[random() % choices.size()]);
    if (const std::string violation = run.check(); !violation.empty()) return violation;
    if (run.list_choices().empty()) return {};
  }
  return {};
}

}  // namespace

TEST_CASE("every order of steps of lock, log and cache keeps the promises", "[lock_model]") {
  struct Row {
    const char* name;
    std::size_t calls;
    Faults faults;
  };
  const auto row = GENERATE(values<Row>({
      {"four calls", 4, {}},
      {"three calls, one is killed", 3, {.crashes = 1}},
      {"three calls, one is stopped", 3, {.stops = 1}},
      {"two calls, one is stopped, after a holder that was killed", 2, {.old_record = true, .stops = 1}},
      {"two calls, one is killed and one is stopped, after a holder that was killed",
       2,
       {.old_record = true, .crashes = 1, .stops = 1}},
      {"two calls, one is killed and one is stopped", 2, {.crashes = 1, .stops = 1}},
      {"three calls that extend their deadlines, one is stopped", 3, {.extends = true, .stops = 1}},
      {"three calls, two are killed", 3, {.crashes = 2}},
      {"two calls, both are stopped", 2, {.stops = 2}},
      {"two calls, the log cannot be written, one is stopped", 2, {.log_unwritable = true, .stops = 1}},
      {"three calls, the log cannot be written", 3, {.log_unwritable = true, .crashes = 1}},
      {"two calls beyond the rate limit, one is stopped", 2, {.limit_reached = true, .stops = 1}},
      {"two calls beyond the rate limit, the log cannot be written, one is killed and one is stopped",
       2,
       {.log_unwritable = true, .limit_reached = true, .crashes = 1, .stops = 1}},
      {"four calls without a cache", 4, {.no_cache = true}},
      {"four calls, the service fails", 4, {.service_fails = true}},
      {"two calls, the service fails", 2, {.service_fails = true, .crashes = 1, .stops = 1}},
  }));

  DYNAMIC_SECTION(row.name) {
    const Exploration exploration(row.calls, row.faults);
    CHECK(exploration.violation() == "");
    WARN(row.name << ": " << exploration.states() << " states");
  }
}

// Takes half a minute.
TEST_CASE("every order of steps of three calls keeps the promises with two faults", "[.long][lock_model]") {
  const auto faults =
      GENERATE(Faults{.crashes = 1, .stops = 1}, Faults{.stops = 2},
               Faults{.log_unwritable = true, .stops = 1}, Faults{.limit_reached = true, .stops = 1},
               Faults{.log_unwritable = true, .limit_reached = true, .crashes = 1, .stops = 1},
               Faults{.log_unwritable = true, .limit_reached = true, .stops = 2});
  const Exploration exploration(3, faults);
  CHECK(exploration.violation() == "");
  WARN(exploration.states() << " states");
}

TEST_CASE("random orders of steps of many calls keep the promises", "[lock_model]") {
  std::mt19937 random(1);  // NOLINT(*-msc51-cpp) each run of the test is the same
  for (int i = 0; i < 1000; ++i) {
    const Faults faults{.log_unwritable = random() % 4 == 0,
                        .no_cache = random() % 4 == 0,
                        .service_fails = random() % 4 == 0,
                        .old_record = random() % 4 == 0,
                        .extends = random() % 4 == 0,
                        .crashes = static_cast<unsigned>(random() % 3),
                        .stops = static_cast<unsigned>(random() % 3)};
    INFO("run " << i << ": unwritable " << faults.log_unwritable << ", old record " << faults.old_record
                << ", killed " << faults.crashes << ", stopped " << faults.stops);
    REQUIRE(run_at_random(3 + random() % 3, faults, random) == "");
  }
}

}  // namespace sase::rate_limit::model
