// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/request_log_file.hpp"

#include "helper/cache/digest.hpp"
#include "helper/os/stream.hpp"

#include <cstddef>
#include <stdexcept>

namespace sase::rate_limit {

namespace {

/// Some times and two lines for people are far below this.
constexpr std::size_t largest_ledger = 8192;

std::string hash_of(std::string_view purpose, std::string_view authorize_url, std::string_view key) {
  cache::Digest digest(purpose);
  digest.add(authorize_url);
  digest.add(key);
  return digest.hexadecimal();
}

}  // namespace

RequestLog RequestLogFile::read() const try {
  const os::Fd file = directory_.open_file(file_);
  if (!file) return {};
  return RequestLog::parse(os::read_all(file.get(), largest_ledger).reveal(), current_boot(), boot_clock());
} catch (const std::length_error&) {
  return {};
}

void RequestLogFile::write(const RequestLog& log) const {
  directory_.replace_file(file_, log.write(current_boot()));
}

std::string make_key_id(std::string_view authorize_url, std::string_view api_key) {
  return hash_of("sase-cred-acctv1", authorize_url, api_key);
}

std::string make_command_key_id(std::string_view authorize_url, std::string_view command) {
  return hash_of("sase-cred-acctc1", authorize_url, command);
}

}  // namespace sase::rate_limit
