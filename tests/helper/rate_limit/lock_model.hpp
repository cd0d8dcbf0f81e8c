// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/helper/rate_limit/lock_world.hpp"

/// The steps of one call. The rules are the product's own.
namespace sase::rate_limit::model {

enum class Phase {
  acquiring,
  extending,
  confirming,
  looking,
  deciding,
  counting,
  sending,
  waiting,
  storing,
  recording,
  ended
};
enum class Outcome { none, token, failure, timeout };

/// One call, as TokenProvider::get() makes it.
class Call {
 public:
  Call(World& world, int number)
      : world_(world),
        directory_(world),
        number_(number),
        started_(world.now),
        deadline_(world.now + shortest_timeout + number * 5s),
        attempt_(std::in_place, directory_,
                 LockHolder{.pid = number + 1, .since = world.now, .deadline = deadline_}, deadline_) {}

  [[nodiscard]] BootTime deadline() const { return deadline_; }
  [[nodiscard]] bool is_alive() const { return phase_ != Phase::ended; }
  [[nodiscard]] bool is_sending() const { return phase_ == Phase::waiting; }
  [[nodiscard]] Outcome outcome() const { return outcome_; }
  [[nodiscard]] Phase phase() const { return phase_; }
  bool is_stopped = false;

  /// Whether a step changes anything now; otherwise when it will.
  [[nodiscard]] bool is_ready() const { return world_.now >= ready_at(); }
  [[nodiscard]] BootTime ready_at() const {
    if (phase_ == Phase::waiting) return std::min(answer_at_, deadline());
    if (phase_ != Phase::acquiring) return BootTime{};
    const auto* const file = static_cast<const ModelFile*>(attempt_->awaited());
    return file == nullptr || file->is_free() ? BootTime{} : std::min(attempt_->awaited_until(), deadline());
  }

  void step(const Faults& faults) {
    world_.running = number_;
    switch (phase_) {
      case Phase::acquiring: return acquire(faults);
      case Phase::extending: return extend();
      case Phase::confirming: return confirm();
      case Phase::looking: return look();
      case Phase::deciding: return decide();
      case Phase::counting: return count();
      case Phase::sending: return send();
      case Phase::waiting: return receive(faults);
      case Phase::storing: return store(faults);
      case Phase::recording: return record();
      case Phase::ended: return;
    }
  }

  void describe(StateBytes& state) const {
    state << phase_ << is_stopped << attempt_.has_value();
    if (attempt_) attempt_->describe(state);
    state << answer_at_ << is_success_ << outcome_ << log_ << requests << deadline_;
  }
  [[nodiscard]] BootTime ended_at() const { return ended_at_; }

  /// The process ends: the kernel releases its locks.
  void kill() {
    phase_ = Phase::ended;
    ended_at_ = world_.now;
    lock_.reset();
    attempt_.reset();
  }

  unsigned requests = 0;

 private:
  [[nodiscard]] CallContext context() const {
    return {.started = started_,
            .now = world_.now,
            .network_fingerprint = "network",
            .min_ttl = 1min,
            .deadline = deadline()};
  }
  void end(Outcome outcome) {
    kill();
    outcome_ = outcome;
  }
  void write() try { lock_->write_log(log_); } catch (const std::system_error&) {
    return;
  }

  void acquire(const Faults& faults) {
    switch (attempt_->step()) {
      case LockAttempt::Result::pending: return;
      case LockAttempt::Result::timed_out: return end(Outcome::timeout);
      case LockAttempt::Result::acquired:
        lock_ = attempt_->take_lock();
        phase_ = faults.extends ? Phase::extending : Phase::looking;
    }
  }
  void extend() {
    log_ = lock_->read_log();
    deadline_ += 5s;
    log_.holder = {.pid = number_ + 1, .since = world_.now, .deadline = deadline_};
    write();
    phase_ = Phase::confirming;
  }
  void confirm() {
    if (!directory_.is_newest(*lock_)) return end(Outcome::failure);
    phase_ = Phase::looking;
  }
  void look() {
    if (world_.token_expiry - world_.now >= context().min_ttl) return end(Outcome::token);
    phase_ = Phase::deciding;
  }
  void decide() {
    log_ = lock_->read_log();
    if (why_blocked(log_, context())) return end(Outcome::failure);
    phase_ = Phase::counting;
  }
  void count() {
    count_before_send(log_, world_.now);
    write();
    phase_ = Phase::sending;
  }
  void send() {
    if (world_.now >= deadline()) return end(Outcome::timeout);
    ++requests;
    answer_at_ = world_.now + service_time;
    phase_ = Phase::waiting;
  }
  void receive(const Faults& faults) {
    is_success_ = world_.now >= answer_at_ && !faults.service_fails;
    phase_ = is_success_ ? Phase::storing : Phase::recording;
  }
  void store(const Faults& faults) {
    if (!faults.no_cache) world_.token_expiry = answer_at_ - service_time + 1h;
    phase_ = Phase::recording;
  }
  void record() {
    correct_count(log_, 1, world_.now);
    if (is_success_)
      record_success(log_, {.at = world_.now, .lifetime = 1h});
    else
      record_failure(
          log_,
          {.kind = protocol::ErrorKind::unreachable, .what = "no answer", .hint = "", .retry_after = {}},
          "network", world_.now);
    write();
    end(is_success_ ? Outcome::token : Outcome::failure);
  }

  World& world_;
  ModelDirectory directory_;
  int number_;
  BootTime started_, deadline_;
  std::optional<ModelAttempt> attempt_;
  Phase phase_ = Phase::acquiring;
  std::unique_ptr<LockFile> lock_;
  RequestLog log_;
  BootTime answer_at_{}, ended_at_{};
  bool is_success_ = false;
  Outcome outcome_ = Outcome::none;
};

}  // namespace sase::rate_limit::model
