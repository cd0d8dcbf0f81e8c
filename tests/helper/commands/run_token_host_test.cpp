// SPDX-License-Identifier: Apache-2.0
// What the host tool of a format passes to 'token' besides its arguments.
#include "helper/commands/commands.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/user_machine.hpp"

#include <fstream>
#include <string>

namespace sase {

namespace {

using tests::check_is_one_failure;
using tests::contains;
using Machine = tests::UserMachine;
using Result = Machine::Result;

Result ask(const Machine& machine, const std::string& query, Machine::Describe flags = {}) {
  Machine::Describe words = {"token", "--format=external"};
  words.insert(words.end(), flags.begin(), flags.end());
  return machine.call(words, query);
}

Result ask_as_kubectl(const Machine& machine, const std::string& info) {
  const tests::EnvironmentList environment{
      "HOME=" + machine.root.path(), "XDG_RUNTIME_DIR=" + machine.root.path("run"),
      "SASE_URL=https://api.example.test", "SASE_API_KEY=" + std::string(Machine::key),
      "KUBERNETES_EXEC_INFO=" + info};
  return Machine::run_with(*environment, {"sase-credential", "token", "--format=exec-credential"}, -1,
                           tests::MemoryFile());
}

std::string make_info(const std::string& server) {
  return R"({"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential",)"
         R"("spec":{"cluster":{"server":")" +
         server + R"("}}})";
}

}  // namespace

TEST_CASE("'external' answers with strings only", "[run]") {
  const Machine machine;

  for (const std::string query : {"", "{}", R"({"profile":"default"})", R"({"host":"api.example.test"})",
                                  R"({"profile":"default","host":"API.example.test:443"})"}) {
    INFO(query);
    const Result result = ask(machine, query);
    CHECK(result.code == ExitCode::success);
    CHECK(result.output.starts_with(
        R"({"access_token":"hunter2.token==","token_type":"Bearer","expires_in":")"));
    CHECK(result.error.empty());
  }
  CHECK(ask(machine, R"({"profile":"default"})", {"--profile=default"}).code == ExitCode::success);
}

TEST_CASE("'external' rejects an invalid query", "[run]") {
  const Machine machine;

  for (const std::string query :
       {"hunter2", "[]", R"({"profile":1})", R"({"host":"https://api.example.test"})", R"({} hunter2)"}) {
    INFO(query);
    const Result result = ask(machine, query);
    CHECK(result.code == ExitCode::malformed_request);
    check_is_one_failure(result);
  }
  const Result misspelt = ask(machine, R"({"profil":"default"})");
  CHECK(misspelt.code == ExitCode::malformed_request);
  CHECK(contains(misspelt.error, "unknown member 'profil'"));
  CHECK(contains(misspelt.error, "did you mean 'profile'?"));
  check_is_one_failure(misspelt);
}

TEST_CASE("rejects a query for another host, or another profile than the flag's", "[run]") {
  const Machine machine;

  const Result foreign = ask(machine, R"({"host":"evil.test"})");
  CHECK(foreign.code == ExitCode::invalid_settings);
  CHECK(contains(foreign.error, "no profile has the host 'evil.test'"));
  check_is_one_failure(foreign);
  const Result unknown = ask(machine, R"({"profile":"work"})");
  CHECK(unknown.code == ExitCode::invalid_settings);
  CHECK(contains(unknown.error, "the query: there is no profile 'work'"));
  check_is_one_failure(unknown);
  CHECK(ask(machine, R"({"profile":"../x"})").code == ExitCode::invalid_settings);
  const Result disputed = ask(machine, R"({"profile":"work"})", {"--profile=default"});
  CHECK(disputed.code == ExitCode::malformed_request);
  check_is_one_failure(disputed);
}

TEST_CASE("rejects a query whose profile does not have its host", "[run]") {
  const Machine machine;

  const Result result = ask(machine, R"({"profile":"default","host":"evil.test"})");

  CHECK(result.code == ExitCode::invalid_settings);
  CHECK(contains(result.error, "the profile does not have the host 'evil.test'"));
}

TEST_CASE("'exec-credential' uses the version that kubectl requests", "[run]") {
  const Machine machine;
  const std::string tail =
      R"(","kind":"ExecCredential","status":{"token":"hunter2.token==","expirationTimestamp":")";

  CHECK(contains(machine.call({"token", "--format=exec-credential"}).output,
                 R"({"apiVersion":"client.authentication.k8s.io/v1)" + tail));
  CHECK(contains(ask_as_kubectl(machine, "").output,
                 R"({"apiVersion":"client.authentication.k8s.io/v1)" + tail));
  CHECK(contains(ask_as_kubectl(machine, make_info("https://api.example.test")).output,
                 R"({"apiVersion":"client.authentication.k8s.io/v1beta1)" + tail));
}

TEST_CASE("'exec-credential' rejects a cluster that does not match", "[run]") {
  const Machine machine;

  for (const std::string server :
       {"https://evil.test", "http://api.example.test", "https://api.example.test:8443"}) {
    INFO(server);
    const Result result = ask_as_kubectl(machine, make_info(server));
    CHECK(result.code == ExitCode::invalid_settings);
    CHECK(contains(result.error, "cannot send a token to the cluster's server: "));
    check_is_one_failure(result);
  }
}

TEST_CASE("'exec-credential' rejects invalid KUBERNETES_EXEC_INFO", "[run]") {
  const Machine machine;

  for (const std::string info : {"hunter2", "{}", R"({"kind":"ExecCredential","apiVersion":"v1"})"}) {
    INFO(info);
    const Result result = ask_as_kubectl(machine, info);
    CHECK(result.code == ExitCode::malformed_request);
    CHECK(contains(result.error, "KUBERNETES_EXEC_INFO is not understood"));
    CHECK(contains(result.error, "below 'cluster', server is https://HOST"));
    check_is_one_failure(result);
  }
}

}  // namespace sase
