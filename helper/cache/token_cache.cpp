// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/token_cache.hpp"

#include "helper/config/directories.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/files/file_system.hpp"
#include "helper/os/keyring/user_keyring.hpp"

#include <algorithm>

namespace sase::cache {

namespace {

std::string token_file(const Identity& identity) { return identity.file_stem() + ".token"; }

std::size_t remove_files(const std::string& prefix, const Environment& environment) {
  const auto path = config::state_directory(environment);
  const auto directory = path ? os::PrivateDirectory::open(*path) : std::nullopt;
  if (!directory) return 0;
  std::size_t removed = 0;
  for (const std::string& name : directory->names()) {
    if (!name.starts_with(prefix) || name.ends_with(".lock")) continue;
    directory->remove_file(name);
    // Leftovers of a killed writer do not count.
    if (name.ends_with(".token")) ++removed;
  }
  return removed;
}

std::size_t remove_keyring_entries(const std::string& prefix) {
  std::size_t removed = 0;
  for (const std::string& name : os::UserKeyring::names())
    // The names of the further entries of a long token contain '#'.
    if (name.starts_with(prefix) && os::UserKeyring::remove(name) && name.find('#') == std::string::npos)
      ++removed;
  return removed;
}

}  // namespace

std::optional<Token> FileCache::find(const Identity& identity) {
  const auto directory = os::PrivateDirectory::open(directory_);
  if (!directory) return std::nullopt;
  const os::Fd file = directory->open_file(token_file(identity));
  if (!file) return std::nullopt;
  const auto status = os::read_status(file);
  if (!status) os::throw_errno("cannot read the cached token");
  std::string bytes(std::min<std::size_t>(status->size, TokenCipher::max_size + 1), '\0');
  bytes.resize(os::read_into(file.get(), bytes, "cannot read the cached token"));
  return TokenCipher::decrypt(bytes, identity);
}

void FileCache::store(const Identity& identity, const Token& token) {
  os::PrivateDirectory::create(directory_)
      .replace_file(token_file(identity), TokenCipher::encrypt(token, identity));
}

void FileCache::remove(const Identity& identity) {
  if (const auto directory = os::PrivateDirectory::open(directory_))
    directory->remove_file(token_file(identity));
}

std::unique_ptr<TokenCache> make_token_cache(config::CacheKind kind,
                                             const std::optional<std::string>& directory) {
  switch (kind) {
    case config::CacheKind::file: return directory ? std::make_unique<FileCache>(*directory) : nullptr;
    case config::CacheKind::keyring: return std::make_unique<KeyringCache>();
    case config::CacheKind::none: break;
  }
  return nullptr;
}

std::size_t remove_profile_tokens(std::string_view profile, const Environment& environment) {
  // The beginning of Identity::file_stem(); a profile name contains no '@'.
  const std::string stem = std::string(profile) + '@';
  return remove_files(stem, environment) +
         remove_keyring_entries(std::string(KeyringCache::usual_prefix) + stem);
}

}  // namespace sase::cache
