// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/sample_data.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <string>

namespace sase::sandbox {

namespace {

constexpr int user_total = 57;
constexpr int network_total = 2;
constexpr const char* tenant = "sandbox";
constexpr const char* created_at = "2026-01-02T09:17:47.500Z";

/// Ten letters and digits, like the ids of the service.
std::string id(char kind, int number) {
  const std::string digits = std::to_string(number);
  return kind + std::string("Sandbox") + std::string(2 - std::min<std::size_t>(2, digits.size()), '0') +
         digits;
}

Poco::JSON::Object user(int number) {
  const std::string name = "user" + std::to_string(number);
  Poco::JSON::Object json;
  json.set("id", id('u', number));
  json.set("tenantId", tenant);
  json.set("username", name + "@example.test");
  json.set("email", name + "@example.test");
  json.set("emailVerified", true);
  json.set("firstName", "User");
  json.set("lastName", std::to_string(number));
  json.set("initials", std::string("U").append(std::to_string(number % 10)));
  json.set("initialsColor", "#6BB9D7");
  json.set("invitationAttempts", 0);
  json.set("inviteMessage", "");
  json.set("roleName", number == 1 ? "Admin" : "Engineering");
  json.set("terminated", false);
  json.set("createdAt", created_at);
  json.set("updatedAt", created_at);
  return json;
}

Poco::JSON::Object region(int network) {
  Poco::JSON::Object json;
  json.set("id", id('r', network));
  json.set("tenantId", tenant);
  json.set("network", id('n', network));
  json.set("name", "Frankfurt");
  json.set("dns", "fra" + std::to_string(network) + ".sandbox.example.test");
  json.set("instances", Poco::JSON::Array());
  return json;
}

Poco::JSON::Object network(int number) {
  Poco::JSON::Array regions;
  regions.add(region(number));
  Poco::JSON::Object json;
  json.set("id", id('n', number));
  json.set("tenantId", tenant);
  json.set("name", number == 1 ? "Default" : "Laboratory");
  json.set("isDefault", number == 1);
  json.set("accessType", "private");
  json.set("subnet", "10." + std::to_string(250 + number) + ".0.0/16");
  json.set("dns", "net" + std::to_string(number) + ".sandbox.example.test");
  json.set("asn", 64512 + number);
  json.set("applications", Poco::JSON::Array());
  json.set("tags", Poco::JSON::Array());
  json.set("regions", regions);
  json.set("createdAt", created_at);
  json.set("updatedAt", created_at);
  return json;
}

/// The query's number of that name, `fallback` when it is absent, nothing when it is not within 1 and `most`.
std::optional<int> query_number(const Request& request, const char* name, int fallback, int most) {
  for (const auto& [key, value] : request.query) {
    if (key != name) continue;
    int number = 0;
    const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || rest != value.data() + value.size() || number < 1 || number > most) return {};
    return number;
  }
  return fallback;
}

template <typename Json>
Response json_answer(const Json& json) {
  std::ostringstream text;
  json.stringify(text);
  return json_response(200, text.str());
}

}  // namespace

Response users(const Request& request) {
  const auto page = query_number(request, "page", 1, 1'000'000);
  const auto limit = query_number(request, "limit", 25, 1000);
  if (!page || !limit) {
    return error_response(BodyShape::id_message, 422, "limit must be >= 1, page must be >= 1", {});
  }
  Poco::JSON::Array data;
  const int first = std::min((*page - 1) * *limit, user_total);
  for (int i = first; i < std::min(first + *limit, user_total); ++i)
    data.add(user(i + 1));
  Poco::JSON::Object json;
  json.set("data", data);
  json.set("page", *page);
  json.set("totalPage", (user_total + *limit - 1) / *limit);
  json.set("itemsTotal", user_total);
  return json_answer(json);
}

Response networks(const Request& /*request*/) {
  Poco::JSON::Array data;
  for (int i = 1; i <= network_total; ++i)
    data.add(network(i));
  return json_answer(data);
}

}  // namespace sase::sandbox
