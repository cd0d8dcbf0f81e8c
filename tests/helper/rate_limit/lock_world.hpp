// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/rate_limit/lock_protocol.hpp"
#include "helper/rate_limit/rules.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
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

inline std::string describe_log(const RequestLog& log) {
  std::string text = log.holder ? std::to_string(log.holder->pid) : "-";
  for (const BootTime at : log.requests)
    text += ',' + std::to_string(at.time_since_epoch().count());
  return text + (log.failure ? 'f' + std::to_string(log.failure->at.time_since_epoch().count()) : "") +
         (log.success ? "s" : "") + (log.has_taken_over ? "t" : "");
}

/// The files of the state directory, the clock and the service.
struct World {
  [[nodiscard]] std::size_t number(const std::shared_ptr<Inode>& inode) {
    const auto found = std::ranges::find(inodes, inode);
    if (found != inodes.end()) return static_cast<std::size_t>(found - inodes.begin());
    inodes.push_back(inode);
    return inodes.size() - 1;
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
      throw std::system_error(std::make_error_code(std::errc::no_space_on_device));
    }
    inode_->log = log;
  }
  [[nodiscard]] std::string describe() const {
    return std::to_string(world_.number(inode_)) + (holds_ ? "+" : " ");
  }
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

  [[nodiscard]] std::string describe() const {
    std::string text(sizeof next_, '\0');
    std::memcpy(text.data(), &next_, sizeof next_);
    for (const auto& file : {file_.get(), older_.get()})
      text += file == nullptr ? "-" : static_cast<const ModelFile*>(file)->describe();
    text += std::to_string(generation_) + '/' + std::to_string(older_generation_) +
            (has_taken_over_ ? "t" : describe_log(inherited_));
    return text + (seen_ ? std::to_string(seen_->pid) : "-") + '/' +
           std::to_string(seen_since_.time_since_epoch().count()) + '/' +
           std::to_string(until_.time_since_epoch().count());
  }
};

}  // namespace sase::rate_limit::model
