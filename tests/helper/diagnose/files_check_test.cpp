// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/files_check.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/machine.hpp"
#include "tests/support/temporary_directory.hpp"

#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace sase::helper {

namespace {

using namespace std::chrono_literals;
using tests::contains;

/// A machine whose state is below XDG_RUNTIME_DIR.
struct Place : tests::Machine {
  Place() {
    folder = root.make_folder("run") + "/sase-credential";
    file_cache_here = std::make_unique<FileCache>(folder);
  }
  [[nodiscard]] CheckedLink check() {
    const tests::EnvironmentList environment{"XDG_RUNTIME_DIR=" + root.path("run")};
    KeyHolder key(profile, ApiKey(protocol::Secret(tests::the_key)));
    return check_files(profile, key, *environment);
  }
  std::unique_ptr<FileCache> file_cache_here;
};

}  // namespace

TEST_CASE("a folder that is not there yet is made, private", "[files_check]") {
  Place place;
  const CheckedLink link = place.check();
  CHECK(link.state == protocol::LinkState::ok);
  CHECK(link.what == "state in '" + place.folder + "' (XDG_RUNTIME_DIR); cache in files, no token");
  struct stat status {};
  REQUIRE(::stat(place.folder.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700U);
}

TEST_CASE("what is kept is told", "[files_check]") {
  Place place;
  place.file_cache_here->store(place.identity(), {.token = protocol::BearerToken(protocol::Secret("a.token")),
                                                  .expiry = Expiry::after(Moment::now(), 30min)});
  CHECK(contains(place.check().what, "a token with 29m left") !=
        contains(place.check().what, "a token with 30m left"));
  History history;
  history.failure =
      PastFailure{.denied = tests::denied(protocol::Denial::refused), .at = boot_clock(), .route = "r"};
  place.line_up().write_ledger(history);
  CHECK(contains(place.check().what, "the service is not asked now: what happened"));
}

TEST_CASE("what cannot be used comes with what mends it", "[files_check]") {
  struct Row {
    std::string name;
    std::function<void(const std::string&)> spoil;
    std::string remedy;
  };
  const auto row = GENERATE(values<Row>({
      {"open to others",
       [](const std::string& folder) {
         ::mkdir(folder.c_str(), 0700);
         ::chmod(folder.c_str(), 0755);
       },
       "chmod go-rwx FOLDER"},
      {"a link", [](const std::string& folder) { (void)!::symlink("/tmp", folder.c_str()); }, "rm -r FOLDER"},
      {"a file", [](const std::string& folder) { std::ofstream(folder) << "x"; }, "rm -r FOLDER"},
  }));
  DYNAMIC_SECTION(row.name) {
    Place place;
    row.spoil(place.folder);
    const CheckedLink link = place.check();
    CHECK(link.is_broken());
    CHECK(link.code == ExitCode::local_state);
    std::string remedy = row.remedy;
    remedy.replace(remedy.find("FOLDER"), 6, place.folder);
    CHECK(contains(link.remedy, remedy));
  }
}

TEST_CASE("another user's folder is to be removed", "[files_check]") {
  Place place;
  ::mkdir(place.folder.c_str(), 0700);
  if (!tests::give_away(place.folder)) return;
  CHECK(place.check().remedy == "remove it: sudo rm -r " + place.folder);
}

TEST_CASE("an open ledger is mended by its own name", "[files_check]") {
  Place place;
  place.line_up().write_ledger({});
  const std::string ledger = place.folder + '/' + place.account() + ".ledger";
  ::chmod(ledger.c_str(), 0644);
  CHECK(place.check().remedy == "chmod go-rwx " + ledger);
}

TEST_CASE("no place at all breaks the link only where a cache is wanted", "[files_check]") {
  tests::Machine machine;
  const tests::EnvironmentList environment{"A=b"};
  KeyHolder key(machine.profile, ApiKey(protocol::Secret(tests::the_key)));
  CHECK(check_files(machine.profile, key, *environment).code == ExitCode::local_state);
  machine.profile.cache = CacheKind::none;
  CHECK(check_files(machine.profile, key, *environment).state == protocol::LinkState::warning);
}

}  // namespace sase::helper
