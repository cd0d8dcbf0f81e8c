// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/lock_protocol.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace sase::rate_limit {

const LockFile* LockAttempt::awaited() const noexcept {
  if (next_ == &LockAttempt::wait_for_lock) return file_.get();
  return next_ == &LockAttempt::wait_for_older ? older_.get() : nullptr;
}

LockAttempt::Result LockAttempt::then(Operation next) noexcept {
  next_ = next;
  return Result::pending;
}

LockAttempt::Result LockAttempt::wait_until(BootTime time) noexcept {
  until_ = std::min(wait_until_, time);
  return directory_.now() >= wait_until_ ? Result::timed_out : Result::pending;
}

/// A full disk keeps no process from acquiring the lock.
void LockAttempt::write_log(RequestLog log) const try {
  log.holder = self_;
  file_->write_log(log);
} catch (const std::system_error&) {
  return;
}

LockAttempt::Result LockAttempt::open(unsigned generation) {
  generation_ = generation;
  file_ = directory_.open(generation);
  seen_.reset();
  seen_since_ = directory_.now();
  until_ = BootTime{};  // first without waiting: usually the lock is free
  return then(&LockAttempt::wait_for_lock);
}

LockAttempt::Result LockAttempt::open_newest() {
  const std::vector<unsigned> generations = directory_.generations();
  return open(generations.empty() ? 0 : generations.back());
}

LockAttempt::Result LockAttempt::open_next() { return open(generation_ + 1); }

LockAttempt::Result LockAttempt::wait_for_lock() {
  if (file_->acquire(until_)) return then(&LockAttempt::record_holder);
  const BootTime now = directory_.now();
  const auto holder = file_->read_log().holder;
  if (std::exchange(seen_, holder) != holder) seen_since_ = now;
  const BootTime overdue = (holder ? std::max(holder->deadline, seen_since_) : seen_since_) + holder_grace;
  return now >= overdue && now < wait_until_ ? then(&LockAttempt::open_next) : wait_until(overdue);
}

/// The record comes before the check for a newer file, and a process that creates a newer file does so before
/// it reads the record: at least one of the two sees the other.
LockAttempt::Result LockAttempt::record_holder() {
  RequestLog log = file_->read_log();
  has_taken_over_ = generation_ == 0 || log.has_taken_over;
  write_log(std::move(log));
  return then(&LockAttempt::check_newest);
}

LockAttempt::Result LockAttempt::check_newest() {
  older_generation_ = 0;
  return then(directory_.is_newest(*file_) ? &LockAttempt::open_older : &LockAttempt::open_newest);
}

LockAttempt::Result LockAttempt::open_older() {
  older_.reset();
  if (generation_ == 0) return Result::acquired;
  const std::vector<unsigned> generations = directory_.generations();
  const auto older = std::ranges::lower_bound(generations, older_generation_);
  if (older == generations.end() || *older >= generation_)
    return has_taken_over_ ? Result::acquired : then(&LockAttempt::take_over_log);
  older_generation_ = *older;
  older_ = directory_.open(*older);
  until_ = BootTime{};
  return then(&LockAttempt::wait_for_older);
}

/// Waits for a process that has acquired an older file before this one was created. One that has not recorded
/// itself will find this file.
LockAttempt::Result LockAttempt::wait_for_older() {
  const bool is_free = older_->acquire(until_);
  const RequestLog log = older_->read_log();
  // The record of this process may remain from before it found this file.
  const bool is_recorded = log.holder && log.holder != self_;
  if (!is_free && is_recorded && directory_.now() < log.holder->deadline + holder_grace)
    return wait_until(log.holder->deadline + holder_grace);
  if (has_taken_over_ && is_free) directory_.remove(older_generation_);
  if (!has_taken_over_ && (log.has_taken_over || older_generation_ == 0)) inherited_ = log;
  if (!has_taken_over_ && !is_free) replaced_ = log.holder;
  ++older_generation_;
  return then(&LockAttempt::open_older);
}

/// Then looks at the older files again, to remove those that are free.
LockAttempt::Result LockAttempt::take_over_log() {
  inherited_.has_taken_over = has_taken_over_ = true;
  write_log(std::move(inherited_));
  older_generation_ = 0;
  return then(&LockAttempt::open_older);
}

}  // namespace sase::rate_limit
