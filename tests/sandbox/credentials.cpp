// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/credentials.hpp"

#include "tests/sandbox/random_text.hpp"

#include <openssl/sha.h>

#include <array>
#include <sstream>
#include <string>

namespace sase::sandbox {

namespace {

constexpr std::string_view file_name = "api-key";

/// Bytes. The keys of the service are JWTs of unknown length.
constexpr std::size_t key_size = 300;

std::string digest(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data());
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace

ApiKeys::ApiKeys(const StateDirectory& directory) : directory_(directory) {
  if (!directory_.read(file_name)) directory_.write(file_name, random_jwt(key_size) + "\n");
}

bool ApiKeys::accepts(std::string_view key) const {
  std::istringstream lines(directory_.read(file_name).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line == key) return true;
  }
  return false;
}

void TokenRegister::add(std::string_view token, const Grant& grant, Clock::time_point now) {
  Entry entry{grant.generation, digest(grant.api_key), now + grant.lifetime};
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const auto& item) {
    const Entry& earlier = item.second;
    const bool ended = grant.earlier == EarlierTokens::end && earlier.generation == entry.generation &&
                       earlier.key_digest == entry.key_digest;
    return ended || earlier.end <= now;
  });
  entries_.insert_or_assign(digest(token), std::move(entry));
}

bool TokenRegister::is_live(std::string_view token, Generation generation, Clock::time_point now) const {
  const std::string key = digest(token);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  return found != entries_.end() && found->second.generation == generation && now < found->second.end;
}

}  // namespace sase::sandbox
