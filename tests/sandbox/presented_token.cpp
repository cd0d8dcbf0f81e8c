// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/presented_token.hpp"

#include <Poco/Base64Decoder.h>
#include <Poco/Exception.h>
#include <Poco/String.h>

#include <istream>
#include <iterator>
#include <sstream>

namespace sase::sandbox {

namespace {

/// What follows the scheme's name, which compares without case (RFC 9110 section 11.1).
std::optional<std::string> after_scheme(const std::string& authorization, const std::string& scheme) {
  const std::size_t space = authorization.find(' ');
  if (space == std::string::npos) return std::nullopt;
  if (Poco::icompare(authorization.substr(0, space), scheme) != 0) return std::nullopt;
  return Poco::trim(authorization.substr(space));
}

std::string decoded(const std::string& base64) {
  try {
    std::istringstream source(base64);
    Poco::Base64Decoder decoder(source);
    return std::string(std::istreambuf_iterator<char>(decoder), {});
  } catch (const Poco::Exception&) {
    return {};
  }
}

}  // namespace

std::optional<std::string> bearer_token(const std::string& authorization) {
  return after_scheme(authorization, "Bearer");
}

std::optional<std::string> basic_password(const std::string& authorization) {
  const auto base64 = after_scheme(authorization, "Basic");
  if (!base64) return std::nullopt;
  const std::string pair = decoded(*base64);
  const std::size_t colon = pair.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return pair.substr(colon + 1);
}

}  // namespace sase::sandbox
