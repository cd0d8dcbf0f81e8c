// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/file_cache.hpp"

#include "helper/os/files/file_status.hpp"
#include "helper/os/files/private_directory.hpp"
#include "helper/os/stream.hpp"

#include <array>
#include <utility>

namespace sase::cache {

namespace {

std::string token_file(const Identity& identity) {
  return identity.file_stem() + ".token";
}

}  // namespace

std::optional<Token> FileCache::find(const Identity& identity) {
  const auto directory = os::PrivateDirectory::open(directory_);
  if (!directory) return std::nullopt;
  const os::Fd file = directory->open_file(token_file(identity));
  if (!file) return std::nullopt;
  const auto status = os::read_status(file);
  if (!status) os::throw_errno("cannot read the cached token");
  const std::size_t size = status->size;
  if (size <= TokenCipher::head_size || size > TokenCipher::max_size) return std::nullopt;

  std::array<char, TokenCipher::head_size> head{};
  protocol::Secret encrypted = protocol::Secret::with_capacity(size - head.size());
  const std::size_t got = os::read_into(file.get(), head, encrypted.spare_capacity(size - head.size()),
                                        "cannot read the cached token");
  if (got != size) return std::nullopt;
  encrypted.commit(size - head.size());
  return TokenCipher::decrypt({head.data(), head.size()}, std::move(encrypted), identity);
}

void FileCache::store(const Identity& identity, const Token& token) {
  os::PrivateDirectory::create(directory_)
      .replace_file(token_file(identity), TokenCipher::encrypt(token, identity));
}

void FileCache::remove(const Identity& identity) {
  if (const auto directory = os::PrivateDirectory::open(directory_))
    directory->remove_file(token_file(identity));
}

}  // namespace sase::cache
