// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/refresh_lock.hpp"

#include "helper/cache/encryption.hpp"
#include "helper/os/files/file_lock.hpp"
#include "helper/os/processes/this_process.hpp"
#include "helper/rate_limit/rules.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace sase::rate_limit {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

/// The file has two slots of fixed size, which the first write allocates: a full disk cannot make a later
/// write fail. Each write goes to the older slot, so a write that is interrupted loses nothing. Both are in
/// one block of most file systems. The largest log fits into one slot.
constexpr std::size_t slot_size = 2048;
constexpr std::size_t file_size = 2 * slot_size;

/// A slot: a line with sequence number, checksum and size of the log, then the log.
struct Slot {
  std::uint64_t sequence = 0;
  std::string_view log;
};

std::string checksum(std::string_view sequence, std::string_view log) {
  return cache::hash_name("sase-cred-log-v1", {sequence, log});
}

std::string format_slot(const Slot& slot) {
  const std::string sequence = std::to_string(slot.sequence);
  return sequence + ' ' + checksum(sequence, slot.log) + ' ' + std::to_string(slot.log.size()) + '\n' +
         std::string(slot.log);
}

/// Removes the text before `end`, and `end` itself, from `bytes`; returns the text.
std::string_view take_until(std::string_view& bytes, char end) {
  const std::string_view text = bytes.substr(0, bytes.find(end));
  bytes.remove_prefix(std::min(text.size() + 1, bytes.size()));
  return text;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && stop == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// Empty if it is damaged.
Slot parse_slot(std::string_view bytes) {
  const std::string_view sequence = take_until(bytes, ' ');
  const std::string_view sum = take_until(bytes, ' ');
  const auto size = parse_number(take_until(bytes, '\n'));
  const auto number = parse_number(sequence);
  if (!number || !size || *size > bytes.size()) return {};
  const std::string_view log = bytes.substr(0, *size);
  return sum == checksum(sequence, log) ? Slot{.sequence = *number, .log = log} : Slot{};
}

/// The slot that was written last.
Slot find_last_slot(std::string_view bytes) {
  const Slot first = parse_slot(bytes.substr(0, slot_size));
  const Slot second = parse_slot(bytes.substr(std::min(slot_size, bytes.size())));
  return first.sequence > second.sequence ? first : second;
}

/// A log that could not be written leaves a mark in the file's modification time: the boot clock's second of
/// the last request or of the holder's start, and as nanoseconds the number of requests and, in units of
/// `mark_unit`, the milliseconds until the holder's deadline. Real times are decades later.
constexpr std::int64_t mark_unit = 16;
constexpr std::size_t most_marked = std::size_t{2} * request_limit;
static_assert(most_marked < mark_unit);
constexpr milliseconds longest_marked = std::chrono::hours(17);  // 16 * 17 h are less than 10^9 ms

nanoseconds format_mark(const RequestLog& log) {
  if (log.requests.empty() && !log.holder) return {};
  const BootTime at = log.requests.empty() ? log.holder->since : log.requests.back();
  const auto second = std::chrono::floor<seconds>(at);
  const auto left = log.holder ? log.holder->deadline - second : milliseconds(0);
  return second.time_since_epoch() +
         nanoseconds(mark_unit * std::clamp(left, milliseconds(0), longest_marked).count()) +
         nanoseconds(std::min(log.requests.size(), most_marked));
}

void apply_mark(RequestLog& log, nanoseconds mark, BootTime now) {
  const auto second = std::chrono::floor<seconds>(mark);
  const BootTime at(second);
  if (at > now) return;
  const auto [left, count] = std::lldiv((mark - second).count(), mark_unit);
  log.holder.reset();
  if (left > 0) log.holder = {.pid = 0, .since = at, .deadline = at + milliseconds(left)};
  log.requests.assign(static_cast<std::size_t>(count), std::min(at + milliseconds(999), now));
}

/// Read once: reading the boot id costs as much as reading the log.
const BootId& this_boot() {
  static const BootId boot = current_boot();
  return boot;
}

RequestLog read_log_in(const os::FileLock& lock) {
  const std::string bytes = lock.read(file_size);
  RequestLog log = RequestLog::parse(find_last_slot(bytes).log, this_boot(), BootClock::now());
  apply_mark(log, lock.modified(), BootClock::now());
  return log;
}

void write_log_to(os::FileLock& lock, const RequestLog& log) {
  const std::string before = lock.read(file_size);
  const std::uint64_t sequence = find_last_slot(before).sequence + 1;
  std::string slot = format_slot({.sequence = sequence, .log = log.write(this_boot())});
  if (slot.size() > slot_size) throw std::system_error(std::make_error_code(std::errc::file_too_large));
  try {
    if (before.size() < file_size) lock.write(before.size(), std::string(file_size - before.size(), '\0'));
    lock.write(sequence % 2 * slot_size, slot);
  } catch (const std::system_error&) {
    lock.set_modified(format_mark(log));
    throw;
  }
}

steady_clock::time_point to_steady(BootTime time) {
  return steady_clock::now() + (time - BootClock::now());
}

std::string file_name(const std::string& key_id, LockName name) {
  switch (name) {
    case LockName::lock: return key_id + ".lock";
    case LockName::replacement: break;
  }
  return key_id + ".lock.new";
}

}  // namespace

std::string make_key_id(std::string_view authorize_url, std::string_view api_key) {
  return cache::hash_name("sase-cred-acctv1", {authorize_url, api_key});
}

std::string make_command_key_id(std::string_view authorize_url, std::string_view command) {
  return cache::hash_name("sase-cred-acctc1", {authorize_url, command});
}

RequestLog read_request_log(const os::PrivateDirectory& directory, const std::string& key_id) {
  os::Fd file = directory.open_file(file_name(key_id, LockName::lock));
  return file ? read_log_in(os::FileLock(std::move(file))) : RequestLog{};
}

std::optional<LockHolder> find_overdue_holder(const os::PrivateDirectory& directory,
                                              const std::string& key_id) {
  os::Fd file = directory.open_file(file_name(key_id, LockName::lock));
  if (!file) return std::nullopt;
  os::FileLock lock(std::move(file));
  auto holder = read_log_in(lock).holder;
  if (!holder || holder->pid == 0 || BootClock::now() < holder->deadline || lock.acquire({}))
    return std::nullopt;
  return holder;
}

class RefreshLock::File : public LockFile {
 public:
  File(const os::PrivateDirectory& directory, const std::string& key_id, LockName name)
      : directory_(directory), key_id_(key_id), lock_(directory.open_lock(file_name(key_id, name))) {}

  [[nodiscard]] bool acquire(BootTime until) override { return lock_.acquire(to_steady(until)); }
  void release() override { lock_.release(); }
  [[nodiscard]] bool has_name(LockName name) const override {
    return directory_.leads_to(file_name(key_id_, name), lock_.fd());
  }
  [[nodiscard]] RequestLog read_log() const override { return read_log_in(lock_); }
  void write_log(const RequestLog& log) override { write_log_to(lock_, log); }
  [[nodiscard]] int fd() const noexcept { return lock_.fd(); }

 private:
  const os::PrivateDirectory& directory_;
  const std::string& key_id_;
  os::FileLock lock_;
};

class RefreshLock::Directory : public LockDirectory {
 public:
  Directory(const std::string& path, std::string key_id)
      : directory_(os::PrivateDirectory::create(path)), key_id_(std::move(key_id)) {}

  [[nodiscard]] std::unique_ptr<LockFile> open(LockName name) override {
    return std::make_unique<File>(directory_, key_id_, name);
  }
  [[nodiscard]] bool exists(LockName name) const override {
    return directory_.contains(file_name(key_id_, name));
  }
  void replace_lock() override try {
    directory_.rename_file(file_name(key_id_, LockName::replacement), file_name(key_id_, LockName::lock));
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::no_such_file_or_directory) throw;
  }
  void remove_replacement() override { directory_.remove_file(file_name(key_id_, LockName::replacement)); }
  [[nodiscard]] BootTime now() const override { return BootClock::now(); }

  void require_space(std::size_t size) const {
    const std::string name = key_id_ + ".space";
    directory_.replace_file(name, std::string(size, '\0'));
    directory_.remove_file(name);
  }
  [[nodiscard]] int fd() const noexcept { return directory_.fd(); }

 private:
  os::PrivateDirectory directory_;
  std::string key_id_;
};

RefreshLock::RefreshLock() noexcept = default;
RefreshLock::RefreshLock(RefreshLock&&) noexcept = default;
RefreshLock& RefreshLock::operator=(RefreshLock&&) noexcept = default;
RefreshLock::~RefreshLock() = default;

std::optional<RefreshLock> RefreshLock::acquire(const std::string& directory, const std::string& key_id,
                                                BootTime wait_until, BootTime deadline,
                                                const std::function<void()>& on_wait) {
  RefreshLock acquired;
  acquired.directory_ = std::make_unique<Directory>(directory, key_id);
  LockAttempt attempt(*acquired.directory_,
                      {.pid = os::process_id(), .since = BootClock::now(), .deadline = deadline}, wait_until);
  auto result = LockAttempt::Result::pending;
  bool has_waited = false;
  while (result == LockAttempt::Result::pending) {
    if (attempt.awaited() != nullptr && attempt.awaited_until() > BootTime{} &&
        !std::exchange(has_waited, true) && on_wait)
      on_wait();
    result = attempt.step();
  }
  if (result == LockAttempt::Result::timed_out) return std::nullopt;
  acquired.file_ = attempt.take_lock();
  acquired.replaced_ = attempt.replaced_holder();
  return acquired;
}

RequestLog RefreshLock::read_log() const {
  return file_->read_log();
}

void RefreshLock::write_log(const RequestLog& log) const {
  file_->write_log(log);
}

void RefreshLock::record_holder(BootTime deadline) const {
  RequestLog log = read_log();
  log.holder = {.pid = os::process_id(), .since = BootClock::now(), .deadline = deadline};
  write_log(log);
}

void RefreshLock::require_space(std::size_t size) const {
  directory_->require_space(size);
}

bool RefreshLock::is_current() const {
  return file_->has_name(LockName::lock);
}

std::array<int, 2> RefreshLock::descriptors() const noexcept {
  return {directory_->fd(), static_cast<const File&>(*file_).fd()};
}

}  // namespace sase::rate_limit
