// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/access_token.hpp"
#include "helper/api_key/login_files.hpp"
#include "helper/cli/command_line.hpp"
#include "helper/config/profile_selector.hpp"
#include "helper/config/settings.hpp"
#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"
#include "helper/failure.hpp"
#include "helper/os/processes/this_process.hpp"
#include "helper/token/provider.hpp"
#include "protocol/dialects/token_format.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sase::commands {

/// The arguments of a command. It ends in this directory: lower directories receive values.
struct Call {
  std::span<const char* const> arguments = {};  ///< as main() gets them
  const cli::CommandLine& line;
  const Environment& environment;
  int input;
  int output;
  const Diagnostics& diagnostics;
  config::IgnoredVariables& ignored_variables;
  const cli::DialectName* called_as = nullptr;  ///< from the program's name; null for `sase-credential`
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  const os::CallerState* caller = nullptr;  ///< null if the process was not hardened
};

/// Runs the command that `arguments` (program name first) name, with these descriptors as standard streams.
/// Reports every error, in one line and at most one hint. `caller` is the state of the process before it was
/// hardened; null if it was not.
[[nodiscard]] ExitCode run(std::span<const char* const> arguments, const Environment& environment, int input,
                           int output, const Diagnostics& diagnostics,
                           const os::CallerState* caller = nullptr);

/// An exception for a message: the text of a system error, else the type, since a library may quote its
/// input.
[[nodiscard]] std::string describe_unexpected(const std::exception& error);

/// The commands. Each returns the exit code or throws Failure.
ExitCode get(const Call& call);
ExitCode store(const Call& call);
ExitCode erase(const Call& call);
ExitCode capability(const Call& call);
ExitCode token(const Call& call);
ExitCode exec(const Call& call);
ExitCode watch(const Call& call);
ExitCode login(const Call& call);
ExitCode logout(const Call& call);
ExitCode status(const Call& call);
ExitCode doctor(const Call& call);
ExitCode help(const Call& call);
ExitCode complete(const Call& call);

/// The one table of commands.
[[nodiscard]] cli::Commands table() noexcept;

/// The dialect of the call: from its flag, else from the program's name, else git's. Throws Failure (usage).
[[nodiscard]] cli::Dialect select_dialect(const Call& call);

/// Selects profiles by the call's flags and environment.
[[nodiscard]] config::ProfileSelector profile_selector(const Call& call);

/// What a TokenSession takes from the call, with these diagnostics.
[[nodiscard]] token::SessionContext session_context(const Call& call,
                                                    const Diagnostics& diagnostics) noexcept;
[[nodiscard]] inline token::SessionContext session_context(const Call& call) noexcept {
  return session_context(call, call.diagnostics);
}

/// Drains a request that is not needed, so that its writer gets no SIGPIPE. Gives up after 10 seconds.
void ignore_request(const Call& call) noexcept;

/// Writes a whole output. Throws Failure (local_state) if it cannot be written.
void write_output(const Call& call, std::string_view text);

/// Reads a JSON document of at most protocol::JsonObject::usual_limit bytes from standard input. `form`
/// describes the expected document, for hints. Throws Failure (malformed_request).
[[nodiscard]] protocol::Secret read_document(const Call& call, const char* form);

/// The failure for a request on standard input that cannot be parsed. `form` describes a valid one.
[[nodiscard]] Failure malformed_request(const std::string& why, const char* form);

/// The profile that has the host of `origin`, for dialects in which a host without a profile is an error.
/// `what` names the origin in the message. Throws Failure (invalid_settings).
[[nodiscard]] config::Profile require_profile(const config::ProfileSelector& selector,
                                              const protocol::Origin& origin, std::string_view what);

/// Formats a token as one reply.
using ReplyFormatter = std::function<protocol::Secret(const protocol::BearerToken&, const ExpiryTimes&)>;

/// Writes the token of a profile to standard output, then refreshes it in the background if it is due. Throws
/// Failure.
ExitCode deliver(const Call& call, const config::Profile& profile, const ReplyFormatter& format);

/// The entries of the environment without the variables with a key, which the entry in `added` names.
[[nodiscard]] std::vector<const char*> environment_without_keys(const Call& call,
                                                                std::vector<protocol::Secret>& added);

/// The format that `--format` names, or the default. Throws Failure (usage_error) that suggests the nearest
/// name.
[[nodiscard]] const protocol::TokenFormat& parse_format(const cli::CommandLine& line);

/// The output of a successful `login`: what was verified and stored, and examples to copy. `lifetime` is that
/// of the issued token; nothing if none was requested.
[[nodiscard]] std::string login_report(const config::Profile& profile, const api_key::LoginFiles& files,
                                       std::optional<std::chrono::seconds> lifetime);

}  // namespace sase::commands
