// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/rate_limit/lock_protocol.hpp"
#include "helper/rate_limit/rules.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

/// Files, clock, cache and service in memory. LockAttempt is the product's own.
namespace sase::rate_limit::model {

using namespace std::chrono_literals;

inline constexpr BootTime start{1h};
/// Of the first call. Each further one has more time, so that it can replace the lock of a stopped one.
inline constexpr auto shortest_timeout = 10s;
inline constexpr auto service_time = 1s;

struct Inode {
  RequestLog log;
  int locked_by = -1;  ///< a caller
  std::optional<std::size_t> number = {};
};

/// What goes wrong in a run.
struct Faults {
  bool log_unwritable = false;
  bool no_cache = false;
  bool service_fails = false;
  bool limit_reached = false;
  bool old_record = false;  ///< the last holder was killed and its deadline has passed
  bool extends = false;     ///< each call extends its deadline, as a background refresh does
  unsigned crashes = 0;     ///< at most so many callers are killed
  unsigned stops = 0;       ///< at most so many are stopped, some for ever
};

/// What distinguishes a state from others, as bytes.
class StateBytes {
 public:
  template <typename Value>
  StateBytes& operator<<(const Value& value) requires std::has_unique_object_representations_v<Value> {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  StateBytes& operator<<(BootTime time) { return *this << time.time_since_epoch().count(); }
  StateBytes& operator<<(const std::optional<LockHolder>& holder) {
    const LockHolder given = holder.value_or(LockHolder{.pid = -1});
    return *this << given.pid << given.since << given.deadline;
  }
  StateBytes& operator<<(const RequestLog& log) {
    *this << log.holder << log.requests.size();
    for (const BootTime at : log.requests)
      *this << at;
    return *this << (log.failure ? log.failure->at : BootTime{})
                 << (log.success ? log.success->at : BootTime{}) << log.has_taken_over;
  }
  [[nodiscard]] std::size_t hash() const { return std::hash<std::string>()(bytes_); }

 private:
  std::string bytes_;
};

/// The files of the state directory, the clock and the service.
struct World {
  [[nodiscard]] std::size_t number(const std::shared_ptr<Inode>& inode) {
    if (inode->number) return *inode->number;
    inodes.push_back(inode);
    return *(inode->number = inodes.size() - 1);
  }

  BootTime now = start;
  std::vector<std::shared_ptr<Inode>> inodes;        ///< in the order of their creation
  std::map<unsigned, std::shared_ptr<Inode>> files;  ///< by generation
  BootTime token_expiry{};                           ///< of the cached token
  bool log_unwritable = false;
  int running = -1;  ///< the caller whose step it is
};

class ModelFile : public LockFile {
 public:
  ModelFile(World& world, std::shared_ptr<Inode> inode)
      : world_(world), inode_(std::move(inode)), owner_(world.running) {}
  ModelFile(const ModelFile&) = delete;
  ModelFile& operator=(const ModelFile&) = delete;
  ~ModelFile() override {
    if (holds_) inode_->locked_by = -1;
  }

  [[nodiscard]] bool acquire(BootTime /*until*/) override {
    if (inode_->locked_by < 0) {
      inode_->locked_by = owner_;
      holds_ = true;
    }
    return holds_;
  }
  [[nodiscard]] RequestLog read_log() const override { return inode_->log; }
  void write_log(const RequestLog& log) override {
    if (world_.log_unwritable) {
      // As the modification time does.
      inode_->log.requests = log.requests;
      inode_->log.holder = log.holder;
      inode_->log.has_taken_over = log.has_taken_over;
      throw std::system_error(std::make_error_code(std::errc::no_space_on_device));
    }
    inode_->log = log;
  }
  void describe(StateBytes& state) const { state << world_.number(inode_) << holds_; }
  [[nodiscard]] const std::shared_ptr<Inode>& inode() const { return inode_; }
  [[nodiscard]] bool is_free() const { return holds_ || inode_->locked_by < 0; }

 private:
  World& world_;
  std::shared_ptr<Inode> inode_;
  int owner_;
  bool holds_ = false;
};

class ModelDirectory : public LockDirectory {
 public:
  explicit ModelDirectory(World& world) : world_(world) {}

  [[nodiscard]] std::vector<unsigned> generations() const override {
    std::vector<unsigned> generations;
    for (const auto& [generation, inode] : world_.files)
      generations.push_back(generation);
    return generations;
  }
  [[nodiscard]] std::unique_ptr<LockFile> open(unsigned generation) override {
    auto& inode = world_.files[generation];
    if (!inode) inode = std::make_shared<Inode>();
    return std::make_unique<ModelFile>(world_, inode);
  }
  [[nodiscard]] bool is_newest(const LockFile& file) const override {
    return !world_.files.empty() &&
           world_.files.rbegin()->second == static_cast<const ModelFile&>(file).inode();
  }
  void remove(unsigned generation) override { world_.files.erase(generation); }
  [[nodiscard]] BootTime now() const override { return world_.now; }

 private:
  World& world_;
};

/// Gives the state of an attempt, to recognize states that were visited before.
class ModelAttempt : public LockAttempt {
 public:
  using LockAttempt::LockAttempt;

  void describe(StateBytes& state) const {
    state << next_;
    for (const LockFile* const file : {file_.get(), older_.get()}) {
      state << (file != nullptr);
      if (file != nullptr) static_cast<const ModelFile*>(file)->describe(state);
    }
    state << generation_ << older_generation_ << (has_taken_over_ ? RequestLog{} : inherited_) << seen_
          << seen_since_ << until_;
  }
};

}  // namespace sase::rate_limit::model
