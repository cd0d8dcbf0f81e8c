// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/tls/certificate_time.hpp"

#include "protocol/time.hpp"

#include <openssl/asn1.h>

#include <ctime>

namespace sase::authorize {

std::optional<std::chrono::sys_seconds> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::from_time_t(timegm(&parts)));
}

std::string show(const std::optional<std::chrono::sys_seconds>& time) {
  return time ? protocol::format_rfc3339(*time) : "an unreadable date";
}

}  // namespace sase::authorize
