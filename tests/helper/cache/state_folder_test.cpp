// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/state_folder.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"

#include <string>

namespace sase::helper {

TEST_CASE("tokens are kept where they are gone soonest", "[state_folder]") {
  struct Row {
    const char* name;
    std::string runtime, cache, home;
    std::optional<std::string> expected;
  };
  const auto row = GENERATE(values<Row>({
      {"the runtime directory", "/run/user/1", "/cache", "/home/u", "/run/user/1/sase-credential"},
      {"else the cache", "", "/cache", "/home/u", "/cache/sase-credential"},
      {"else the home", "", "", "/home/u", "/home/u/.cache/sase-credential"},
      {"else nowhere", "", "", "", std::nullopt},
      {"a relative runtime directory is ignored", "run", "/cache", "/home/u", "/cache/sase-credential"},
      {"a relative cache is ignored", "", "./cache", "/home/u", "/home/u/.cache/sase-credential"},
      {"a relative home is ignored", "", "", "home", std::nullopt},
  }));

  DYNAMIC_SECTION(row.name) {
    const tests::EnvironmentList environment{"XDG_RUNTIME_DIR=" + row.runtime, "XDG_CACHE_HOME=" + row.cache,
                                             "HOME=" + row.home};
    CHECK(state_folder(*environment) == row.expected);
  }
}

}  // namespace sase::helper
