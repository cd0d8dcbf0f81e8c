// SPDX-License-Identifier: Apache-2.0
#include "helper/config/config_directory.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"

namespace sase::config {

TEST_CASE("the directory of profiles and keys follows the XDG base directory specification",
          "[config_directory]") {
  const tests::EnvironmentList both{"HOME=/home/me", "XDG_CONFIG_HOME=/config"};
  const tests::EnvironmentList relative{"HOME=/home/me", "XDG_CONFIG_HOME=config"};
  const tests::EnvironmentList relative_home{"HOME=me"};

  CHECK(config_directory(*both) == "/config/sase-credential");
  CHECK(config_directory(*relative) == "/home/me/.config/sase-credential");
  CHECK_FALSE(config_directory(*relative_home));
}

}  // namespace sase::config
