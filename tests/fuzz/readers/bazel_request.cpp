// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/bazel.hpp"
#include "protocol/json_object.hpp"
#include "protocol/parsing.hpp"
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
  check(is_printable(error.what()), "an error is printable");
  return std::nullopt;
}

/// The authority that POCO finds, or nothing if it rejects the URL.
std::optional<std::string> find_authority(std::string_view uri) try {
  return Poco::URI(std::string(uri)).getAuthority();
} catch (const Poco::Exception&) {
  return std::nullopt;
}

}  // namespace

/// The request of Bazel.
void bazel_request(std::string_view bytes) {
  const auto origin = read(bytes);
  if (!origin) return;
  check(is_printable(origin->text()) && origin->user.empty(), "an origin is printable and has no user");
  check(protocol::parse_bazel_request(R"({"uri":")" + origin->text() + R"("})").text() == origin->text(),
        "an origin reads back as itself");
  const auto request = protocol::JsonObject::parse(bytes);
  const std::string_view uri = request.text("uri").value();
  check(is_one_line(uri), "a URI is one line");
  const auto authority = origin->scheme == "https" ? find_authority(uri) : std::nullopt;
  check(!authority || protocol::Host::parse(*authority) == origin->host,
        "another URL parser finds the same host");
}

}  // namespace sase::fuzz
