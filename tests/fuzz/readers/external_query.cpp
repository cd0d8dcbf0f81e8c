// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/terraform_external.hpp"
#include "protocol/json_object.hpp"
#include "protocol/parsing.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace sase::fuzz {

namespace {

using protocol::ExternalQuery;

std::optional<ExternalQuery> read(std::string_view bytes) try {
  return ExternalQuery::parse(bytes);
} catch (const protocol::ProtocolError& error) {
  check(is_printable(error.what()), "an error is printable");
  return std::nullopt;
}

}  // namespace

/// The query of Terraform's data source `external`.
void external_query(std::string_view bytes) {
  const auto query = read(bytes);
  if (!query || bytes.find('{') == std::string_view::npos) return;
  const auto object = protocol::JsonObject::parse(bytes);
  const auto names = object.names();
  const auto is_known = [](std::string_view name) { return name == "profile" || name == "host"; };
  check(query->unknown.has_value() != std::ranges::all_of(names, is_known), "an unknown member is reported");
  check(query->profile.value_or("") == object.text("profile").value_or(""), "a profile is unchanged");
  if (query->host)
    check(protocol::Host::parse(object.text("host").value()) == query->host, "a host is unchanged");
}

}  // namespace sase::fuzz
