// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/wrapping_key.hpp"

#include "helper/os/files/private_directory.hpp"
#include "helper/os/keyring/keyring_entry.hpp"
#include "helper/os/keyring/user_keyring.hpp"
#include "helper/os/stream.hpp"
#include "protocol/lifetime.hpp"

#include <sodium.h>

#include <chrono>
#include <stdexcept>
#include <system_error>

namespace sase::helper {

namespace {

using protocol::Secret;

/// Longer than any token that it seals, by what two clocks may disagree.
constexpr std::chrono::seconds stay = protocol::longest_lifetime + std::chrono::minutes(10);

std::optional<Secret> if_whole(std::optional<Secret> bytes) {
  if (bytes && bytes->size() != RandomSeal::size) bytes.reset();
  return bytes;
}

/// What is forbidden or missing there is looked for in the folder.
std::optional<Secret> find_in_keyring(const std::string& name) try {
  return if_whole(UserKeyring::find_secret(name, RandomSeal::size));
} catch (const std::system_error&) {
  return std::nullopt;
}

void put_into_keyring(const std::string& name, const Secret& bytes) {
  NewKey(name, bytes.reveal(), stay).commit();
}

Secret random_bytes() {
  Secret bytes = Secret::with_capacity(RandomSeal::size);
  randombytes_buf(bytes.room(RandomSeal::size).data(), RandomSeal::size);
  bytes.commit(RandomSeal::size);
  return bytes;
}

}  // namespace

std::optional<Secret> RandomSeal::find() const {
  auto bytes = find_in_keyring(name_);
  return bytes ? std::move(bytes) : find_in_folder();
}

Secret RandomSeal::find_or_make() const {
  auto found = find_in_keyring(name_);
  if (!found)
    if (auto in_folder = find_in_folder()) return std::move(*in_folder);
  Secret bytes = found ? std::move(*found) : random_bytes();
  try {
    put_into_keyring(name_, bytes);
  } catch (const std::system_error&) {
    if (!folder_) throw;
    PrivateDirectory::create(*folder_).replace_file(file_, bytes.reveal());
  }
  return bytes;
}

bool RandomSeal::has_place() const noexcept try {
  if (folder_) return true;
  (void)UserKeyring::find_secret(name_, size);
  return true;
} catch (const std::exception&) {
  return false;
}

/// Whatever is wrong with the folder is told by those who keep more in it.
std::optional<Secret> RandomSeal::find_in_folder() const try {
  if (!folder_) return std::nullopt;
  const auto folder = PrivateDirectory::open(*folder_);
  const Fd file = folder ? folder->open_file(file_) : Fd();
  if (!file) return std::nullopt;
  return if_whole(read_all(file.get(), size));
} catch (const std::system_error&) {
  return std::nullopt;
} catch (const std::length_error&) {
  return std::nullopt;
}

}  // namespace sase::helper
