// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/command.hpp"

#include "helper/failure.hpp"
#include "helper/os/processes/subprocess.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <span>
#include <stdexcept>
#include <system_error>

#include <sys/wait.h>

namespace sase::api_key {

namespace {

constexpr const char* try_it = "run the command in a shell of your own to see what is wrong";

/// The command itself is not shown: it may hold a password.
Failure no_key_from_command(const std::string& why, std::string hint = try_it) {
  return Failure(ExitCode::invalid_settings, "the command of 'api-key-command' gives no key: " + why,
                 std::move(hint));
}

Failure out_of_time() {
  return Failure(ExitCode::unreachable, "the command of 'api-key-command' did not end in time",
                 "unlock what it waits for, or raise 'timeout'");
}

/// What a shell says with its exit code (POSIX, "Exit Status for Commands").
std::string describe(int wait_status) {
  constexpr int cannot_run = 126;
  constexpr int not_found = 127;
  if (WIFSIGNALED(wait_status)) {
    const int number = WTERMSIG(wait_status);
    const char* const words = ::sigdescr_np(number);
    return "it was ended by signal " + std::to_string(number) +
           (words != nullptr ? " (" + std::string(words) + ')' : "");
  }
  const int code = WEXITSTATUS(wait_status);
  std::string text = "it failed with exit code " + std::to_string(code);
  if (code == not_found) text += ", a program was not found";
  if (code == cannot_run) text += ", a program cannot be run";
  return text;
}

ApiKey key_of(os::SubprocessResult result) {
  if (result.wait_status != 0) throw no_key_from_command(describe(result.wait_status));
  if (result.output.empty()) throw no_key_from_command("it wrote nothing");
  try {
    return ApiKey(std::move(result.output));
  } catch (const protocol::ProtocolError& error) {
    throw no_key_from_command(std::string("of what it wrote, ") + error.what(),
                              "it must write the key alone, in one line");
  }
}

std::span<const char* const> entries_of(const Environment& environment) noexcept {
  std::size_t count = 0;
  while (environment.entries()[count] != nullptr)
    ++count;
  return {environment.entries(), count};
}

}  // namespace

ApiKey run_api_key_command(const std::string& command, const Environment& environment,
                           std::chrono::steady_clock::time_point deadline) try {
  const std::array<std::string, 3> arguments = {"sh", "-c", command};
  auto result = os::run_subprocess({.program = "/bin/sh",
                                    .arguments = arguments,
                                    .environment = entries_of(environment),
                                    .input = {},
                                    .output_limit = ApiKey::max_size + 2,
                                    .deadline = deadline,
                                    .session = os::SubprocessSession::own});
  if (!result) throw out_of_time();
  return key_of(std::move(*result));
} catch (const std::system_error& error) {
  throw no_key_from_command(protocol::escape(error.what()),
                            "use 'api-key-file' or another source of the key");
} catch (const std::length_error&) {
  throw no_key_from_command("it wrote more than 16 KiB", "it must write the key alone, in one line");
}

}  // namespace sase::api_key
