// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_index.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::config {

namespace {

using Names = std::vector<std::string>;

protocol::Host host(std::string_view text) {
  return protocol::Host::parse(text).value();
}

/// Profiles, and an index of who owns what.
class Shelf {
 public:
  Shelf() {
    directory_.write("profiles/a.conf", "url = https://a.test\n");
    directory_.write("profiles/b.conf", "url = https://b.test\nhost = both.test\n");
  }

  /// Files that have just been written are kept only if this says that they are old.
  void keep() const {
    ProfileSnapshot before = ProfileSnapshot::take(directories_);
    before.newest = {};
    const std::vector<Ownership> owners = {
        {host("a.test"), "a"}, {host("b.test"), "b"}, {host("both.test"), "a"}, {host("both.test"), "b"}};
    index().keep(before, owners);
  }

  [[nodiscard]] ProfileIndex index() const { return {directories_, state()}; }
  [[nodiscard]] std::optional<Names> ask(std::string_view text) const {
    return index().owners_of(host(text));
  }
  [[nodiscard]] std::string state() const { return directory_.path() + "/state"; }
  [[nodiscard]] std::string file() const { return state() + "/profiles.index"; }

  /// The last look at the files is so long ago.
  void age(std::chrono::seconds age) const {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const timespec then{.tv_sec = now.tv_sec - age.count(), .tv_nsec = now.tv_nsec};
    const std::array<timespec, 2> times = {then, then};
    REQUIRE(::utimensat(AT_FDCWD, file().c_str(), times.data(), 0) == 0);
  }

  /// As an editor does that writes to the file where it is.
  void append(const std::string& profile, const char* text) const {
    std::ofstream(directory_.path() + "/profiles/" + profile, std::ios::app) << text;
  }
  void write(const std::string& profile, const std::string& text) const {
    directory_.write("profiles/" + profile, text);
  }

  [[nodiscard]] std::string bytes() const {
    std::ifstream stream(file());
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void replace(const std::string& bytes) const { std::ofstream(file(), std::ios::trunc) << bytes; }

 private:
  tests::TemporaryDirectory directory_;
  std::vector<std::string> directories_ = {directory_.path() + "/profiles/", directory_.path() + "/system/"};
};

}  // namespace

TEST_CASE("without an index nothing is known", "[profile_index]") {
  CHECK(Shelf().ask("a.test") == std::nullopt);
}

TEST_CASE("an index names all profiles that own a host, and knows when none does", "[profile_index]") {
  const Shelf shelf;
  shelf.keep();

  CHECK(shelf.ask("a.test") == Names{"a"});
  CHECK(shelf.ask("both.test") == Names{"a", "b"});
  CHECK(shelf.ask("a.test:8443") == Names{});
  CHECK(shelf.ask("test") == Names{});
}

TEST_CASE("a profile that comes or is replaced makes the index useless at once", "[profile_index]") {
  const Shelf shelf;
  shelf.keep();

  shelf.write("c.conf", "url = https://a.test\n");

  CHECK(shelf.ask("a.test") == std::nullopt);
}

TEST_CASE("a profile that is written to where it is counts once the last look is old", "[profile_index]") {
  const Shelf shelf;
  shelf.keep();
  shelf.append("b.conf", "host = a.test\n");

  CHECK(shelf.ask("a.test") == Names{"a"});
  shelf.age(ProfileIndex::trusted_for);
  CHECK(shelf.ask("a.test") == std::nullopt);
}

TEST_CASE("where no profile is known to own the host, files are looked at", "[profile_index]") {
  const Shelf shelf;
  shelf.keep();
  shelf.append("b.conf", "host = new.test\n");

  CHECK(shelf.ask("new.test") == std::nullopt);
}

TEST_CASE("a look at the files that finds them unchanged is trusted anew", "[profile_index]") {
  const Shelf shelf;
  shelf.keep();
  shelf.age(std::chrono::hours(1));

  CHECK(shelf.ask("a.test") == Names{"a"});
  shelf.append("b.conf", "host = a.test\n");
  CHECK(shelf.ask("a.test") == Names{"a"});
}

TEST_CASE("a look at a time to come is no recent one", "[profile_index]") {
  const Shelf shelf;
  shelf.keep();
  shelf.age(-std::chrono::hours(1));
  shelf.append("b.conf", "host = a.test\n");

  CHECK(shelf.ask("a.test") == std::nullopt);
}

TEST_CASE("an index that is damaged is none", "[profile_index]") {
  const Shelf shelf;
  shelf.keep();
  const std::string whole = shelf.bytes();

  for (std::size_t size = 0; size < whole.size(); ++size) {
    shelf.replace(whole.substr(0, size));
    REQUIRE(shelf.ask("a.test") == std::nullopt);
  }
  shelf.replace(whole + "more.test\ta\n");
  CHECK(shelf.ask("a.test") == std::nullopt);
}

TEST_CASE("an index that others can write is none", "[profile_index]") {
  const Shelf shelf;
  shelf.keep();
  REQUIRE(::chmod(shelf.file().c_str(), 0622) == 0);

  CHECK(shelf.ask("a.test") == std::nullopt);
}

TEST_CASE("files that have just been written are not kept", "[profile_index]") {
  const Shelf shelf;
  const std::vector<std::string> directories = {};

  ProfileSnapshot before = ProfileSnapshot::take(directories);
  before.newest = std::chrono::system_clock::now();
  shelf.index().keep(before, {});

  CHECK(::access(shelf.file().c_str(), F_OK) != 0);
}

}  // namespace sase::config
