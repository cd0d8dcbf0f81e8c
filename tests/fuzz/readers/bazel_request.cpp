// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/bazel.hpp"
#include "protocol/json_object.hpp"
#include "protocol/protocol_error.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <optional>
#include <string>

namespace sase::fuzz {

namespace {

using protocol::Origin;

std::optional<Origin> read(std::string_view bytes) try {
  return protocol::parse_bazel_request(bytes);
} catch (const protocol::ProtocolError& error) {
  check(is_printable(error.what()), "an error can be shown");
  return std::nullopt;
}

/// The authority that another reader of URLs sees; nothing where it sees no URL.
std::optional<std::string> authority_of(std::string_view uri) try {
  return Poco::URI(std::string(uri)).getAuthority();
} catch (const Poco::Exception&) {
  return std::nullopt;
}

}  // namespace

/// What Bazel writes.
void bazel_request(std::string_view bytes) {
  const auto origin = read(bytes);
  if (!origin) return;
  check(is_printable(origin->text()) && origin->user.empty(), "an origin is a plain one");
  check(protocol::parse_bazel_request(R"({"uri":")" + origin->text() + R"("})").text() == origin->text(),
        "an origin reads as itself");
  const auto request = protocol::JsonObject::parse(bytes);
  const std::string_view uri = request.text("uri").value();
  check(is_one_line(uri), "no URI holds what ends a line");
  const auto authority = origin->scheme == "https" ? authority_of(uri) : std::nullopt;
  check(!authority || protocol::Host::parse(*authority) == origin->host,
        "another reader of URLs sees the same host");
}

}  // namespace sase::fuzz
