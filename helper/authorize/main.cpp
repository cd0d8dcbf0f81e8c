// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/authorizer.hpp"
#include "helper/authorize/net/endpoint.hpp"
#include "helper/authorize/probe.hpp"
#include "helper/authorize/report/failed_attempt.hpp"
#include "helper/authorize/report/progress.hpp"
#include "helper/authorize/self_sandbox/self_sandbox.hpp"
#include "helper/authorize/watchdog.hpp"
#include "helper/os/processes/hardening.hpp"
#include "helper/os/stream.hpp"
#include "protocol/authorize/exchange.hpp"
#include "protocol/escape.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace {

using sase::protocol::AuthorizeReply;
using sase::protocol::AuthorizeRequest;
using std::chrono::steady_clock;
namespace authorize = sase::authorize;
namespace protocol = sase::protocol;

protocol::AuthError too_late(const AuthorizeRequest& request, authorize::Progress& progress) try {
  progress.note([&] { return "the time is up " + std::string(authorize::describe(progress.phase())); });
  const auto endpoint = authorize::Endpoint::parse(request.url);
  return authorize::no_answer_in_time(endpoint.host, request.timeout, progress.phase());
} catch (const authorize::FailedAttempt& failed) {
  return failed.auth_error();
}

AuthorizeReply late_reply(const AuthorizeRequest& request, authorize::Progress& progress) {
  auto auth_error = too_late(request, progress);
  if (auto* const report = progress.report())
    return authorize::broken_off(std::move(auth_error), progress, *report);
  return {.requests = progress.requests(), .outcome = std::move(auth_error)};
}

[[noreturn]] void complain(const std::exception& error) noexcept {
  const std::string line = "authorize: " + sase::protocol::escape(error.what()) + '\n';
  (void)!write(STDERR_FILENO, line.data(), line.size());
  _exit(EXIT_FAILURE);
}

/// Ends the process at once: the other thread may be at work, and taking OpenSSL down takes a tenth of a
/// call. Nothing is lost, since this program writes no files.
[[noreturn]] void finish(AuthorizeReply reply, const authorize::Progress& progress) noexcept try {
  reply.trace = progress.trace();
  sase::os::write_all(STDOUT_FILENO, reply.write().reveal());
  _exit(EXIT_SUCCESS);
} catch (const std::exception& error) {
  complain(error);
}

/// Nobody is left to read the answer of a caller that has died, and a token that nobody gets counts against
/// the key all the same. A caller that died before the kernel was asked to tell has closed its end of our
/// stdout, which poll says unasked.
void end_with_the_caller() noexcept {
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd out{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  if (poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0) _exit(EXIT_FAILURE);
}

/// A process that has begun, and is safe to work in.
struct Start {
  steady_clock::time_point begun;
  authorize::SelfSandbox self_sandbox;
  steady_clock::time_point confined;
};

[[noreturn]] void answer(const Start& start) {
  const auto request = AuthorizeRequest::parse(sase::os::read_message(STDIN_FILENO).reveal());
  const auto deadline = authorize::deadline_for(start.begun, request.timeout);
  authorize::CheckReport report;
  const bool probing = request.probe != protocol::Probe::none;
  authorize::Progress progress(request.trace ? authorize::Tracing::on : authorize::Tracing::off,
                               probing ? &report : nullptr);
  progress.note_of(start.begun, [] { return "the authorizer runs"; });
  progress.note_of(start.confined, [&] { return "confinement: " + start.self_sandbox.describe(); });
  authorize::Watchdog watchdog(deadline, [&] { finish(late_reply(request, progress), progress); });
  AuthorizeReply reply = authorize::authorize_over_network(request, deadline, progress);
  // Otherwise the watchdog is about to end the process, and two replies would be one too many.
  while (!watchdog.call_off())
    pause();
  finish(std::move(reply), progress);
}

}  // namespace

/// Reads one AuthorizeRequest on stdin, writes one AuthorizeReply on stdout and exits with 0; with 1, and a
/// line on stderr, where no reply could be written.
int main() {
  end_with_the_caller();
  const auto begun = steady_clock::now();
  sase::os::harden_process();
  const auto self_sandbox = authorize::enter_self_sandbox();
  try {
    answer({.begun = begun, .self_sandbox = self_sandbox, .confined = steady_clock::now()});
  } catch (const std::exception& error) {
    complain(error);
  }
}
