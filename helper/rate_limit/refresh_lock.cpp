// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/refresh_lock.hpp"

#include "helper/cache/encryption.hpp"
#include "helper/os/stream.hpp"

#include <cstddef>
#include <stdexcept>

namespace sase::rate_limit {

namespace {

/// A log with the most requests and the longest texts is far below this.
constexpr std::size_t largest_log = 8192;

std::string log_file(const std::string& key_id) {
  return key_id + ".log";
}

}  // namespace

std::string make_key_id(std::string_view authorize_url, std::string_view api_key) {
  return cache::hash_name("sase-cred-acctv1", {authorize_url, api_key});
}

std::string make_command_key_id(std::string_view authorize_url, std::string_view command) {
  return cache::hash_name("sase-cred-acctc1", {authorize_url, command});
}

RequestLog read_request_log(const os::PrivateDirectory& directory, const std::string& key_id) try {
  const os::Fd file = directory.open_file(log_file(key_id));
  if (!file) return {};
  return RequestLog::parse(os::read_all(file.get(), largest_log).reveal(), current_boot(), BootClock::now());
} catch (const std::length_error&) {
  return {};
}

RefreshLock::RefreshLock(const std::string& directory, const std::string& key_id)
    : directory_(os::PrivateDirectory::create(directory)),
      lock_(directory_.open_lock(key_id + ".lock")),
      key_id_(key_id) {}

void RefreshLock::write_log(const RequestLog& log) const {
  directory_.replace_file(log_file(key_id_), log.write(current_boot()));
}

}  // namespace sase::rate_limit
