// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/os/processes/subprocess.hpp"
#include "protocol/escape.hpp"

#include <array>
#include <system_error>

namespace sase::api_key {

namespace {

constexpr const char* try_it = "run the command in a shell of your own to see what is wrong";

/// The command is not shown: it may contain a password.
Failure no_key_from_command(const std::string& why, std::string hint = try_it) {
  return Failure(ExitCode::invalid_settings, "the command of 'api-key-command' gives no key: " + why,
                 std::move(hint));
}

/// The meaning of a shell's exit status (POSIX, "Exit Status for Commands").
std::string describe_exit(const os::SubprocessResult& result) {
  constexpr int cannot_run = 126;
  constexpr int not_found = 127;
  const auto code = result.exit_code();
  if (!code) return "it was ended by signal " + result.describe_signal();
  std::string text = "it failed with exit code " + std::to_string(*code);
  if (code == not_found) text += ", a program was not found";
  if (code == cannot_run) text += ", a program cannot be run";
  return text;
}

ApiKey parse_output(os::SubprocessResult result) {
  if (result.wait_status != 0) throw no_key_from_command(describe_exit(result));
  if (result.output.empty()) throw no_key_from_command("it wrote nothing");
  return ApiKey(std::move(result.output));
}

}  // namespace

ApiKey run_command(const std::string& command, const Environment& environment, Deadline deadline) try {
  const std::array<std::string, 3> arguments = {"sh", "-c", command};
  auto result = os::run_subprocess({.program = "/bin/sh",
                                    .arguments = arguments,
                                    .environment = environment.entries(),
                                    .output_limit = max_text,
                                    .deadline = deadline,
                                    .leads = os::Leads::session});
  if (!result)
    throw Failure(ExitCode::unreachable, "the command of 'api-key-command' did not end in time",
                  "unlock what it waits for, or raise 'timeout'");
  return parse_output(std::move(*result));
} catch (const std::system_error& error) {
  throw no_key_from_command(protocol::escape(error.what()),
                            "use 'api-key-file' or another source of the key");
}

}  // namespace sase::api_key
