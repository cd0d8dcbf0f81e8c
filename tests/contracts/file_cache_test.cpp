// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/token_cache.hpp"
#include "tests/contracts/token_cache_contract.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <system_error>

#include <sys/stat.h>

namespace sase::cache {

namespace {

/// A directory that does not exist yet, and the caches in it.
struct Place {
  tests::TemporaryDirectory root;
  std::string directory = root.path("state/sase-credential");
  Identity identity{"default", "https://api.example.test/api/v1/auth/authorize", "a-test-api-key"};
  std::string file = directory + '/' + identity.file_stem() + ".token";

  [[nodiscard]] tests::OpenCache open() const {
    return [this] { return std::make_unique<FileCache>(directory); };
  }
  [[nodiscard]] FileCache cache() const { return FileCache(directory); }

  void store(std::string_view text = "to.ken==") const {
    cache().store(identity, {.bearer = protocol::BearerToken(protocol::Secret(text)),
                             .expiry = Expiry::after(ClockReading::now(), std::chrono::hours(1))});
  }
  [[nodiscard]] bool finds() const { return cache().find(identity).has_value(); }
};

}  // namespace

TEST_CASE("the file cache fulfils the contract of caches", "[file_cache][contract]") {
  const Place place;
  SECTION("an empty cache finds nothing") { tests::an_empty_cache_finds_nothing(place.open()); }
  SECTION("a stored token is found whole") { tests::a_stored_token_is_found_whole(place.open()); }
  SECTION("a stored token is found by another process") {
    tests::a_stored_token_is_found_by_another_process(place.open());
  }
  SECTION("a token is kept whether it is fresh or not") {
    tests::a_token_is_kept_whether_it_is_fresh_or_not(place.open());
  }
  SECTION("a token of any length is kept") { tests::a_token_of_any_length_is_kept(place.open()); }
  SECTION("a later token takes the place of the one before") {
    tests::a_later_token_takes_the_place_of_the_one_before(place.open());
  }
  SECTION("a removed token is gone") { tests::a_removed_token_is_gone(place.open()); }
  SECTION("removing what is not there is no error") {
    tests::removing_what_is_not_there_is_no_error(place.open());
  }
  SECTION("identities do not mix") { tests::identities_do_not_mix(place.open()); }
  SECTION("readers beside a writer find a whole token") {
    tests::readers_beside_a_writer_find_a_whole_token(place.open());
  }
}

TEST_CASE("find and remove create neither directory nor file", "[file_cache]") {
  const Place place;

  CHECK_FALSE(place.finds());
  place.cache().remove(place.identity);

  CHECK_FALSE(tests::exists(place.root.path("state")));
}

TEST_CASE("directory and file are private from creation", "[file_cache]") {
  const Place place;
  const mode_t before = ::umask(0);

  place.store();
  ::umask(before);

  CHECK(tests::read_mode(place.directory) == 0700);
  CHECK(tests::read_mode(place.file) == 0600);
}

TEST_CASE("each identity has exactly one file", "[file_cache]") {
  const Place place;
  place.store();
  place.store("another");

  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(place.directory))
    names.insert(entry.path().filename());
  CHECK(names == std::set<std::string>{place.identity.file_stem() + ".token"});
}

TEST_CASE("the file reveals nothing without the key", "[file_cache]") {
  const Place place;
  place.store("hunter2-token");

  const std::string bytes = tests::text_of_file(place.file);

  CHECK(bytes.find("hunter2") == std::string::npos);
  CHECK(bytes.find("a-test-api-key") == std::string::npos);
}

TEST_CASE("a damaged file is a miss", "[file_cache]") {
  const Place place;
  place.store();
  const std::string whole = tests::text_of_file(place.file);
  const auto replace = [&place](std::string_view bytes) {
    place.root.write("state/sase-credential/" + place.identity.file_stem() + ".token", bytes);
  };

  for (std::size_t size = 0; size < whole.size(); ++size) {
    replace(whole.substr(0, size));
    INFO("cut to " << size << " bytes");
    CHECK_FALSE(place.finds());
  }
  for (const std::string& bytes :
       {whole + "x", whole + whole, std::string(whole.size(), '\0'), std::string(TokenCipher::max_size, 'x'),
        std::string(TokenCipher::max_size + 1, 'x'), std::string(1'000'000, 'x')}) {
    replace(bytes);
    CHECK_FALSE(place.finds());
  }
  replace(whole);
  CHECK(place.finds());
}

TEST_CASE("a file with the name of another identity does not decrypt", "[file_cache]") {
  const Place place;
  place.store();
  const Identity other("work", "https://api.example.test/api/v1/auth/authorize", "a-test-api-key");
  std::filesystem::rename(place.file, place.directory + '/' + other.file_stem() + ".token");

  CHECK_FALSE(place.cache().find(other));
}

TEST_CASE("an unusable directory is a system error", "[file_cache]") {
  const Place place;
  SECTION("a file in the directory's place") { place.root.write("state/sase-credential", ""); }
  SECTION("a directory that is open to others") { place.root.make_directory("state/sase-credential", 0750); }
  SECTION("a link in the directory's place") {
    place.root.make_directory("state/elsewhere");
    std::filesystem::create_directory_symlink("elsewhere", place.directory);
  }
  SECTION("a token's file that is open to others") {
    place.store();
    ::chmod(place.file.c_str(), 0640);
    CHECK_THROWS_AS(place.finds(), std::system_error);
    return;
  }
  SECTION("a link in the token's place") {
    place.store();
    std::filesystem::rename(place.file, place.root.path("moved"));
    std::filesystem::create_symlink(place.root.path("moved"), place.file);
    CHECK_THROWS_AS(place.finds(), std::system_error);
    return;
  }

  CHECK_THROWS_AS(place.finds(), std::system_error);
  CHECK_THROWS_AS(place.store(), std::system_error);
  CHECK_THROWS_AS(place.cache().remove(place.identity), std::system_error);
}

TEST_CASE("a directory or file of another user is a system error", "[file_cache]") {
  const Place place;
  place.store();
  if (!tests::give_away(place.file)) return;  // needs root

  CHECK_THROWS_AS(place.finds(), std::system_error);
  REQUIRE(tests::give_away(place.directory));
  CHECK_THROWS_AS(place.store(), std::system_error);
}

}  // namespace sase::cache
