// SPDX-License-Identifier: Apache-2.0
#include "helper/failure.hpp"
#include "helper/os/processes/subprocess.hpp"
#include "helper/token/authorizer.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace sase::token {

namespace {

using std::chrono::steady_clock;

/// A token and its words are far below this.
constexpr std::size_t largest_reply = 131072;

/// The authorizer keeps its own time; it is given this much longer to say that it ran out of it.
constexpr std::chrono::milliseconds grace{250};

/// Where the authorizer is installed, seen from the directory of the front.
constexpr std::string_view authorizer_place = "/../libexec/sase-credential/authorize";

template <typename Kind = Failure>
Kind broken(const std::string& why) {
  return Kind(ExitCode::local_state, "the authorizer cannot be used: " + why, "install sase-credential anew");
}

/// The front's real path leads the way, so that an installed tree can be moved and a link can call it.
std::string authorizer_path() {
  std::array<char, 4096> self{};
  const ssize_t size = ::readlink("/proc/self/exe", self.data(), self.size());
  if (size <= 0) throw broken<AuthorizerNotStarted>("/proc/self/exe cannot be read");
  const std::string_view path(self.data(), static_cast<std::size_t>(size));
  return std::string(path.substr(0, path.find_last_of('/'))) + std::string(authorizer_place);
}

/// All that the authorizer has of the environment; the rest reaches it through the pipe.
constexpr std::array<std::string_view, 6> passed_on = {"SSL_CERT_DIR", "RES_OPTIONS", "LOCALDOMAIN",
                                                       // A sanitized build's own settings.
                                                       "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"};

/// Whether every path of a list is absolute: certificates are not taken from whatever directory the host
/// stands in.
bool all_absolute(std::string_view paths) noexcept {
  while (true) {
    const auto colon = paths.find(':');
    if (!paths.starts_with('/')) return false;
    if (colon == std::string_view::npos) return true;
    paths.remove_prefix(colon + 1);
  }
}

bool is_passed_on(std::string_view entry) noexcept {
  const auto equals = std::min(entry.find('='), entry.size());
  const std::string_view name = entry.substr(0, equals);
  const std::string_view value = entry.substr(std::min(equals + 1, entry.size()));
  if (name == "SSL_CERT_DIR" && !all_absolute(value)) return false;
  return std::ranges::find(passed_on, name) != passed_on.end();
}

std::vector<const char*> environment_for_authorizer(const Environment& environment) {
  std::vector<const char*> kept;
  for (const char* const* entry = environment.entries(); *entry != nullptr; ++entry)
    if (is_passed_on(*entry)) kept.push_back(*entry);
  return kept;
}

std::string words_for_end(int wait_status) {
  if (WIFSIGNALED(wait_status)) return "it was ended by signal " + std::to_string(WTERMSIG(wait_status));
  return "it ended with " + std::to_string(WEXITSTATUS(wait_status)) + " and no answer";
}

protocol::AuthorizeReply out_of_time(const protocol::AuthorizeRequest& request) {
  // How far it came is not known; none too few are counted.
  return {.requests = request.tries,
          .outcome = protocol::AuthError{.kind = protocol::ErrorKind::unreachable,
                                         .transient = true,
                                         .what = "no answer in time from '" + request.url + "'",
                                         .hint = "check the network, or raise 'timeout'",
                                         .retry_after = std::nullopt}};
}

}  // namespace

protocol::AuthorizeReply AuthorizerProcess::authorize(const protocol::AuthorizeRequest& request,
                                                      steady_clock::time_point deadline) {
  const std::array<std::string, 1> arguments = {"authorize"};
  const std::vector<const char*> environment = environment_for_authorizer(environment_);
  try {
    const protocol::Secret words = request.write();
    const auto result = os::run_subprocess({.program = authorizer_path(),
                                            .arguments = arguments,
                                            .environment = environment,
                                            .input = words.reveal(),
                                            .output_limit = largest_reply,
                                            .deadline = deadline + grace});
    if (!result) return out_of_time(request);
    // The dynamic linker's word for a library that it misses (as a shell's for a program).
    constexpr int cannot_load = 127;
    if (WIFEXITED(result->wait_status) && WEXITSTATUS(result->wait_status) == cannot_load)
      throw broken<AuthorizerNotStarted>("it cannot be loaded");
    if (result->wait_status != 0) throw broken(words_for_end(result->wait_status));
    return protocol::AuthorizeReply::parse(result->output.reveal());
  } catch (const std::system_error& error) {
    throw broken<AuthorizerNotStarted>(protocol::escape(error.what()));
  } catch (const std::length_error&) {
    throw broken("its answer is too long");
  } catch (const protocol::ProtocolError& error) {
    throw broken(std::string("its answer is not understood: ") + error.what());
  }
}

}  // namespace sase::token
