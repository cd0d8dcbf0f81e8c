// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "helper/os/fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/user_machine.hpp"

#include <nlohmann/json.hpp>

#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace sase {

namespace {

using tests::check_is_one_failure;
using tests::matching_request;
using Machine = tests::UserMachine;
using Result = Machine::Result;
using Describe = Machine::Describe;

constexpr std::string_view the_key = Machine::key;

}  // namespace

TEST_CASE("warns about a misspelled variable if a setting is invalid, and not on a cache hit", "[run]") {
  const Machine machine;
  const tests::EnvironmentList misspelt_key{"HOME=" + machine.root.path(), "SASE_API_KYE=hunter2"};
  const tests::EnvironmentList misspelt_region{
      "HOME=" + machine.root.path(), "XDG_RUNTIME_DIR=" + machine.root.path("run"),
      "SASE_URL=https://api.example.test", "SASE_API_KEY=" + std::string(the_key), "SASE_REGOIN=eu"};
  const tests::MemoryFile output;

  const Result failed = Machine::run_with(*misspelt_key, {"sase-credential", "token"},
                                          tests::MemoryFile("").fd(), tests::MemoryFile());
  const Result cached = Machine::run_with(*misspelt_region, {"sase-credential", "token"},
                                          tests::MemoryFile("").fd(), tests::MemoryFile());

  CHECK(failed.code == ExitCode::invalid_settings);
  CHECK(failed.error.starts_with(
      "sase-credential: warning: SASE_API_KYE is not known; did you mean SASE_API_KEY?\n"
      "sase-credential: no API key for the profile 'default'\n"));
  CHECK(cached.output == "hunter2.token==\n");
  CHECK(cached.error.empty());
}

TEST_CASE("exits 7 if the output cannot be written", "[run]") {
  const Machine machine;
  const Describe command = GENERATE(values<Describe>({{"sase-credential", "get"},
                                                      {"sase-credential", "token"},
                                                      {"sase-credential", "capability"},
                                                      {"sase-credential", "--help"},
                                                      {"sase-credential", "--version"}}));
  std::vector<const char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(word.c_str());
  const tests::MemoryFile input(matching_request);
  const tests::MemoryFile error;
  const os::Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));

  DYNAMIC_SECTION(command.back()) {
    CHECK(commands::run(arguments, *machine.with_key, input.fd(), full.get(), Diagnostics(error.fd())) ==
          ExitCode::local_state);
    CHECK(error.text() == "sase-credential: cannot write to standard output: No space left on device\n");
  }
}

TEST_CASE("reports an invalid setting with its place", "[run]") {
  Machine machine;
  const std::string path = machine.root.write(".config/sase-credential/profiles/default.conf",
                                              "url = https://api.example.test\nregoin = eu\n");

  const Result result = machine.call({"token"});

  CHECK(result.code == ExitCode::invalid_settings);
  CHECK(result.error == "sase-credential: " + path +
                            ":2: unknown setting 'regoin'\n"
                            "sase-credential: hint: did you mean 'region'?\n");
  check_is_one_failure(result);
}

TEST_CASE("reads nothing from the current directory", "[run]") {
  const Machine machine;
  const tests::TemporaryDirectory here;
  for (const char* const name : {".env", ".netrc", "default.conf", "sase-credential/profiles/default.conf",
                                 ".config/sase-credential/profiles/default.conf", "profiles/default.conf"})
    here.write(name, "bogus = 1\n");
  const os::Fd before(::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(::chdir(here.path().c_str()) == 0);

  const Result result = machine.call({"token"});
  REQUIRE(::fchdir(before.get()) == 0);

  CHECK(result.output == "hunter2.token==\n");
}

TEST_CASE("an unexpected exception of a library is reported without its text, which may be a secret",
          "[run]") {
  try {
    const auto value = nlohmann::json::parse("{\"token\": \"hunter2\n");
    FAIL("expected an exception, got " << value.dump());
  } catch (const nlohmann::json::exception& error) {
    CHECK(tests::contains(commands::describe_unexpected(error), "parse_error"));
    CHECK_FALSE(tests::contains(commands::describe_unexpected(error), "hunter2"));
  }
  CHECK_FALSE(tests::contains(commands::describe_unexpected(std::invalid_argument("hunter2")), "hunter2"));
  CHECK(commands::describe_unexpected(std::bad_alloc()) == "St9bad_alloc");
  const std::system_error of_system(std::make_error_code(std::errc::io_error), std::string(1000, '\n'));
  CHECK(commands::describe_unexpected(of_system).size() < 1000);
  CHECK(commands::describe_unexpected(of_system).starts_with("\\x0a\\x0a"));
}

}  // namespace sase
