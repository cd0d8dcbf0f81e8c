// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>

#include <unistd.h>

// A key that logout removes while a call is under way: no token of it is kept.

namespace sase::token {

namespace {

using namespace std::chrono_literals;

/// A machine whose key is in login's file.
struct LoggedInMachine : tests::Machine {
  std::string file = root.write("keys/default", "");

  LoggedInMachine() {
    place = api_key::ApiKeyLocation{
        .kind = api_key::ApiKeySourceKind::file, .name = file, .choice = api_key::ApiKeySelection::standard};
  }
  void log_out() {
    (void)::unlink(file.c_str());
    file_cache.remove(identity());
  }
};

}  // namespace

TEST_CASE("a token that comes after logout is given to its caller and not kept", "[token_source]") {
  LoggedInMachine machine;
  machine.authorizer.meanwhile = [&machine] { machine.log_out(); };

  CHECK(machine.get() == "fresh-token");

  CHECK(machine.kept() == "(none)");
}

TEST_CASE("a call that waited while logout removed the key asks nobody", "[token_source]") {
  LoggedInMachine machine;
  TokenProvider source = machine.source();
  machine.log_out();

  const Failure failure = tests::failure_of([&source] { (void)source.get(); });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(machine.authorizer.calls == 0);
}

TEST_CASE("a renewal that ends after logout keeps no token", "[token_source]") {
  LoggedInMachine machine;
  machine.keep("old", 600s);
  machine.authorizer.meanwhile = [&machine] {
    machine.note("asked");
    machine.log_out();
  };
  TokenProvider source = machine.source();
  REQUIRE(source.get().token.reveal() == "old");

  REQUIRE(tests::exit_code_in_child([&source] {
            source.refresh_in_background();
            return 0;
          }) == 0);

  REQUIRE(machine.all_is_quiet());
  CHECK(machine.noted("asked") == 1);
  CHECK(machine.kept() == "(none)");
}

}  // namespace sase::token
