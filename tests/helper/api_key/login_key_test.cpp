// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/login_key.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"

namespace sase::api_key {

TEST_CASE("the key of a login is beside the profiles", "[login_key]") {
  const tests::EnvironmentList config{"HOME=/home/me", "XDG_CONFIG_HOME=/config"};
  const tests::EnvironmentList home{"HOME=/home/me"};
  const tests::EnvironmentList nothing{"USER=me"};

  CHECK(login_key_path(*config, "work") == "/config/sase-credential/keys/work");
  CHECK(login_key_path(*home, "work") == "/home/me/.config/sase-credential/keys/work");
  CHECK_FALSE(login_key_path(*nothing, "work"));
}

}  // namespace sase::api_key
