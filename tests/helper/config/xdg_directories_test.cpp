// SPDX-License-Identifier: Apache-2.0
#include "helper/config/directories.hpp"
#include "helper/os/files/file_system.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/root.hpp"
#include "tests/support/temporary_directory.hpp"

#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace sase::config {

TEST_CASE("the configuration directory follows the XDG base directory specification", "[xdg_directories]") {
  const tests::TemporaryDirectory home;
  const tests::EnvironmentList both{"HOME=" + home.path(), "XDG_CONFIG_HOME=/config"};
  const tests::EnvironmentList relative{"HOME=" + home.path(), "XDG_CONFIG_HOME=config"};
  const tests::EnvironmentList missing_home{"HOME=/nonexistent"};
  const tests::EnvironmentList relative_home{"HOME=me"};

  CHECK(config_directory(*both) == "/config/sase-credential");
  CHECK(config_directory(*relative) == home.path() + "/.config/sase-credential");
  CHECK_FALSE(config_directory(*missing_home));
  CHECK_FALSE(config_directory(*relative_home));
}

TEST_CASE("the state directory is the most private one that is usable", "[xdg_directories]") {
  const tests::TemporaryDirectory directory;
  (void)directory.make_directory("own");
  (void)directory.make_directory("open", 0755);
  (void)directory.write("file", "");
  (void)directory.make_directory("home");
  (void)directory.make_directory("cache");
  const std::string shared = "/tmp/sase-credential-" + std::to_string(::geteuid());
  struct Row {
    const char* name;
    std::string runtime, cache, home;
    std::string expected;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"the runtime directory", "own", "cache", "home", "own/sase-credential"},
      {"a missing runtime directory is ignored", "gone", "cache", "home", "cache/sase-credential"},
      {"a runtime directory that is open to others is ignored", "open", "cache", "home",
       "cache/sase-credential"},
      {"a runtime directory that is a file is ignored", "file", "cache", "home", "cache/sase-credential"},
      {"without it, the cache directory", "", "cache", "home", "cache/sase-credential"},
      {"a cache directory can be created", "", "cache/a/b", "home", "cache/a/b/sase-credential"},
      {"without both, the home directory", "", "", "home", "home/.cache/sase-credential"},
      {"a missing home is not created", "", "", "gone", shared},
      {"a home that is a file", "", "", "file", shared},
      {"a cache directory that cannot be created", "", "file/a", "home", shared},
      {"without any", "", "", "", shared},
      {"a relative runtime directory is ignored", "./run", "cache", "home", "cache/sase-credential"},
      {"a relative cache is ignored", "", "./cache", "home", "home/.cache/sase-credential"},
      {"a relative home is ignored", "", "", "./home", shared},
  }));

  const auto below = [&directory](const std::string& name) {
    return name.empty() || name[0] == '/' || name[0] == '.' ? name : directory.path(name);
  };
  DYNAMIC_SECTION(row.name) {
    const tests::EnvironmentList environment{"XDG_RUNTIME_DIR=" + below(row.runtime),
                                             "XDG_CACHE_HOME=" + below(row.cache), "HOME=" + below(row.home)};
    CHECK(state_directory(*environment) == below(row.expected));
  }
}

TEST_CASE("memory_directory() is on an in-memory file system", "[xdg_directories]") {
  const auto shared = os::is_in_memory("/dev/shm")
                          ? std::optional("/dev/shm/sase-credential-" + std::to_string(::geteuid()))
                          : std::nullopt;
  for (const auto& parent : {tests::parent_in_memory(), tests::parent_on_disk()}) {
    if (!parent) continue;
    const tests::TemporaryDirectory directory(*parent);
    const tests::EnvironmentList environment{"XDG_RUNTIME_DIR=" + directory.path(),
                                             "XDG_CACHE_HOME=/dev/shm"};
    const auto expected =
        parent == tests::parent_in_memory() ? std::optional(directory.path("sase-credential")) : shared;
    CHECK(memory_directory(*environment) == expected);
  }
  const tests::EnvironmentList no_runtime{"XDG_CACHE_HOME=/dev/shm", "HOME=/dev/shm"};
  CHECK(memory_directory(*no_runtime) == shared);
}

TEST_CASE("ignores a configuration directory below another user's home", "[xdg_directories]") {
  const tests::TemporaryDirectory directory;
  const std::string home = directory.make_directory("home");
  const tests::EnvironmentList environment{"HOME=" + home};
  CHECK(config_directory(*environment) == home + "/.config/sase-credential");
  if (!tests::give_away(home)) return;

  CHECK_FALSE(config_directory(*environment));
  CHECK_FALSE(foreign_config_directory(*environment));
  CHECK(state_directory(*environment) == "/tmp/sase-credential-" + std::to_string(::geteuid()));
  (void)directory.make_directory("home/.config/sase-credential");
  CHECK(foreign_config_directory(*environment) == home + "/.config/sase-credential");
}

TEST_CASE("state_directory() is in /tmp if HOME cannot be written", "[xdg_directories]") {
  const tests::TemporaryDirectory directory;
  const std::string home = directory.make_directory("home", 0555);
  const tests::EnvironmentList environment{"HOME=" + home};
  REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);

  CHECK(tests::exit_code_in_child([&environment] {
          // Root may write everywhere: HOME belongs to root, as `/` in a container.
          if (::geteuid() == 0 && ::seteuid(65534) != 0) return 1;
          return state_directory(*environment) == "/tmp/sase-credential-" + std::to_string(::geteuid()) ? 0
                                                                                                        : 2;
        }) == 0);
}

TEST_CASE("state_directory() is in /tmp if others can write HOME, a directory of root", "[xdg_directories]") {
  if (!tests::is_root()) return;
  const tests::TemporaryDirectory directory;
  const std::string home = directory.make_directory("home", 0777);
  const tests::EnvironmentList environment{"HOME=" + home};
  REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
  REQUIRE(::chmod(home.c_str(), 0777) == 0);

  CHECK(tests::exit_code_in_child([&environment] {
          if (::seteuid(65534) != 0) return 1;
          return state_directory(*environment) == "/tmp/sase-credential-65534" ? 0 : 2;
        }) == 0);
}

TEST_CASE("ignores a runtime directory of another user", "[xdg_directories]") {
  const tests::TemporaryDirectory directory;
  const std::string runtime = directory.make_directory("runtime");
  if (!tests::give_away(runtime)) return;
  const tests::EnvironmentList environment{"XDG_RUNTIME_DIR=" + runtime, "HOME=" + directory.path()};

  CHECK(state_directory(*environment) == directory.path(".cache/sase-credential"));
}

}  // namespace sase::config
