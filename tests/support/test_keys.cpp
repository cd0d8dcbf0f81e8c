// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_keys.hpp"

#include "helper/os/fd.hpp"
#include "tests/support/catch.hpp"

#include <keyutils.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sstream>

#include <unistd.h>

namespace sase::tests {

namespace {

using os::throw_errno;

std::string unique_prefix() {
  static std::atomic<int> count = 0;
  return "sase-credential-test-" + std::to_string(::getpid()) + '-' + std::to_string(++count) + ':';
}

std::vector<key_serial_t> all_serials() {
  std::vector<key_serial_t> serials(4096);
  const long size = ::keyctl_read(KEY_SPEC_USER_KEYRING, reinterpret_cast<char*>(serials.data()),
                                  serials.size() * sizeof(key_serial_t));
  serials.resize(size <= 0 ? 0 : static_cast<std::size_t>(size) / sizeof(key_serial_t));
  return serials;
}

}  // namespace

TestKeys::TestKeys() : prefix_(unique_prefix()) {}

TestKeys::~TestKeys() {
  for (const int serial : serials())
    ::keyctl_unlink(serial, KEY_SPEC_USER_KEYRING);
  // Those that a test has brought to an end tell no name any more.
  for (const int serial : planted_)
    ::keyctl_unlink(serial, KEY_SPEC_USER_KEYRING);
}

std::vector<int> TestKeys::serials() const {
  std::vector<int> own;
  for (const key_serial_t serial : all_serials())
    if (read_description(serial).find(';' + prefix_) != std::string::npos) own.push_back(serial);
  return own;
}

int TestKeys::plant(std::string_view rest, std::string_view bytes) const {
  const key_serial_t key =
      ::add_key("user", name(rest).c_str(), bytes.data(), bytes.size(), KEY_SPEC_USER_KEYRING);
  if (key < 0) throw_errno("add_key");
  planted_.push_back(key);
  return key;
}

bool has_keyring() {
  if (::keyctl_get_keyring_ID(KEY_SPEC_USER_KEYRING, /*create=*/1) >= 0) return true;
  WARN("skipped: this kernel has no keyring for us: " << std::strerror(errno));
  return false;
}

std::size_t key_quota() {
  return std::stoul(text_of_file(::getuid() == 0 ? "/proc/sys/kernel/keys/root_maxbytes"
                                                 : "/proc/sys/kernel/keys/maxbytes"));
}

std::string read_description(int serial) {
  std::array<char, 4096> text{};
  const long size = ::keyctl_describe(serial, text.data(), text.size());
  return size <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size - 1));
}

std::string read_time_left(int serial) {
  std::array<char, 9> number{};
  std::snprintf(number.data(), number.size(), "%08x", static_cast<unsigned>(serial));
  std::istringstream keys(text_of_file("/proc/keys"));
  for (std::string line; std::getline(keys, line);) {
    std::istringstream words(line);
    std::string id, flags, uses, left;
    words >> id >> flags >> uses >> left;
    if (id == number.data()) return left;
  }
  return {};
}

void become_another_user_with_our_keys(uid_t user) {
  if (::keyctl_join_session_keyring(nullptr) < 0) throw_errno("a new session");
  if (::keyctl_link(KEY_SPEC_USER_KEYRING, KEY_SPEC_SESSION_KEYRING) != 0) throw_errno("keyctl_link");
  if (::setresgid(user, user, user) != 0) throw_errno("setresgid");
  if (::setresuid(user, user, user) != 0) throw_errno("setresuid");
}

}  // namespace sase::tests
