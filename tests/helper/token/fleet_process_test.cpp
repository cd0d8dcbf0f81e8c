// SPDX-License-Identifier: Apache-2.0
#include "helper/os/fd.hpp"
#include "helper/os/processes/subprocess.hpp"
#include "helper/token/fleet_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include <unistd.h>

// As in authorizer_process_test.cpp: a tree with a link to this program, beside a script that plays `fleet`.

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr const char* fleet_driver = "driver of the tests of the fleet process";

std::string describe_reply(const protocol::FleetReply& reply) {
  if (const auto* const snapshot = std::get_if<protocol::FleetSnapshot>(&reply))
    return "snapshot " + std::to_string(snapshot->revision);
  if (const auto* const written = std::get_if<protocol::FleetWritten>(&reply))
    return "written " + std::to_string(written->revision);
  if (const auto* const unavailable = std::get_if<protocol::FleetUnavailable>(&reply))
    return "unavailable: " + unavailable->what;
  return "something else";
}

/// Two operations, in one line.
std::string ask_fleet() {
  ::signal(SIGPIPE, SIG_IGN);
  const Environment environment(environ);
  FleetProcess store(environment);
  store.open({.members = {"https://etcd1:2379"},
              .ca_file = {},
              .client_cert = {},
              .client_key = {},
              .record_key = "/r",
              .lock_key = "/l",
              .timeout = 5s,
              .budget = 1s});
  std::string text;
  for (int i = 0; i < 2; ++i)
    text += describe_reply(store.ask({.operation = protocol::FleetOperation::read},
                                     steady_clock::now() + (environment.find("HURRIED") ? 100ms : 10s),
                                     Trace())) +
            '|';
  return text + std::to_string(store.members().size());
}

/// The result with a program `fleet` that is this script; none if it is empty.
std::string result_with(const std::string& script, const char* variable = "X=1") {
  const tests::TemporaryDirectory root;
  if (!script.empty()) root.write("libexec/sase-credential/fleet", "#!/bin/sh\n" + script, 0700);
  root.make_directory("bin");
  const std::string program = root.path("bin/front");
  std::error_code other_file_system;
  std::filesystem::create_hard_link(std::filesystem::read_symlink("/proc/self/exe"), program,
                                    other_file_system);
  if (other_file_system) std::filesystem::copy_file("/proc/self/exe", program);
  const std::vector<std::string> words = {program, fleet_driver, "--out", "/dev/null"};
  const std::vector<const char*> environment{"PATH=/usr/bin:/bin", variable, nullptr};
  const auto result = os::run_subprocess({.program = program,
                                          .arguments = words,
                                          .environment = environment.data(),
                                          .output_limit = 100'000,
                                          .deadline = steady_clock::now() + 60s});
  return std::string(result.value().output.reveal());
}

/// Reads the setup, then one request, and writes a reply.
constexpr const char* read_message =
    "message() { while read -r line && [ -n \"$line\" ]; do :; done; }\nmessage\n";

}  // namespace

TEST_CASE(fleet_driver, "[.driver]") { os::write_all(STDOUT_FILENO, ask_fleet()); }

TEST_CASE("the store's program replies to one operation after the other", "[fleet_process]") {
  CHECK(result_with(std::string(read_message) +
                    "message; printf 'kind=snapshot\\nrevision=7\\ndate=9\\nsent_ms=1\\n\\n'\n"
                    "message; printf 'trace[]=1 text\\n\\nkind=member\\nname=etcd1:2379\\n\\n'\n"
                    "printf 'kind=written\\nrevision=8\\ndate=9\\nsent_ms=1\\n\\n'\n") ==
        "snapshot 7|written 8|1");
}

TEST_CASE("once the store is unavailable, its program is not asked again", "[fleet_process]") {
  CHECK(result_with(std::string(read_message) +
                    "message; printf 'kind=unavailable\\nwhat=no leader\\n\\n'; message\n") ==
        "unavailable: no leader|unavailable: no leader|0");
}

TEST_CASE("a store's program that fails is an unavailable store", "[fleet_process]") {
  CHECK(result_with("exit 1").starts_with("unavailable: the program 'fleet' "));
  CHECK(result_with("").starts_with("unavailable: the program 'fleet' cannot be used: "));
  CHECK(result_with(std::string(read_message) + "message; printf 'kind=other\\n\\n'")
            .starts_with("unavailable: invalid response of the program 'fleet': "));
  CHECK(result_with("exec sleep 60", "HURRIED=1").starts_with("unavailable: no reply in time|"));
}

TEST_CASE("a store's program that writes without end is an unavailable store", "[fleet_process]") {
  for (const char* message : {"trace[]=1 text\n", "kind=member\nname=etcd1\n"}) {
    INFO(message);
    CHECK(result_with(std::string(read_message) + "message; exec yes '" + message + "'")
              .starts_with("unavailable: invalid response of the program 'fleet': it is larger than 1 MiB|"));
  }
}

TEST_CASE("the store's program gets no variable that may contain a secret", "[fleet_process]") {
  CHECK(result_with(std::string(read_message) +
                        "message; printf 'kind=unavailable\\nwhat=%s\\n\\n' \"${SASE_API_KEY-none}\"\n",
                    "SASE_API_KEY=hunter2") == "unavailable: none|unavailable: none|0");
}

}  // namespace sase::token
