// SPDX-License-Identifier: Apache-2.0
#include "helper/failure.hpp"
#include "helper/os/processes/subprocess.hpp"
#include "helper/os/stream.hpp"
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

/// In one line, what asking the authorizer came to.
std::string ask() {
  ::signal(SIGPIPE, SIG_IGN);
  const Environment environment(environ);
  const bool hurried = environment.find("HURRIED").has_value();
  protocol::AuthorizeRequest request;
  request.url = "https://api.example.test/authorize";
  request.api_key = protocol::Secret("hunter2-key");
  request.timeout = 5s;
  try {
    const auto reply = AuthorizerProcess(environment)
                           .authorize(request, steady_clock::now() + (hurried ? -200ms : 30'000ms));
    if (const auto* const auth_error = std::get_if<protocol::AuthError>(&reply.outcome))
      return (auth_error->transient ? "transient: " : "denied: ") + auth_error->what;
    const auto& token_response = std::get<protocol::TokenResponse>(reply.outcome);
    return "granted: " + std::string(token_response.token.reveal()) + ' ' +
           std::to_string(token_response.lifetime.count());
  } catch (const Failure& failure) {
    return "failure " + std::to_string(static_cast<int>(failure.code)) + ": " + failure.what();
  }
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
    environment.push_back("PATH=/usr/bin:/bin");
    const auto result = os::run_subprocess({.program = program,
                                            .arguments = words,
                                            .environment = environment,
                                            .input = {},
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

constexpr std::string_view grant =
    "cat >/dev/null\nprintf 'requests=1\\noutcome=granted\\naccess_token=to.ken==\\nlifetime=3600\\n\\n'\n";

}  // namespace

TEST_CASE(driver, "[.driver]") {
  os::write_all(STDOUT_FILENO, ask());
}

TEST_CASE("the authorizer's answer is given as it came", "[authorizer_process]") {
  CHECK(Tree(grant).ask() == "granted: to.ken== 3600");
  CHECK(Tree("cat >/dev/null; printf 'requests=1\\noutcome=rejected\\nwhat=no\\n\\n'").ask() == "denied: no");
}

TEST_CASE("the authorizer is given the whole request on standard input and nothing in words",
          "[authorizer_process]") {
  const Tree tree(
      "text=$(tr '\\n' ';'); printf 'outcome=rejected\\nwhat=%s %s words %s\\n' \"$#\" \"$0\" \"$text\"\n");

  const std::string answer = tree.ask();

  CHECK(tests::contains(answer, "denied: 0 "));
  CHECK(tests::contains(answer, "/bin/../libexec/sase-credential/authorize words "));
  CHECK(
      tests::contains(answer, "url=https://api.example.test/authorize;api_key=hunter2-key;timeout_ms=5000;"));
}

TEST_CASE("the authorizer has of our environment what finds names and certificates", "[authorizer_process]") {
  const Tree tree("cat >/dev/null; printf 'outcome=rejected\\nwhat=%s\\n' \"$(env | tr '\\n' ' ')\"\n");

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

TEST_CASE("a directory of certificates is passed on only where it does not depend on the current one",
          "[authorizer_process]") {
  const Tree tree("cat >/dev/null; printf 'outcome=rejected\\nwhat=%s\\n' \"${SSL_CERT_DIR-none}\"\n");

  CHECK(tree.ask({"SSL_CERT_DIR=certificates"}) == "denied: none");
  CHECK(tree.ask({"SSL_CERT_DIR=/a:b"}) == "denied: none");
}

TEST_CASE("an authorizer that cannot be used is a failure of this machine", "[authorizer_process]") {
  struct Row {
    const char* name;
    std::string script, why;
  };
  const auto row = GENERATE(values<Row>({
      {"fails", "cat >/dev/null; exit 3", "it ended with 3 and no answer"},
      {"answers and fails", std::string(grant) + "exit 1", "it ended with 1 and no answer"},
      {"is killed", "kill -9 $$", "it was ended by signal 9"},
      {"says nothing", "cat >/dev/null", "its answer is not understood: "},
      {"talks garbage", "cat >/dev/null; echo hunter2", "its answer is not understood: "},
      {"talks without end", "exec yes outcome=granted", "its answer is too long"},
      {"has a token that is none",
       "cat >/dev/null; printf 'outcome=granted\\naccess_token=hunter2 hunter2\\nlifetime=1\\n'",
       "its answer is not understood: the access token is not RFC 6750 b64token text"},
  }));

  DYNAMIC_SECTION(row.name) {
    const std::string answer = Tree(row.script).ask();
    CHECK(answer.starts_with("failure 7: the authorizer cannot be used: " + row.why));
    CHECK_FALSE(tests::contains(answer, "hunter2"));
  }
}

TEST_CASE("an authorizer that is not installed is a failure of this machine", "[authorizer_process]") {
  CHECK(Tree().ask().starts_with("failure 7: the authorizer cannot be used: "));
}

TEST_CASE("an authorizer that takes too long is ended, and trying later may help", "[authorizer_process]") {
  CHECK(Tree("exec sleep 60").ask({"HURRIED=1"}) ==
        "transient: no answer in time from 'https://api.example.test/authorize'");
}

}  // namespace sase::token
