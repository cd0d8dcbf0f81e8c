// SPDX-License-Identifier: Apache-2.0
#include "helper/config/state_directory.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/temporary_directory.hpp"

#include <string>

namespace sase::helper {

TEST_CASE("tokens are kept where they are gone soonest", "[state_folder]") {
  const tests::TemporaryDirectory folder;
  (void)folder.make_folder("own");
  (void)folder.make_folder("open", 0755);
  (void)folder.write("file", "");
  struct Row {
    const char* name;
    std::string runtime, cache, home;
    std::optional<std::string> expected;
  };
  const auto row = GENERATE(values<Row>({
      {"the runtime directory", "own", "/cache", "/home/u", "own/sase-credential"},
      {"a runtime directory that is not there is ignored", "gone", "/cache", "/home/u",
       "/cache/sase-credential"},
      {"one that is open to others is ignored", "open", "/cache", "/home/u", "/cache/sase-credential"},
      {"one that is a file is ignored", "file", "/cache", "/home/u", "/cache/sase-credential"},
      {"else the cache", "", "/cache", "/home/u", "/cache/sase-credential"},
      {"else the home", "", "", "/home/u", "/home/u/.cache/sase-credential"},
      {"else nowhere", "", "", "", std::nullopt},
      {"a relative runtime directory is ignored", "run", "/cache", "/home/u", "/cache/sase-credential"},
      {"a relative cache is ignored", "", "./cache", "/home/u", "/home/u/.cache/sase-credential"},
      {"a relative home is ignored", "", "", "home", std::nullopt},
  }));

  const auto below = [&folder](const std::string& name) {
    return name.empty() || name[0] == '/' || name == "run" ? name : folder.path(name);
  };
  DYNAMIC_SECTION(row.name) {
    const tests::EnvironmentList environment{"XDG_RUNTIME_DIR=" + below(row.runtime),
                                             "XDG_CACHE_HOME=" + row.cache, "HOME=" + row.home};
    CHECK(state_folder(*environment) == (row.expected ? std::optional(below(*row.expected)) : std::nullopt));
  }
}

TEST_CASE("only a runtime directory in memory is a folder in memory", "[state_folder]") {
  for (const auto& parent : {tests::parent_in_memory(), tests::parent_on_disk()}) {
    if (!parent) continue;
    const tests::TemporaryDirectory folder(*parent);
    const tests::EnvironmentList environment{"XDG_RUNTIME_DIR=" + folder.path(), "XDG_CACHE_HOME=/dev/shm"};
    const auto expected =
        parent == tests::parent_in_memory() ? std::optional(folder.path("sase-credential")) : std::nullopt;
    CHECK(memory_folder(*environment) == expected);
  }
  const tests::EnvironmentList no_runtime{"XDG_CACHE_HOME=/dev/shm", "HOME=/dev/shm"};
  CHECK_FALSE(memory_folder(*no_runtime));
}

TEST_CASE("another user's runtime directory is ignored", "[state_folder]") {
  const tests::TemporaryDirectory folder;
  const std::string runtime = folder.make_folder("runtime");
  if (!tests::give_away(runtime)) return;
  const tests::EnvironmentList environment{"XDG_RUNTIME_DIR=" + runtime, "HOME=/home/u"};

  CHECK(state_folder(*environment) == "/home/u/.cache/sase-credential");
}

}  // namespace sase::helper
