// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"

#include "helper/authorize/service/service_response.hpp"
#include "protocol/json_object.hpp"
#include "protocol/parsing.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <optional>
#include <string>

namespace sase::fuzz {

namespace {

std::optional<api_key::ApiKey> read(std::string_view bytes) {
  try {
    return api_key::ApiKey(protocol::Secret(bytes));
  } catch (const protocol::ProtocolError& error) {
    check(is_printable(error.what()), "an error is printable");
    return std::nullopt;
  }
}

}  // namespace

/// The bytes of a key file or variable, and the request body that contains the key.
void api_key(std::string_view bytes) {
  const auto key = read(bytes);
  if (!key) return;
  const std::string_view text = key->reveal();
  check(!text.empty() && text.size() <= 16384 && is_printable(text), "a key is one printable line");
  check(bytes.find(text) != std::string_view::npos, "a key is a part of the bytes");
  check(!read('"' + std::string(text) + '"'), "a key in quotes is rejected");
  check(!read("Bearer " + std::string(text)), "a key behind 'Bearer' is rejected");

  const auto body = authorize::write_authorize_body(text);
  const auto document = protocol::JsonObject::parse(body.reveal());
  check(document.text("apiKey") == text, "the body contains the key unchanged");
  check(document.text("grantType") == "api_key", "the body contains the grant type");
}

}  // namespace sase::fuzz
