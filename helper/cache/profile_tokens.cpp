// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/profile_tokens.hpp"

#include "helper/cache/keyring_cache.hpp"
#include "helper/config/state_directory.hpp"
#include "helper/os/files/private_directory.hpp"
#include "helper/os/keyring/user_keyring.hpp"

#include <string>
#include <system_error>

namespace sase::cache {

namespace {

std::size_t remove_files(const std::string& prefix, const Environment& environment) {
  const auto path = config::state_directory(environment);
  const auto directory = path ? os::PrivateDirectory::open(*path) : std::nullopt;
  if (!directory) return 0;
  std::size_t removed = 0;
  for (const std::string& name : directory->names()) {
    if (!name.starts_with(prefix) || name.ends_with(".lock")) continue;
    directory->remove_file(name);
    // What a killed writer left behind is none.
    if (name.ends_with(".token")) ++removed;
  }
  return removed;
}

std::size_t remove_keys(const std::string& prefix) {
  std::size_t removed = 0;
  for (const std::string& name : os::UserKeyring::names())
    // A long token has further keys, whose names go on after a '#'.
    if (name.starts_with(prefix) && os::UserKeyring::remove(name) && name.find('#') == std::string::npos)
      ++removed;
  return removed;
}

}  // namespace

std::size_t remove_tokens_of(std::string_view profile, const Environment& environment) {
  // As Identity::file_stem() begins; no profile's name holds an '@'.
  const std::string stem = std::string(profile) + '@';
  return remove_files(stem, environment) + remove_keys(std::string(KeyringCache::usual_prefix) + stem);
}

}  // namespace sase::cache
