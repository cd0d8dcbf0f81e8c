// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/rate_limit/request_log.hpp"

#include <memory>
#include <optional>
#include <vector>

/// The protocol of the refresh lock, without system calls: tests/helper/rate_limit/lock_model_test.cpp runs
/// it in every order of steps. helper/README.md describes it.
namespace sase::rate_limit {

/// A process that still holds the lock this long after its deadline is stopped, not slow, and delays no other
/// any longer. A new holder also has this long to record itself.
inline constexpr std::chrono::milliseconds holder_grace = std::chrono::milliseconds(300);

/// An open lock file with the request log in it. Its destructor releases the lock.
class LockFile {
 public:
  LockFile() = default;
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  virtual ~LockFile() = default;

  /// Waits for the lock; false if `until` passed first.
  [[nodiscard]] virtual bool acquire(BootTime until) = 0;

  /// Both throw std::system_error.
  [[nodiscard]] virtual RequestLog read_log() const = 0;
  virtual void write_log(const RequestLog& log) = 0;
};

/// The lock files of a key, numbered by generation: a stopped holder keeps its file, and the others continue
/// with the next one.
class LockDirectory {
 public:
  LockDirectory() = default;
  LockDirectory(const LockDirectory&) = delete;
  LockDirectory& operator=(const LockDirectory&) = delete;
  virtual ~LockDirectory() = default;

  /// The generations of the files that exist, in ascending order.
  [[nodiscard]] virtual std::vector<unsigned> generations() const = 0;

  /// Creates the file if it does not exist.
  [[nodiscard]] virtual std::unique_ptr<LockFile> open(unsigned generation) = 0;

  /// Whether no other file is newer, and this one has not been removed.
  [[nodiscard]] virtual bool is_newest(const LockFile& file) const = 0;
  virtual void remove(unsigned generation) = 0;

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

  /// The stopped holder because of which this process has started a new generation.
  [[nodiscard]] const std::optional<LockHolder>& replaced_holder() const noexcept { return replaced_; }

  /// For the model: the file whose lock the next step waits for, and until when; null if it does not wait.
  [[nodiscard]] const LockFile* awaited() const noexcept;
  [[nodiscard]] BootTime awaited_until() const noexcept { return until_; }

 protected:
  // The model describes this state.
  using Operation = Result (LockAttempt::*)();

  Result open_newest();
  Result open_next();
  Result wait_for_lock();
  Result record_holder();
  Result check_newest();
  Result open_older();
  Result wait_for_older();
  Result take_over_log();

  Result then(Operation next) noexcept;
  Result open(unsigned generation);
  Result wait_until(BootTime time) noexcept;
  void write_log(RequestLog log) const;

  LockDirectory& directory_;
  LockHolder self_;
  BootTime wait_until_;
  Operation next_ = &LockAttempt::open_newest;
  unsigned generation_ = 0, older_generation_ = 0;
  std::unique_ptr<LockFile> file_, older_;
  std::optional<LockHolder> seen_;  ///< the holder in the file's log, as last read
  BootTime seen_since_{};
  BootTime until_{};            ///< of the current wait
  bool has_taken_over_ = true;  ///< whether the log of the generation before is in the file
  RequestLog inherited_;        ///< that log
  std::optional<LockHolder> replaced_;
};

}  // namespace sase::rate_limit
