// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/token/fleet_decision.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

/// The steps of calls of several hosts with one store, in every order. The decisions are the product's own.
namespace sase::token::fleet_model {

using namespace std::chrono_literals;

inline constexpr std::chrono::sys_seconds model_time{1'800'000'000s};
inline constexpr int no_host = -1;

/// Which faults happen, each at any time.
struct Faults {
  bool stale_reads = true;
  bool lost_replies = true;
  int crashes = 1;
  int early_lease_ends = 0;           ///< of a host that was stopped: another one takes over
  bool compares_on_publish = true;    ///< false: what the comparison is for
  bool acquire_writes_record = true;  ///< likewise
  bool looks_after_loss = true;       ///< false: a host whose publish failed keeps its own token
};

/// Record and lock. Tokens are numbered in the order in which the service granted them; 0 if there is no
/// token.
struct Snapshot {
  int mod = 0, token = 0, requests = 0, holder = no_host, revision = 0;
};

enum class Phase {
  reading,
  deciding,
  acquiring,
  unconfirmed,
  authorizing,
  publishing,
  waiting,
  ended,
  crashed
};

struct Host {
  Phase phase = Phase::reading;
  Snapshot seen;
  int fence = 0, token = 0, rejected = 0, calls_left = 0;
};

struct World {
  Snapshot now, before;
  std::vector<Host> hosts;
  int granted = 0, acquired = 0, crashes = 0, early_ends = 0;

  [[nodiscard]] std::string key() const {
    std::string text;
    const auto add = [&text](int number) { text += static_cast<char>(number + 1); };
    for (const Snapshot* const each : {&now, &before})
      for (const int number : {each->mod, each->token, each->requests, each->holder, each->revision})
        add(number);
    for (const Host& host : hosts) {
      for (const int number :
           {host.seen.mod, host.seen.token, host.seen.requests, host.seen.holder, host.seen.revision,
            host.fence, host.token, host.rejected, host.calls_left, static_cast<int>(host.phase)})
        add(number);
    }
    for (const int number : {granted, acquired, crashes, early_ends})
      add(number);
    return text;
  }
};

/// The product's decision about a snapshot.
inline FleetStep decide_in_model(const Snapshot& snapshot, int rejected) {
  static std::map<std::tuple<int, int, bool, int>, FleetStep> known;
  const auto question = std::tuple(snapshot.token, snapshot.requests, snapshot.holder != no_host, rejected);
  if (const auto found = known.find(question); found != known.end()) return found->second;
  FleetView view{.now = model_time, .log_now = to_log_time(model_time), .record = {}, .holder = {}};
  if (snapshot.token != 0)
    view.record.token = FleetToken{.issued_at = model_time,
                                   .lifetime = 1h,
                                   .bearer = protocol::Secret("token" + std::to_string(snapshot.token))};
  view.record.log.requests.assign(static_cast<std::size_t>(snapshot.requests), to_log_time(model_time));
  if (snapshot.holder != no_host)
    view.holder = FleetLock{.host = "h", .pid = 1, .expires_at = model_time + 10s};
  FleetNeeds needs{.min_ttl = 1min,
                   .refresh_ahead = 15min,
                   .cached_left = {},
                   .rejected_tags = {},
                   .blocked = {},
                   .known_failure = {}};
  if (rejected != 0) needs.rejected_tags = {cache::tag_token("token" + std::to_string(rejected))};
  return known[question] = decide(view, needs).step;
}

/// Explores every state that the calls of these hosts can reach. Throws std::logic_error for a state that
/// must not be.
class Search {
 public:
  Search(const Faults& faults, int hosts, int calls) : faults_(faults) {
    World first;
    first.hosts.resize(static_cast<std::size_t>(hosts));
    for (Host& host : first.hosts)
      host.calls_left = calls - 1;
    add(first);
  }

  /// The number of states.
  std::size_t run() {
    while (!pending_.empty()) {
      const World world = std::move(pending_.back());
      pending_.pop_back();
      const std::size_t before = steps_;
      expand(world);
      const bool is_over = std::ranges::all_of(world.hosts, [](const Host& host) {
        return host.phase == Phase::ended || host.phase == Phase::crashed;
      });
      if (steps_ == before && !is_over) throw std::logic_error("a call waits for ever");
    }
    return visited_.size();
  }

 private:
  void add(const World& world) {
    ++steps_;
    if (visited_.insert(world.key()).second) pending_.push_back(world);
  }

  void expand(const World& world) {
    for (int i = 0; i < static_cast<int>(world.hosts.size()); ++i) {
      const Phase phase = at(world, i).phase;
      if (phase == Phase::crashed) continue;
      step(world, i);
      if (phase != Phase::ended && world.crashes < faults_.crashes) crash(world, i);
    }
    end_lease(world);
  }

  static const Host& at(const World& world, int i) { return world.hosts[static_cast<std::size_t>(i)]; }
  static Host& at(World& world, int i) { return world.hosts[static_cast<std::size_t>(i)]; }

  void crash(World world, int i) {
    at(world, i).phase = Phase::crashed;
    ++world.crashes;
    add(world);
  }

  /// etcd deletes the lock. That of a host that lives means that the host was stopped.
  void end_lease(World world) {
    if (world.now.holder == no_host) return;
    const Phase phase = at(world, world.now.holder).phase;
    const bool is_abandoned = phase == Phase::crashed || phase == Phase::ended;
    if (!is_abandoned && world.early_ends >= faults_.early_lease_ends) return;
    if (!is_abandoned) ++world.early_ends;
    write(world).holder = no_host;
    add(world);
  }

  static Snapshot& write(World& world) {
    world.before = world.now;
    ++world.now.revision;
    return world.now;
  }

  void step(World world, int i) {
    Host& host = at(world, i);
    switch (host.phase) {
      case Phase::reading: return read(world, i);
      case Phase::deciding: return decide_next(world, i);
      case Phase::acquiring: return acquire(world, i);
      case Phase::unconfirmed:  // the same write again: the record is still that of this host, or not
        return go_on(world, i, world.now.mod == host.fence ? Phase::authorizing : Phase::deciding);
      case Phase::authorizing: host.token = ++world.granted; return go_on(world, i, Phase::publishing);
      case Phase::publishing: return publish(world, i);
      case Phase::waiting:
        if (world.now.revision != host.seen.revision) go_on(world, i, Phase::deciding);
        return;
      case Phase::ended: return reject(world, i);
      case Phase::crashed: return;
    }
  }

  void go_on(World world, int i, Phase phase) {
    Host& host = at(world, i);
    if (phase == Phase::deciding) host.seen = world.now;
    host.phase = phase;
    add(world);
  }

  void read(const World& world, int i) {
    go_on(world, i, Phase::deciding);
    if (!faults_.stale_reads) return;
    World stale = world;
    at(stale, i).seen = world.before;
    at(stale, i).phase = Phase::deciding;
    add(stale);
  }

  void decide_next(World world, int i) {
    Host& host = at(world, i);
    switch (decide_in_model(host.seen, host.rejected)) {
      case FleetStep::use: host.token = host.seen.token; return go_on(world, i, Phase::ended);
      case FleetStep::wait: return go_on(world, i, Phase::waiting);
      case FleetStep::fail: return end_with_own(world, i);
      case FleetStep::acquire:
        return host.token != 0 ? end_with_own(world, i) : go_on(world, i, Phase::acquiring);
    }
  }

  /// The token of a host whose publish failed, if it has one. A service may have ended it for a later one.
  void end_with_own(const World& world, int i) {
    const Host& host = at(world, i);
    if (host.token != 0 && host.seen.token > host.token)
      throw std::logic_error("a host keeps a token although the store has a later one");
    go_on(world, i, Phase::ended);
  }

  void acquire(World world, int i) {
    Host& host = at(world, i);
    if (world.now.mod != host.seen.mod) return go_on(world, i, Phase::deciding);
    if (world.now.holder != no_host) throw std::logic_error("two hosts hold the lock");
    Snapshot& record = write(world);
    if (faults_.acquire_writes_record) record.mod = record.revision;
    record.holder = i;
    ++record.requests;
    ++world.acquired;
    if (record.requests != world.acquired) throw std::logic_error("a counted request was lost");
    host.fence = record.mod;
    go_on(world, i, Phase::authorizing);
    if (faults_.lost_replies) go_on(world, i, Phase::unconfirmed);
  }

  void publish(World world, int i) {
    Host& host = at(world, i);
    if (world.now.mod == host.fence || !faults_.compares_on_publish) {
      Snapshot& record = write(world);
      record.mod = record.revision;
      record.requests = host.seen.requests + 1;
      record.holder = no_host;
      if (record.token > host.token) throw std::logic_error("an older token replaced a newer one");
      record.token = host.token;
      if (record.requests != world.acquired) throw std::logic_error("a counted request was lost");
      return go_on(world, i, Phase::ended);
    }
    if (faults_.looks_after_loss) return go_on(world, i, Phase::deciding);
    host.seen = world.now;
    end_with_own(world, i);
  }

  /// The caller rejects the token, and asks for another one.
  void reject(World world, int i) {
    Host& host = at(world, i);
    if (host.calls_left == 0 || host.token == 0) return;
    --host.calls_left;
    host.rejected = host.token;
    host.token = 0;
    go_on(world, i, Phase::reading);
  }

  Faults faults_;
  std::vector<World> pending_;
  std::unordered_set<std::string> visited_;
  std::size_t steps_ = 0;
};

}  // namespace sase::token::fleet_model
