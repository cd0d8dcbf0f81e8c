// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"

#include "helper/authorize/service/authorize_body.hpp"
#include "helper/authorize/service/json_members.hpp"
#include "protocol/protocol_error.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <optional>

namespace sase::fuzz {

namespace {

std::optional<api_key::ApiKey> read(std::string_view bytes) {
  try {
    return api_key::ApiKey(protocol::Secret(bytes));
  } catch (const protocol::ProtocolError& error) {
    check(is_printable(error.what()), "an error can be shown");
    return std::nullopt;
  }
}

}  // namespace

/// The bytes of a key file or variable; then what is made of the key for the service.
void api_key(std::string_view bytes) {
  const auto key = read(bytes);
  if (!key) return;
  const std::string_view text = key->reveal();
  check(!text.empty() && text.size() <= 16384 && is_printable(text), "a key is one printable line");
  check(bytes.starts_with(text) && bytes.size() - text.size() <= 2, "only a line end is cut off a key");

  const auto body = authorize::write_authorize_body(text);
  const auto members = authorize::JsonMembers::parse(body.reveal());
  check(members && members->text({}, "apiKey") == text, "the service is told the key as it is");
  check(members->text({}, "grantType") == "api_key", "the service is told what to do with the key");
}

}  // namespace sase::fuzz
