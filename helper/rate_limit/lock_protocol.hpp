// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/rate_limit/request_log.hpp"

#include <memory>
#include <optional>

/// The protocol of the refresh lock, without system calls: tests/helper/rate_limit/lock_model_test.cpp runs
/// it in every order of steps. helper/README.md describes it.
namespace sase::rate_limit {

/// A process that still holds the lock this long after its deadline is stopped, not slow. A new holder also
/// has this long to record itself, and a process that replaces the lock has this long for that.
inline constexpr std::chrono::milliseconds holder_grace = std::chrono::milliseconds(300);

/// When a process that has seen the record of this holder since `seen` may replace the lock.
[[nodiscard]] BootTime replace_time(const std::optional<LockHolder>& holder, BootTime seen) noexcept;

/// The names of the two files: the lock, and the one that is about to replace it.
enum class LockName { lock, replacement };

/// An open lock file with the request log in it.
class LockFile {
 public:
  LockFile() = default;
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  virtual ~LockFile() = default;  ///< releases the lock

  /// Waits for the lock; false if `until` passed first.
  [[nodiscard]] virtual bool acquire(BootTime until) = 0;
  virtual void release() = 0;

  /// Whether this name leads to the file.
  [[nodiscard]] virtual bool has_name(LockName name) const = 0;

  [[nodiscard]] virtual RequestLog read_log() const = 0;

  /// Throws std::system_error.
  virtual void write_log(const RequestLog& log) = 0;
};

class LockDirectory {
 public:
  LockDirectory() = default;
  LockDirectory(const LockDirectory&) = delete;
  LockDirectory& operator=(const LockDirectory&) = delete;
  virtual ~LockDirectory() = default;

  /// Creates the file if it does not exist.
  [[nodiscard]] virtual std::unique_ptr<LockFile> open(LockName name) = 0;
  [[nodiscard]] virtual bool exists(LockName name) const = 0;

  /// Renames the replacement to the lock; does nothing if there is no replacement.
  virtual void replace_lock() = 0;
  virtual void remove_replacement() = 0;

  [[nodiscard]] virtual BootTime now() const = 0;
};

/// One process that acquires the lock, one operation after the other.
class LockAttempt {
 public:
  enum class Result { pending, acquired, timed_out };

  /// `self` is recorded in the lock. The directory must outlive this object.
  LockAttempt(LockDirectory& directory, const LockHolder& self, BootTime wait_until) noexcept
      : directory_(directory), self_(self), wait_until_(wait_until) {}

  /// Performs the next operation. Throws what the directory and its files throw.
  [[nodiscard]] Result step() { return (this->*next_)(); }

  /// The acquired lock.
  [[nodiscard]] std::unique_ptr<LockFile> take_lock() noexcept { return std::move(file_); }

  /// The stopped holder whose lock was replaced.
  [[nodiscard]] const std::optional<LockHolder>& replaced_holder() const noexcept { return replaced_; }

  /// For the model: the file whose lock the next step waits for, and until when; null if it does not wait.
  [[nodiscard]] const LockFile* awaited() const noexcept;
  [[nodiscard]] BootTime awaited_until() const noexcept { return until_; }

 protected:
  // The model describes this state.
  using Operation = Result (LockAttempt::*)();

  Result open_lock();
  Result wait_for_lock();
  Result record_holder();
  Result check_replacement();
  Result check_name();
  Result open_replacement();
  Result wait_for_replacement();
  Result check_both();
  Result copy_log();
  Result replace();

  void write_log(LockFile& file, RequestLog log) const;
  Result then(Operation next) noexcept;
  Result start_again();
  [[nodiscard]] bool is_overdue();

  LockDirectory& directory_;
  LockHolder self_;
  BootTime wait_until_;
  Operation next_ = &LockAttempt::open_lock;
  std::unique_ptr<LockFile> file_, replacement_;
  std::optional<LockHolder> seen_;  ///< the holder in the file's log, as last read
  BootTime seen_since_{};
  BootTime until_{};  ///< of the current wait
  std::optional<LockHolder> replaced_;
};

}  // namespace sase::rate_limit
