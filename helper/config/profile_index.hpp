// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile_snapshot.hpp"
#include "protocol/host.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sase::config {

/// A host, and the name of a profile that owns it.
using Ownership = std::pair<protocol::Host, std::string>;

/// Which profiles own which hosts, kept beside the cache so that a call which names only a host need not read
/// a thousand files. Whoever is given a name by it still looks into that profile itself; so a wrong index can
/// at worst hide that a second profile owns the host too.
///
/// A file that comes, goes or is replaced is noticed at once, since its directory changes. One that is
/// written to where it is would be seen only by looking at each file, which takes longer than the rest of the
/// call; that is done once in `trusted_for`, and whenever no profile is known to own the host.
///
/// Nothing here throws: without an index everything is read.
class ProfileIndex {
 public:
  static constexpr std::chrono::seconds trusted_for{10};

  /// `directories` are those of the profiles, and must outlive this.
  ProfileIndex(std::span<const std::string> directories, std::string state_directory)
      : directories_(directories), state_directory_(std::move(state_directory)) {}

  /// The profiles that own a host; nothing where there is no index, or it is out of date.
  [[nodiscard]] std::optional<std::vector<std::string>> owners_of(const protocol::Host& host) const noexcept;

  /// Keeps what reading all profiles came to. `before` was taken before they were read. Files that have just
  /// been written are not yet kept: the next change might bear the same time.
  void keep(const ProfileSnapshot& before, std::span<const Ownership> owners) const noexcept;

 private:
  std::span<const std::string> directories_;
  std::string state_directory_;
};

}  // namespace sase::config
