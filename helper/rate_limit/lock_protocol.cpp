// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/lock_protocol.hpp"

#include <algorithm>
#include <system_error>

namespace sase::rate_limit {

BootTime replace_time(const std::optional<LockHolder>& holder, BootTime seen) noexcept {
  return (holder ? std::max(holder->deadline, seen) : seen) + holder_grace;
}

const LockFile* LockAttempt::awaited() const noexcept {
  if (next_ == &LockAttempt::wait_for_lock) return file_.get();
  return next_ == &LockAttempt::wait_for_replacement ? replacement_.get() : nullptr;
}

LockAttempt::Result LockAttempt::then(Operation next) noexcept {
  next_ = next;
  return Result::pending;
}

/// A full disk keeps no process from acquiring the lock.
void LockAttempt::write_log(LockFile& file, RequestLog log) const try {
  log.holder = self_;
  file.write_log(log);
} catch (const std::system_error&) {
  return;
}

LockAttempt::Result LockAttempt::start_again() {
  replaced_.reset();
  replacement_.reset();
  file_.reset();
  return then(&LockAttempt::open_lock);
}

LockAttempt::Result LockAttempt::open_lock() {
  file_ = directory_.open(LockName::lock);
  seen_.reset();
  seen_since_ = directory_.now();
  until_ = BootTime{};  // first without waiting: usually the lock is free
  return then(&LockAttempt::wait_for_lock);
}

/// Whether the holder of the lock should have released it. Sets the end of the next wait.
bool LockAttempt::is_overdue() {
  const BootTime now = directory_.now();
  const auto holder = file_->read_log().holder;
  if (holder != seen_) {
    seen_ = holder;
    seen_since_ = now;
  }
  // The record of this process may remain from when it gave way to another.
  const BootTime replaceable = replace_time(seen_ == self_ ? std::nullopt : seen_, seen_since_);
  until_ = std::min(wait_until_, replaceable);
  return now >= replaceable;
}

LockAttempt::Result LockAttempt::wait_for_lock() {
  if (file_->acquire(until_)) return then(&LockAttempt::record_holder);
  if (directory_.now() >= wait_until_) return Result::timed_out;
  return is_overdue() ? then(&LockAttempt::open_replacement) : Result::pending;
}

/// The record comes before the check for a replacement, and a process that replaces the lock creates the
/// replacement before it reads the record: at least one of the two sees the other.
LockAttempt::Result LockAttempt::record_holder() {
  write_log(*file_, file_->read_log());
  return then(&LockAttempt::check_replacement);
}

/// A process that replaces the lock gives way to one that holds it, which therefore keeps it. Otherwise two
/// processes could give way to each other for ever.
LockAttempt::Result LockAttempt::check_replacement() {
  return then(directory_.exists(LockName::replacement) ? &LockAttempt::open_replacement
                                                       : &LockAttempt::check_name);
}

LockAttempt::Result LockAttempt::check_name() {
  return file_->has_name(LockName::lock) ? Result::acquired : start_again();
}

LockAttempt::Result LockAttempt::open_replacement() {
  replacement_ = directory_.open(LockName::replacement);
  until_ = std::min(wait_until_, directory_.now() + holder_grace);
  return then(&LockAttempt::wait_for_replacement);
}

/// The lock of the replacement is held only for steps on this machine: one that is held longer is the lock by
/// now, or its holder is stopped.
LockAttempt::Result LockAttempt::wait_for_replacement() {
  if (replacement_->acquire(until_)) return then(&LockAttempt::check_both);
  const BootTime now = directory_.now();
  if (now >= wait_until_) return Result::timed_out;
  if (now < until_) return Result::pending;
  if (replacement_->has_name(LockName::replacement)) directory_.remove_replacement();
  return start_again();
}

/// With the lock of the replacement, which keeps all others from replacing the lock.
LockAttempt::Result LockAttempt::check_both() {
  if (replacement_->has_name(LockName::lock)) {
    file_ = std::move(replacement_);
    return then(&LockAttempt::record_holder);
  }
  const bool is_current = file_->has_name(LockName::lock);
  const bool is_free = file_->acquire(BootTime{});
  if (replacement_->has_name(LockName::replacement)) {
    if (is_current && !is_free && file_->read_log().holder == seen_ && is_overdue())
      return then(&LockAttempt::copy_log);
    directory_.remove_replacement();
  }
  replacement_.reset();
  return is_current && is_free ? then(&LockAttempt::record_holder) : start_again();
}

LockAttempt::Result LockAttempt::copy_log() {
  const RequestLog log = file_->read_log();
  replaced_ = log.holder;
  write_log(*replacement_, log);
  return then(&LockAttempt::replace);
}

/// If this process was stopped, another one may have removed its replacement. No file system can join the
/// first check and the rename, which are one step in the model: a process that is stopped between the two
/// may rename the replacement of another too early, so that two requests overlap.
LockAttempt::Result LockAttempt::replace() {
  if (!replacement_->has_name(LockName::replacement)) return start_again();
  directory_.replace_lock();
  if (!replacement_->has_name(LockName::lock)) return start_again();
  file_ = std::move(replacement_);
  return Result::acquired;
}

}  // namespace sase::rate_limit
