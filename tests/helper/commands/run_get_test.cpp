// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "protocol/escape.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/user_machine.hpp"

#include <string>
#include <string_view>

namespace sase {

namespace {

using namespace std::string_literals;
using tests::check_is_one_failure;
using tests::matching_request;
using Machine = tests::UserMachine;
using Result = Machine::Result;

std::string line_after(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  REQUIRE(at != std::string_view::npos);
  const auto begin = at + key.size();
  return std::string(text.substr(begin, text.find('\n', begin) - begin));
}

}  // namespace

TEST_CASE("'get' answers a caller without authtype with user name and password", "[run]") {
  const Machine machine;

  const Result result = machine.call({"get"}, matching_request + "\n");

  CHECK(result.code == ExitCode::success);
  CHECK(result.output.starts_with("username=default\npassword=hunter2.token==\npassword_expiry_utc="));
  CHECK(result.output.ends_with("\n\n"));
  CHECK(result.error.empty());
}

TEST_CASE("'get' answers a caller with authtype with a bearer credential", "[run]") {
  const Machine machine;

  const Result result =
      machine.call_by_git({"get"}, "capability[]=authtype\ncapability[]=state\n" + matching_request);

  CHECK(result.code == ExitCode::success);
  CHECK(result.output ==
        "capability[]=authtype\nauthtype=Bearer\ncredential=hunter2.token==\npassword_expiry_utc=" +
            line_after(result.output, "password_expiry_utc=") + "\nephemeral=1\n\n");
}

TEST_CASE("'get' writes the expiry of the token", "[run]") {
  const Machine machine;
  const auto before = ClockReading::now().wall.time_since_epoch().count();

  const auto expiry =
      std::stoll(line_after(machine.call({"get"}, matching_request).output, "password_expiry_utc="));

  CHECK(expiry >= before + 2990);
  CHECK(expiry <= before + 3005);
}

TEST_CASE("'get' writes nothing for a host that does not match", "[run]") {
  const std::string request = GENERATE(values<std::string>({
      "protocol=https\nhost=evil.test\n\n",
      "protocol=http\nhost=api.example.test\n\n",
      "protocol=https\nhost=api.example.test:8443\n\n",
      "protocol=https\nhost=api.example.test.\n\n",
      "protocol=https\nhost=api.example.test\nusername=other\n\n",
      "protocol=https\nhost=evil\n\nhost=api.example.test\n",
      "url=https://evil.test/\n\n",
  }));
  const Machine machine;

  DYNAMIC_SECTION(protocol::escape(request)) {
    // Not even the key is looked for.
    for (const Result& result :
         {machine.call({"get"}, request), machine.call_without_key({"get", "--no-prompt"}, request)}) {
      CHECK(result.code == ExitCode::success);
      CHECK(result.output.empty());
      CHECK(result.error.empty());
    }
  }
}

TEST_CASE("rejects a malformed request in one line", "[run]") {
  const std::string request = GENERATE(values<std::string>({
      "",
      "\n",
      "protocol=https\n\n",
      "host=api.example.test\n\n",
      "protocol=https\nhost=\n\n",
      "garbage\n",
      "protocol=https\nhost=evil\nhost=api.example.test\n\n",
      "protocol=https\nhost=evil\rhost=api.example.test\n\n",
      "protocol=https\nhost=api.example.test\0\n\n"s,
      "url=https://u:hunter2@api.example.test/\n\n",
      "password=hunter2\ngarbage hunter2\n",
  }));
  const Machine machine;

  DYNAMIC_SECTION(protocol::escape(request)) {
    const Result result = machine.call({"get"}, request);
    CHECK(result.code == ExitCode::malformed_request);
    check_is_one_failure(result);
  }
}

TEST_CASE("rejects a request beyond the limits", "[run]") {
  const Machine machine;

  CHECK(machine.call({"get"}, matching_request + "path=" + std::string(1U << 20U, 'p') + "\n\n").code ==
        ExitCode::malformed_request);
  CHECK(machine.call({"get"}, matching_request + "path=" + std::string(200'000, 'p') + "\n\n").code ==
        ExitCode::success);
}

TEST_CASE("rejects a request that cannot be read", "[run]") {
  const Machine machine;

  const Result result =
      Machine::run_with(*machine.with_key, {"sase-credential", "get"}, -1, tests::MemoryFile());

  CHECK(result.code == ExitCode::malformed_request);
  check_is_one_failure(result);
}

TEST_CASE("'--no-prompt' writes quit=1 after a failure", "[run]") {
  const Machine machine;

  const Result malformed = machine.call({"get", "--no-prompt"}, "garbage\n");
  CHECK(malformed.code == ExitCode::malformed_request);
  CHECK(malformed.output == "quit=1\n\n");

  const Result keyless = machine.call_without_key({"--no-prompt", "get"}, matching_request);
  CHECK(keyless.code == ExitCode::invalid_settings);
  CHECK(keyless.output == "quit=1\n\n");

  CHECK(machine.call_by_git({"--no-prompt", "get"}, "garbage\n").output == "quit=1\n\n");
}

TEST_CASE("'--no-prompt' adds nothing to a success", "[run]") {
  const Machine machine;

  CHECK(machine.call({"get", "--no-prompt"}, matching_request).output ==
        machine.call({"get"}, matching_request).output);
  CHECK_FALSE(tests::contains(machine.call({"get", "--no-prompt"}, matching_request).output, "quit"));
}

TEST_CASE("'--no-prompt' affects only 'get'", "[run]") {
  const Machine machine;

  CHECK(machine.call({"erase", "--no-prompt"}, "garbage\n").output.empty());
  CHECK(machine.call_without_key({"token", "--no-prompt"}).output.empty());
}

TEST_CASE("without '--no-prompt' a failure has no output", "[run]") {
  const Machine machine;

  const Result result = machine.call_without_key({"get"}, matching_request);

  CHECK(result.code == ExitCode::invalid_settings);
  check_is_one_failure(result);
}

}  // namespace sase
