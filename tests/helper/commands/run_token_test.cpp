// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "protocol/dialects/token_format.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/user_machine.hpp"

#include <string>

namespace sase {

namespace {

using Machine = tests::UserMachine;

}  // namespace

TEST_CASE("'token' writes the requested format", "[run]") {
  const Machine machine;

  CHECK(machine.call({"token"}).output == "hunter2.token==\n");
  CHECK(machine.call({"token", "--format", "token"}).output == "hunter2.token==\n");
  CHECK(machine.call({"token", "--format=header"}).output == "Authorization: Bearer hunter2.token==\n");
  CHECK(machine.call({"token", "--format=json"})
            .output.starts_with(R"({"access_token":"hunter2.token==","token_type":"Bearer","expires_in":)"));
  CHECK(tests::contains(machine.call({"token", "--format=json"}).output,
                        R"("profile":"default","api_url":"https://api.example.test/api/rest"})"));
  for (const auto& format : protocol::token_formats)
    CHECK(machine.call({"token", "--format=" + std::string(format.name)}).code == ExitCode::success);
}

TEST_CASE("'token' does not read standard input", "[run]") {
  const Machine machine;
  const tests::Pipe open_pipe = tests::make_pipe();

  CHECK(Machine::run_with(*machine.with_key, {"sase-credential", "token"}, open_pipe.reader.get(),
                          tests::MemoryFile())
            .output == "hunter2.token==\n");
}

}  // namespace sase
