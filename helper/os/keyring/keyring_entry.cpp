// SPDX-License-Identifier: Apache-2.0
#include "helper/os/keyring/keyring_entry.hpp"

#include "helper/os/fd.hpp"

#include <keyutils.h>

#include <cerrno>
#include <ctime>

namespace sase::os {

namespace {

constexpr key_perm_t own_user = KEY_USR_VIEW | KEY_USR_READ | KEY_USR_SEARCH | KEY_USR_LINK;

/// How long to wait for the kernel to return a quota that was freed.
constexpr int quota_waits = 10;
constexpr timespec quota_wait{.tv_sec = 0, .tv_nsec = 10'000'000};

key_serial_t add(const std::string& name, std::string_view bytes) {
  for (int waits = 0;; ++waits) {
    const key_serial_t key =
        ::add_key("user", name.c_str(), bytes.data(), bytes.size(), KEY_SPEC_THREAD_KEYRING);
    if (key >= 0) return key;
    if (errno != EDQUOT || waits == quota_waits) throw_errno("cannot make a key");
    ::nanosleep(&quota_wait, nullptr);
  }
}

}  // namespace

KeyringEntry::KeyringEntry(const std::string& name, std::string_view bytes, std::chrono::seconds lifetime)
    : KeyringEntry(add(name, bytes)) {
  // In this order: the permissions do not include setting a timeout.
  if (::keyctl_set_timeout(serial_, static_cast<unsigned>(lifetime.count())) != 0)
    throw_errno("cannot limit the life of a key");
  if (::keyctl_setperm(serial_, own_user) != 0) throw_errno("cannot protect a key");
}

KeyringEntry::~KeyringEntry() {
  if (serial_ != 0) ::keyctl_unlink(serial_, KEY_SPEC_THREAD_KEYRING);
}

void KeyringEntry::commit() const {
  if (::keyctl_link(serial_, KEY_SPEC_USER_KEYRING) != 0)
    throw_errno("cannot put a key into the user keyring");
}

}  // namespace sase::os
