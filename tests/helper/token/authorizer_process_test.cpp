// SPDX-License-Identifier: Apache-2.0
#include "helper/failure.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/processes/subprocess.hpp"
#include "helper/token/authorizer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include <unistd.h>

// The authorizer is found from where the program itself lies. So these tests put a link to their own program
// into a tree of their own, beside a script that plays the authorizer, and run it with the hidden test below.

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr const char* driver = "driver of the tests of the authorizer process";

/// The result of a request, in one line.
std::string ask() {
  ::signal(SIGPIPE, SIG_IGN);
  const Environment environment(environ);
  const bool hurried = environment.find("HURRIED").has_value();
  protocol::AuthorizeRequest request;
  request.url = "https://api.example.test/authorize";
  request.api_key = protocol::Secret("hunter2-key");
  request.timeout = 5s;
  if (environment.find("PROBE")) request.probe = protocol::Probe::all;
  const auto reply = AuthorizerProcess(environment)
                         .authorize(request, steady_clock::now() + (hurried ? 600ms : 30000ms), Trace());
  std::string checks;
  for (const protocol::Check& check : reply.checks)
    checks += ' ' + std::string(to_name(check.name)) + '=' + std::string(to_name(check.state));
  if (const auto* const auth_error = std::get_if<protocol::AuthError>(&reply.outcome))
    return std::string(auth_error->kind == protocol::ErrorKind::authorizer_failed ? "failed error: "
                                                                                  : "error: ") +
           auth_error->what + checks + " after " + std::to_string(reply.requests);
  const auto& token_response = std::get<protocol::TokenResponse>(reply.outcome);
  return "token: " + std::string(token_response.token.reveal()) + ' ' +
         std::to_string(token_response.lifetime.count()) + checks;
}

/// A tree with this program and an authorizer that is this script.
class Tree {
 public:
  explicit Tree(std::string_view script) {
    root_.write("libexec/sase-credential/authorize", "#!/bin/sh\n" + std::string(script), 0700);
    place_program();
  }
  Tree() { place_program(); }

  [[nodiscard]] std::string ask(std::vector<const char*> environment = {}) const {
    const std::string program = root_.path("bin/front");
    const std::vector<std::string> words = {program, driver, "--out", "/dev/null"};
    environment.insert(environment.end(), {"PATH=/usr/bin:/bin", nullptr});
    const auto result = os::run_subprocess({.program = program,
                                            .arguments = words,
                                            .environment = environment.data(),
                                            .output_limit = 100'000,
                                            .deadline = steady_clock::now() + 60s});
    return std::string(result.value().output.reveal());
  }

 private:
  void place_program() {
    root_.make_directory("bin");
    std::error_code other_file_system;
    std::filesystem::create_hard_link(std::filesystem::read_symlink("/proc/self/exe"),
                                      root_.path("bin/front"), other_file_system);
    if (other_file_system) std::filesystem::copy_file("/proc/self/exe", root_.path("bin/front"));
  }

  tests::TemporaryDirectory root_;
};

constexpr std::string_view success =
    "cat >/dev/null\nprintf 'requests=1\\naccess_token=to.ken==\\nlifetime=3600\\noutcome=granted\\n\\n'\n";

}  // namespace

TEST_CASE(driver, "[.driver]") { os::write_all(STDOUT_FILENO, ask()); }

TEST_CASE("returns the authorizer's response", "[authorizer_process]") {
  CHECK(Tree(success).ask() == "token: to.ken== 3600");
  CHECK(Tree("cat >/dev/null; printf 'requests=1\\noutcome=rejected\\nwhat=no\\n\\n'").ask() ==
        "error: no after 1");
}

TEST_CASE("passes the request on standard input, and no arguments", "[authorizer_process]") {
  const Tree tree(
      "text=$(tr '\\n' ';'); printf 'outcome=rejected\\nwhat=%s %s words %s\\n\\n' \"$#\" \"$0\" "
      "\"$text\"\n");

  const std::string answer = tree.ask();

  CHECK(tests::contains(answer, "error: 0 "));
  CHECK(tests::contains(answer, "/bin/../libexec/sase-credential/authorize words "));
  CHECK(tests::contains(answer, "api_key=hunter2-key;timeout_ms=5000;"));
}

TEST_CASE("passes only the variables for the resolver and OpenSSL", "[authorizer_process]") {
  const Tree tree("cat >/dev/null; printf 'outcome=rejected\\nwhat=%s\\n\\n' \"$(env | tr '\\n' ' ')\"\n");

  const std::string answer =
      tree.ask({"SASE_API_KEY=hunter2", "CHECKPOINT_SASE_API_KEY=hunter2", "PERIMETER81_API_KEY=hunter2",
                "HARMONYSASE_API_KEY=hunter2", "TENANT=hunter2", "LD_LIBRARY_PATH=/x:", "OPENSSL_CONF=o.cnf",
                "SSL_CERT_DIR=/certificates", "RES_OPTIONS=timeout:1"});

  CHECK(tests::contains(answer, "SSL_CERT_DIR=/certificates"));
  CHECK(tests::contains(answer, "RES_OPTIONS=timeout:1"));
  CHECK_FALSE(tests::contains(answer, "LD_LIBRARY_PATH"));
  CHECK_FALSE(tests::contains(answer, "OPENSSL_CONF"));
  CHECK_FALSE(tests::contains(answer, "hunter2"));
}

TEST_CASE("passes SSL_CERT_DIR only if its paths are absolute", "[authorizer_process]") {
  const Tree tree("cat >/dev/null; printf 'outcome=rejected\\nwhat=%s\\n\\n' \"${SSL_CERT_DIR-none}\"\n");

  CHECK(tree.ask({"SSL_CERT_DIR=certificates"}) == "error: none after 0");
  CHECK(tree.ask({"SSL_CERT_DIR=/a:b"}) == "error: none after 0");
}

TEST_CASE("reports an authorizer that fails as a local error", "[authorizer_process]") {
  struct Row {
    const char* name;
    std::string script, why;
  };
  const auto row = GENERATE(values<Row>({
      {"fails", "cat >/dev/null; exit 3", "it exited with 3 without a response"},
      {"responds and fails", std::string(success) + "exit 1", "it exited with 1 without a response"},
      {"is killed", "kill -9 $$", "it was killed by signal 9"},
      {"writes nothing", "cat >/dev/null", "its response is invalid: "},
      {"writes an invalid line", "cat >/dev/null; echo hunter2", "its response is invalid: "},
      {"writes without end", "exec yes outcome=granted", "its response is too long"},
      {"returns an invalid token",
       "cat >/dev/null; printf 'access_token=hunter2 hunter2\\nlifetime=1\\noutcome=granted\\n\\n'",
       "its response is invalid: the access token is not RFC 6750 b64token text"},
  }));

  DYNAMIC_SECTION(row.name) {
    const std::string answer = Tree(row.script).ask();
    CHECK(answer.starts_with("failed error: the authorizer cannot be used: " + row.why));
    CHECK_FALSE(tests::contains(answer, "hunter2"));
  }
}

TEST_CASE("counts what an authorizer had sent before it failed", "[authorizer_process]") {
  CHECK(tests::contains(Tree("printf 'requests=2\\n'; kill -9 $$").ask(), "killed by signal 9"));
  CHECK(Tree("printf 'requests=2\\n'; kill -9 $$").ask().ends_with(" after 2"));
  CHECK(Tree("cat >/dev/null; printf 'requests=1\\nrequests=2\\n'; exit 1").ask().ends_with(" after 2"));
  CHECK(Tree("cat >/dev/null; exit 127").ask() ==
        "failed error: the authorizer cannot be used: it cannot be loaded after 0");
}

TEST_CASE("reports a missing authorizer as a local error", "[authorizer_process]") {
  const std::string answer = Tree().ask();
  CHECK(answer.starts_with("failed error: the authorizer cannot be used: "));
  CHECK(answer.ends_with(" after 0"));
}

TEST_CASE("at the deadline reports the step and counts the requests", "[authorizer_process]") {
  CHECK(Tree("exec sleep 60").ask({"HURRIED=1"}) ==
        "error: no answer from 'api.example.test' within 5s while starting after 0");
  CHECK(Tree("printf 'step=connecting\\nrequests=2\\nst'; exec sleep 60").ask({"HURRIED=1"}) ==
        "error: no answer from 'api.example.test' within 5s while connecting after 2");
}

TEST_CASE("at the deadline a probe keeps its checks and the token", "[authorizer_process]") {
  const std::string checks = "printf 'check[]=name ok 1 a\\nstep=connecting\\n';";
  CHECK(Tree(checks + "exec sleep 60").ask({"HURRIED=1", "PROBE=1"}) ==
        "error: no answer from 'api.example.test' within 5s while connecting name=ok tcp=broken "
        "after 0");
  CHECK(
      Tree(checks + "printf 'check[]=authorize ok 1 a\\naccess_token=to.ken\\nlifetime=60\\n'; exec sleep 60")
          .ask({"HURRIED=1", "PROBE=1"}) == "token: to.ken 60 name=ok authorize=ok read=broken");
}

}  // namespace sase::token
