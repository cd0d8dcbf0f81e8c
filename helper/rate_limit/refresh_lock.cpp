// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/refresh_lock.hpp"

#include "helper/cache/encryption.hpp"
#include "helper/os/files/file_lock.hpp"
#include "helper/os/processes/this_process.hpp"
#include "helper/rate_limit/rejected_marks.hpp"
#include "helper/rate_limit/rules.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

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

/// Before each log in its slot.
std::string checksum(std::string_view log) { return cache::hash_name("sase-cred-log-v2", {log}); }

/// Read once: reading the boot id costs as much as reading the log.
const BootId& this_boot() {
  static const BootId boot = current_boot();
  return boot;
}

/// Empty if it is damaged.
RequestLog parse_slot(std::string_view slot) {
  constexpr std::size_t checksum_size = 32;
  slot = slot.substr(0, slot.find('\0'));
  const std::string_view log = slot.substr(std::min(checksum_size, slot.size()));
  return slot.starts_with(checksum(log)) ? RequestLog::parse(log, this_boot(), BootClock::now())
                                         : RequestLog{};
}

/// The log that was written last.
RequestLog parse_newest_slot(std::string_view bytes) {
  RequestLog first = parse_slot(bytes.substr(0, slot_size));
  RequestLog second = parse_slot(bytes.substr(std::min(slot_size, bytes.size())));
  return first.sequence > second.sequence ? first : second;
}

/// A log that could not be written leaves a mark in the file's modification time:
///   seconds = the boot clock's second of the last request, or else of the holder's start
///   nanoseconds = mark_unit * milliseconds to the holder's deadline + taken_over or 0 + number of requests
/// apply_mark() ignores a time in the future, and with it a real modification time, which is decades later.
constexpr std::int64_t taken_over = 16, mark_unit = 2 * taken_over;
constexpr std::size_t most_marked = std::size_t{2} * request_limit;
static_assert(most_marked < taken_over);
constexpr milliseconds longest_marked = std::chrono::hours(8);  // 32 * 8 h are less than 10^9 ms

nanoseconds format_mark(const RequestLog& log) {
  if (log.requests.empty() && !log.holder) return {};
  const BootTime at = log.requests.empty() ? log.holder->since : log.requests.back();
  const auto second = std::chrono::floor<seconds>(at);
  const auto left = log.holder ? log.holder->deadline - second : milliseconds(0);
  return second.time_since_epoch() +
         nanoseconds(mark_unit * std::clamp(left, milliseconds(0), longest_marked).count()) +
         nanoseconds(log.has_taken_over ? taken_over : 0) +
         nanoseconds(std::min(log.requests.size(), most_marked));
}

void apply_mark(RequestLog& log, nanoseconds mark, BootTime now) {
  const auto second = std::chrono::floor<seconds>(mark);
  const BootTime at(second);
  if (at > now) return;
  const auto [left, low] = std::lldiv((mark - second).count(), mark_unit);
  log.holder.reset();
  if (left > 0) log.holder = {.pid = 0, .since = at, .deadline = at + milliseconds(left)};
  log.has_taken_over = low >= taken_over;
  log.requests.assign(static_cast<std::size_t>(low % taken_over), std::min(at + milliseconds(999), now));
}

RequestLog read_log_in(const os::FileLock& lock) {
  RequestLog log = parse_newest_slot(lock.read(file_size));
  apply_mark(log, lock.modified(), BootClock::now());
  return log;
}

void write_log_to(const os::FileLock& lock, RequestLog log) {
  const std::string before = lock.read(file_size);
  log.sequence = parse_newest_slot(before).sequence + 1;
  const std::string text = log.write(this_boot());
  std::string slot = checksum(text) + text;
  if (slot.size() > slot_size) throw std::system_error(std::make_error_code(std::errc::file_too_large));
  slot.resize(slot_size);
  try {
    if (before.size() < file_size) lock.write(before.size(), std::string(file_size - before.size(), '\0'));
    lock.write(log.sequence % 2 == 0 ? 0 : slot_size, slot);
  } catch (const std::system_error&) {
    lock.set_modified(format_mark(log));
    throw;
  }
}

steady_clock::time_point to_steady(BootTime time) { return steady_clock::now() + (time - BootClock::now()); }

std::string file_name(const std::string& key_id, unsigned generation) {
  return key_id + (generation == 0 ? "" : '.' + std::to_string(generation)) + ".lock";
}

/// In ascending order.
std::vector<unsigned> list_generations(const os::PrivateDirectory& directory, const std::string& key_id) {
  std::vector<unsigned> generations;
  for (const std::string& name : directory.names()) {
    unsigned generation = 0;
    if (name.starts_with(key_id + '.'))
      std::from_chars(name.data() + key_id.size() + 1, name.data() + name.size(), generation);
    if (name == file_name(key_id, generation)) generations.push_back(generation);
  }
  std::ranges::sort(generations);
  return generations;
}

class File : public LockFile {
 public:
  File(const os::PrivateDirectory& directory, std::string name)
      : directory_(directory), lock_(directory.open_lock(name)), name_(std::move(name)) {}

  [[nodiscard]] bool acquire(BootTime until) override { return lock_.acquire(to_steady(until)); }
  [[nodiscard]] RequestLog read_log() const override { return read_log_in(lock_); }
  void write_log(const RequestLog& log) override { write_log_to(lock_, log); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool has_name() const noexcept { return directory_.leads_to(name_, lock_.fd()); }
  [[nodiscard]] int fd() const noexcept { return lock_.fd(); }

 private:
  const os::PrivateDirectory& directory_;
  os::FileLock lock_;
  std::string name_;
};

class Directory : public LockDirectory {
 public:
  Directory(const std::string& path, std::string key_id)
      : directory_(os::PrivateDirectory::create(path)), key_id_(std::move(key_id)) {}

  [[nodiscard]] std::vector<unsigned> generations() const override {
    return list_generations(directory_, key_id_);
  }
  [[nodiscard]] std::unique_ptr<LockFile> open(unsigned generation) override {
    return std::make_unique<File>(directory_, file_name(key_id_, generation));
  }
  [[nodiscard]] bool is_newest(const LockFile& lock) const override {
    const auto& file = static_cast<const File&>(lock);
    const auto existing = generations();
    return !existing.empty() && file.name() == file_name(key_id_, existing.back()) && file.has_name();
  }
  void remove(unsigned generation) override { directory_.remove_file(file_name(key_id_, generation)); }
  [[nodiscard]] BootTime now() const override { return BootClock::now(); }

  void require_space(std::size_t size) const {
    const std::string name = key_id_ + ".space";
    directory_.replace_file(name, std::string(size, '\0'));
    directory_.remove_file(name);
  }
  void add_rejected(RequestLog& log) const { rate_limit::add_rejected(log, directory_, key_id_); }
  void remove_rejected(const RequestLog& log) const noexcept {
    rate_limit::remove_rejected(log, directory_, key_id_);
  }
  [[nodiscard]] int fd() const noexcept { return directory_.fd(); }

 private:
  os::PrivateDirectory directory_;
  std::string key_id_;
};

}  // namespace

std::string make_key_id(std::string_view authorize_url, std::string_view api_key) {
  return cache::hash_name("sase-cred-acctv1", {authorize_url, api_key});
}

std::string make_command_key_id(std::string_view authorize_url, std::string_view command) {
  return cache::hash_name("sase-cred-acctc1", {authorize_url, command});
}

RequestLog read_request_log(const os::PrivateDirectory& directory, const std::string& key_id) {
  const auto generations = list_generations(directory, key_id);
  if (generations.empty()) return {};
  os::Fd file = directory.open_file(file_name(key_id, generations.back()));
  return file ? read_log_in(os::FileLock(std::move(file))) : RequestLog{};
}

std::optional<LockHolder> find_overdue_holder(const os::PrivateDirectory& directory,
                                              const std::string& key_id) {
  for (const unsigned generation : list_generations(directory, key_id)) {
    os::Fd file = directory.open_file(file_name(key_id, generation));
    if (!file) continue;
    os::FileLock lock(std::move(file));
    auto holder = read_log_in(lock).holder;
    if (holder && holder->pid != 0 && BootClock::now() >= holder->deadline && !lock.acquire({}))
      return holder;
  }
  return std::nullopt;
}

std::optional<RefreshLock> RefreshLock::acquire(const std::string& directory, const std::string& key_id,
                                                BootTime wait_until, BootTime deadline,
                                                const std::function<void()>& on_wait) {
  RefreshLock acquired;
  acquired.deadline_ = deadline;
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
  RequestLog log = file_->read_log();
  static_cast<const Directory&>(*directory_).add_rejected(log);
  return log;
}

void RefreshLock::write_log(const RequestLog& log) const {
  file_->write_log(log);
  if (is_current()) static_cast<const Directory&>(*directory_).remove_rejected(log);
}

/// As when the lock is acquired, the record comes before the check for a newer file.
bool RefreshLock::extend(BootTime deadline) {
  RequestLog log = read_log();
  log.holder = {.pid = os::process_id(), .since = BootClock::now(), .deadline = deadline_ = deadline};
  write_log(log);
  return directory_->is_newest(*file_);
}

void RefreshLock::require_space(std::size_t size) const {
  static_cast<const Directory&>(*directory_).require_space(size);
}

bool RefreshLock::is_current() const {
  return BootClock::now() < deadline_ && static_cast<const File&>(*file_).has_name();
}

std::array<int, 2> RefreshLock::descriptors() const noexcept {
  return {static_cast<const Directory&>(*directory_).fd(), static_cast<const File&>(*file_).fd()};
}

}  // namespace sase::rate_limit
