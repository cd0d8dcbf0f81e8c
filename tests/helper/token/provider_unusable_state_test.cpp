// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/machine.hpp"

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using tests::Machine;

using tests::FullCache;

}  // namespace

TEST_CASE("gives the token with one warning if the cache is unusable", "[token_provider]") {
  Machine machine;
  SECTION("a file is in the directory's place") { machine.root.write("state/sase-credential", ""); }
  SECTION("the directory is open to others") { machine.root.make_directory("state/sase-credential", 0755); }
  SECTION("a link is in the directory's place") {
    machine.root.make_directory("state/elsewhere");
    REQUIRE(::symlink("elsewhere", machine.directory.c_str()) == 0);
  }
  SECTION("a directory is in the token's place") {
    machine.root.make_directory("state/sase-credential/" + machine.identity().file_stem() + ".token");
  }
  SECTION("the token's file is open to others") {
    machine.keep("cached", 3600s);
    ::chmod((machine.directory + '/' + machine.identity().file_stem() + ".token").c_str(), 0644);
  }
  SECTION("a FIFO is in the lock's place") {
    machine.root.make_directory("state/sase-credential");
    REQUIRE(::mkfifo((machine.directory + '/' + machine.key_id() + ".lock").c_str(), 0600) == 0);
  }

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.authorizer.calls == 1);
  CHECK(machine.error.text().starts_with("sase-credential: warning: continuing without the cache: "));
  CHECK(tests::count_lines(machine.error.text()) == 1);
}

TEST_CASE("gives the token with one warning if the cache is full", "[token_provider]") {
  Machine machine;
  FullCache cache(machine.file_cache);
  machine.cache = &cache;

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.error.text() ==
        "sase-credential: warning: continuing without the cache: cannot write the token: No space left on "
        "device\n");
}

TEST_CASE("replaces a damaged cache file without a warning", "[token_provider]") {
  Machine machine;
  machine.keep("cached", 3600s);
  const std::string name = "state/sase-credential/" + machine.identity().file_stem() + ".token";
  machine.root.write(
      name, GENERATE(values<std::string>({"", "x", std::string(200, 'x'), std::string(70'000, 'x')})));

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.kept() == "fresh-token");
  CHECK(machine.error.text().empty());
}

TEST_CASE("escapes control characters in a warning about the cache", "[token_provider]") {
  Machine machine;
  const std::string directory = machine.root.write("a\x1b[2J\nb", "");
  cache::FileCache cache(directory);
  machine.cache = &cache;
  machine.state_directory = directory;

  CHECK(machine.get() == "fresh-token");
  CHECK(tests::count_lines(machine.error.text()) == 1);
  CHECK_FALSE(tests::contains(machine.error.text(), "\x1b"));
}

TEST_CASE("gives a token without a state directory", "[token_provider]") {
  Machine machine;
  machine.cache = nullptr;
  machine.state_directory = std::nullopt;

  CHECK(machine.get() == "fresh-token");
  CHECK_FALSE(tests::exists(machine.directory));
}

}  // namespace sase::token
