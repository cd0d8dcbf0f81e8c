// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/file_cache.hpp"

#include "helper/os/files/private_directory.hpp"

#include <array>
#include <utility>

#include <sys/stat.h>
#include <sys/uio.h>

namespace sase::cache {

namespace {

std::string token_file(const Identity& identity) {
  return identity.file_stem() + ".token";
}

}  // namespace

std::optional<CachedToken> FileCache::find(const Identity& identity) {
  const auto directory = os::PrivateDirectory::open(directory_);
  if (!directory) return std::nullopt;
  const os::Fd file = directory->open_file(token_file(identity));
  if (!file) return std::nullopt;
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) os::throw_errno("cannot look at the cached token");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size <= TokenCipher::head_size || size > TokenCipher::max_size) return std::nullopt;

  std::array<char, TokenCipher::head_size> head{};
  protocol::Secret sealed = protocol::Secret::with_capacity(size - head.size());
  const std::array<iovec, 2> parts{
      {{.iov_base = head.data(), .iov_len = head.size()},
       {.iov_base = sealed.room(size - head.size()).data(), .iov_len = size - head.size()}}};
  const ssize_t got = ::readv(file.get(), parts.data(), static_cast<int>(parts.size()));
  if (got < 0) os::throw_errno("cannot read the cached token");
  if (static_cast<std::size_t>(got) != size) return std::nullopt;
  sealed.commit(size - head.size());
  return TokenCipher::decrypt({head.data(), head.size()}, std::move(sealed), identity);
}

void FileCache::store(const Identity& identity, const CachedToken& token) {
  os::PrivateDirectory::create(directory_)
      .replace_file(token_file(identity), TokenCipher::encrypt(token, identity));
}

void FileCache::remove(const Identity& identity) {
  if (const auto directory = os::PrivateDirectory::open(directory_))
    directory->remove_file(token_file(identity));
}

}  // namespace sase::cache
