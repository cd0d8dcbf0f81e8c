// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "protocol/escape.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/user_machine.hpp"

#include <string>

namespace sase {

namespace {

using tests::check_is_one_failure;
using Machine = tests::UserMachine;
using Result = Machine::Result;

const std::string asked = R"({"uri":"https://api.example.test/x"})";

Result call_by_bazel(const Machine& machine, Machine::Describe words, const std::string& input) {
  words.insert(words.begin(), "/usr/bin/bazel-credential-sase");
  return machine.run_words(words, input);
}

}  // namespace

TEST_CASE("answers Bazel by program name and by flag", "[run]") {
  const Machine machine;

  for (const Result& result :
       {call_by_bazel(machine, {"get"}, asked), machine.call({"get", "--dialect", "bazel"}, asked),
        machine.call_by_git({"get", "--dialect=bazel"}, asked)}) {
    CHECK(result.code == ExitCode::success);
    CHECK(
        result.output.starts_with(R"({"headers":{"Authorization":["Bearer hunter2.token=="]},"expires":")"));
    CHECK(result.output.ends_with("Z\"}\n"));
    CHECK(result.error.empty());
  }
}

TEST_CASE("the flag overrides the program name", "[run]") {
  const Machine machine;

  CHECK(call_by_bazel(machine, {"get", "--dialect=git"}, tests::matching_request).output ==
        machine.call({"get"}, tests::matching_request).output);
}

TEST_CASE("a URI that does not match is an error for Bazel", "[run]") {
  const std::string uri = GENERATE(
      values<std::string>({"https://evil.test/", "https://api.example.test:8443/", "http://api.example.test/",
                           "grpcs://api.example.test/a.Service/Method", "https://api.example.test.evil.test/",
                           "https://evil.test/#api.example.test", "https://evil.test?@api.example.test"}));
  const Machine machine;

  DYNAMIC_SECTION(uri) {
    const Result result = call_by_bazel(machine, {"get"}, R"({"uri":")" + uri + "\"}");
    CHECK(result.code == ExitCode::invalid_settings);
    CHECK(tests::contains(result.error, "cannot send a token to the URI: "));
    check_is_one_failure(result);
  }
}

TEST_CASE("rejects a malformed Bazel request in one line", "[run]") {
  const std::string request = GENERATE(values<std::string>(
      {"", "hunter2", "[]", "{}", R"({"uri":1})", R"({"uri":"https://hunter2:p@api.example.test"})",
       tests::matching_request, R"({"uri":"https://api.example.test"} hunter2)"}));
  const Machine machine;

  DYNAMIC_SECTION(protocol::escape(request)) {
    const Result result = call_by_bazel(machine, {"get"}, request);
    CHECK(result.code == ExitCode::malformed_request);
    check_is_one_failure(result);
  }
}

TEST_CASE("rejects a Bazel request that is too long or unreadable", "[run]") {
  const Machine machine;

  const Result result = call_by_bazel(machine, {"get"}, asked + std::string(65536, ' '));
  CHECK(result.code == ExitCode::malformed_request);
  CHECK(tests::contains(result.error, "it has more than 65536 bytes"));
  check_is_one_failure(result);
  CHECK(
      Machine::run_with(*machine.with_key, {"bazel-credential-sase", "get"}, -1, tests::MemoryFile()).code ==
      ExitCode::malformed_request);
}

TEST_CASE("the Bazel dialect has only 'get'", "[run]") {
  const Machine machine;

  for (const char* const operation : {"store", "erase", "capability", "list", "--no-prompt"}) {
    INFO(operation);
    const Result result = call_by_bazel(machine, {operation}, asked);
    CHECK(result.code == ExitCode::usage_error);
    check_is_one_failure(result);
  }
  CHECK(call_by_bazel(machine, {"token"}, "").output == "hunter2.token==\n");
  CHECK(call_by_bazel(machine, {"get", "--help"}, "").code == ExitCode::success);
}

TEST_CASE("writes no 'quit' in the Bazel dialect", "[run]") {
  const Machine machine;
  using Describe = Machine::Describe;

  for (const Describe& words : {Describe{"get", "--no-prompt", "--dialect", "bazel"},
                                Describe{"get", "--no-prompt", "--dialect=bazel", "--garbage"},
                                Describe{"get", "--no-prompt", "--dialect", "bazle"}}) {
    const Result result = machine.call(words, "");
    CHECK(result.code == ExitCode::usage_error);
    check_is_one_failure(result);
  }
  const Result by_name = call_by_bazel(machine, {"get", "--no-prompt", "--garbage"}, "");
  CHECK(by_name.code == ExitCode::usage_error);
  check_is_one_failure(by_name);
  CHECK(machine.call({"get", "--no-prompt", "--dialect=git"}, "").output == "quit=1\n\n");
}

TEST_CASE("an unknown dialect is a usage error that names the nearest", "[run]") {
  const Machine machine;

  const Result result = machine.call({"get", "--dialect", "bazle"}, asked);
  CHECK(result.code == ExitCode::usage_error);
  CHECK(tests::contains(result.error, "unknown dialect 'bazle'"));
  CHECK(tests::contains(result.error, "did you mean 'bazel'?"));
  CHECK(machine.call({"token", "--dialect", "bazel"}).code == ExitCode::usage_error);
}

}  // namespace sase
