// SPDX-License-Identifier: Apache-2.0
#include "helper/network/http/message.hpp"

#include <Poco/Net/HTTPResponse.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string>

namespace sase::network {

int read_status(const Poco::Net::HTTPResponse& response) {
  std::ostringstream written;
  response.write(written);
  const std::string text = written.str();
  int status = 0;
  const auto start = std::min(text.find(' ') + 1, text.size());
  (void)std::from_chars(text.data() + start, text.data() + text.size(), status);
  return status;
}

}  // namespace sase::network
