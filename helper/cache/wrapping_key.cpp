// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/wrapping_key.hpp"

#include "helper/os/files/private_directory.hpp"
#include "helper/os/keyring/user_keyring.hpp"
#include "helper/os/stream.hpp"
#include "protocol/time.hpp"

#include <sodium.h>

#include <chrono>
#include <exception>
#include <system_error>

namespace sase::cache {

namespace {

using protocol::Secret;

/// Longer than any token that it encrypts, because two clocks may differ.
constexpr std::chrono::seconds lifetime = protocol::longest_lifetime + std::chrono::minutes(10);

std::optional<Secret> if_whole(std::optional<Secret> bytes) {
  if (bytes && bytes->size() != WrappingKey::size) bytes.reset();
  return bytes;
}

/// If the keyring is forbidden or missing, the key is in the directory.
std::optional<Secret> find_in_keyring(const std::string& name) try {
  auto key = os::UserKeyring::find(name);
  return key ? if_whole(std::move(key->bytes)) : std::nullopt;
} catch (const std::system_error&) {
  return std::nullopt;
}

Secret random_bytes() {
  Secret bytes = Secret::with_capacity(WrappingKey::size);
  randombytes_buf(bytes.spare_capacity(WrappingKey::size).data(), WrappingKey::size);
  bytes.commit(WrappingKey::size);
  return bytes;
}

}  // namespace

std::optional<Secret> WrappingKey::find() const {
  auto bytes = find_in_keyring(entry_);
  return bytes ? std::move(bytes) : find_in_directory();
}

Secret WrappingKey::get_or_create() const {
  auto found = find_in_keyring(entry_);
  if (!found)
    if (auto in_directory = find_in_directory()) return std::move(*in_directory);
  Secret bytes = found ? std::move(*found) : random_bytes();
  try {
    os::KeyringEntry(entry_, bytes.reveal(), lifetime).commit();
  } catch (const std::system_error&) {
    if (!directory_) throw;
    os::PrivateDirectory::create(*directory_).replace_file(file_, bytes.reveal());
  }
  return bytes;
}

bool WrappingKey::has_place() const noexcept try {
  if (directory_) return true;
  (void)os::UserKeyring::find(entry_);
  return true;
} catch (const std::exception&) {
  return false;
}

/// An unusable directory is reported by the request log, which is in it as well.
std::optional<Secret> WrappingKey::find_in_directory() const try {
  if (!directory_) return std::nullopt;
  const auto directory = os::PrivateDirectory::open(*directory_);
  const os::Fd file = directory ? directory->open_file(file_) : os::Fd();
  if (!file) return std::nullopt;
  return if_whole(os::read_all(file.get(), size));
} catch (const std::exception&) {  // also for a file that is too long
  return std::nullopt;
}

}  // namespace sase::cache
