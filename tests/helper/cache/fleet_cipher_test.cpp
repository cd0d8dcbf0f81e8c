// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/fleet_cipher.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace sase::cache {

namespace {

constexpr std::string_view fleet_url = "https://api.example.test/api/v1/auth/authorize";

std::string open_value(const FleetIdentity& identity, const FleetPlace& place, std::string_view bytes) {
  const auto plain = decrypt(identity, place, bytes);
  return plain ? std::string(plain->reveal()) : "(nothing)";
}

}  // namespace

TEST_CASE("hosts with one key and URL derive the same fleet identity, whatever their profile",
          "[fleet_cipher]") {
  const FleetIdentity one(fleet_url, "key"), same(fleet_url, "key");

  CHECK(one.name() == same.name());
  CHECK(one.name().size() == 32);
  CHECK(one.encryption_key().reveal() == same.encryption_key().reveal());
  CHECK(FleetIdentity(fleet_url, "other").name() != one.name());
  CHECK(FleetIdentity("https://other.test", "key").name() != one.name());
}

TEST_CASE("a fleet value is decrypted in its own place only", "[fleet_cipher]") {
  const FleetIdentity identity(fleet_url, "key");
  const std::string value = encrypt(identity, FleetPlace::record(7, 3), protocol::Secret("the plain text"));

  CHECK(open_value(identity, FleetPlace::record(7, 3), value) == "the plain text");
  CHECK(open_value(identity, FleetPlace::record(7, 4), value) == "(nothing)");
  CHECK(open_value(identity, FleetPlace::record(8, 3), value) == "(nothing)");
  CHECK(open_value(identity, FleetPlace::lock(), value) == "(nothing)");
  CHECK(open_value(FleetIdentity(fleet_url, "other"), FleetPlace::record(7, 3), value) == "(nothing)");
}

TEST_CASE("the create_revision of a first fleet record is not known to its writer", "[fleet_cipher]") {
  const FleetIdentity identity(fleet_url, "key");
  const std::string value = encrypt(identity, FleetPlace::record(0, 1), protocol::Secret("text"));

  CHECK(open_value(identity, FleetPlace::record(42, 1), value) == "text");
}

TEST_CASE("a fleet value that is cut or changed is not decrypted", "[fleet_cipher]") {
  const FleetIdentity identity(fleet_url, "key");
  const std::string value = encrypt(identity, FleetPlace::lock(), protocol::Secret("text"));

  for (std::size_t size = 0; size < value.size(); ++size)
    REQUIRE(open_value(identity, FleetPlace::lock(), value.substr(0, size)) == "(nothing)");
  for (std::size_t i = 0; i < value.size(); ++i) {
    std::string changed = value;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    REQUIRE(open_value(identity, FleetPlace::lock(), changed) == "(nothing)");
  }
  CHECK(open_value(identity, FleetPlace::lock(), value + 'x') == "(nothing)");
}

TEST_CASE("the size of a fleet value reveals the plain text's in steps of 512 bytes", "[fleet_cipher]") {
  const FleetIdentity identity(fleet_url, "key");
  const auto size = [&](std::size_t plain) {
    return encrypt(identity, FleetPlace::lock(), protocol::Secret(std::string(plain, 'a'))).size();
  };

  CHECK(size(1) == size(511));
  CHECK(size(512) == size(511) + 512);
  CHECK(size(1023) == size(512));
  const std::string text(512, 'a');
  CHECK(open_value(identity, FleetPlace::lock(),
                   encrypt(identity, FleetPlace::lock(), protocol::Secret(text))) == text);
}

TEST_CASE("a token's tag is a hash of it", "[fleet_cipher]") {
  CHECK(tag_token("token").size() == 32);
  CHECK(tag_token("token") != tag_token("token2"));
  CHECK(tag_token("token").find("token") == std::string::npos);
}

}  // namespace sase::cache
