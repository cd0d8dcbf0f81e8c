// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/file_system.hpp"
#include "helper/os/processes/subprocess.hpp"
#include "helper/os/processes/this_process.hpp"
#include "helper/token/authorizer.hpp"
#include "protocol/escape.hpp"
#include "protocol/host.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace sase::token {

namespace {

using std::chrono::steady_clock;

/// The longest token with its checks, and the trace of three tries.
constexpr std::size_t largest_response = std::size_t{256} * 1024;

/// Relative to the directory of the front.
constexpr std::string_view internal_programs = "/../libexec/sase-credential/";

constexpr std::string_view reinstall = "reinstall sase-credential";
constexpr std::string_view missing_libraries =
    "install the package for this system, or the libraries that ldd reports as missing";
constexpr std::string_view out_of_memory =
    "if the system ran out of memory (see dmesg), raise the memory limit; otherwise try again";

/// What a system call that fails while the authorizer is started lacks.
struct StartHint {
  std::errc reason;
  std::string_view hint;
};

constexpr std::array start_hints{
    StartHint{std::errc::resource_unavailable_try_again,
              "raise the limit on processes (ulimit -u, or the pids limit of the container)"},
    StartHint{std::errc::permission_denied,
              "make it executable for this user, on a file system that is not mounted with noexec"},
    StartHint{std::errc::operation_not_permitted,
              "allow new processes in the seccomp profile of the container or service"},
    StartHint{std::errc::function_not_supported,
              "allow new processes in the seccomp profile of the container or service"},
};

constexpr std::array<std::string_view, 6> passed_on = {"SSL_CERT_DIR", "RES_OPTIONS", "LOCALDOMAIN",
                                                       // For sanitizer builds.
                                                       "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"};

/// Whether every path of a list is absolute: trusted certificates must not depend on the current directory.
bool all_absolute(std::string_view paths) noexcept {
  while (true) {
    const auto colon = paths.find(':');
    if (!paths.starts_with('/')) return false;
    if (colon == std::string_view::npos) return true;
    paths.remove_prefix(colon + 1);
  }
}

std::string describe_end(const os::SubprocessResult& result) {
  const auto code = result.exit_code();
  if (!code) return "it was killed by signal " + result.describe_signal();
  return "it exited with " + std::to_string(*code) + " without a response";
}

std::string host_in(const std::string& url) try {
  return protocol::parse_url(url).origin.host.text();
} catch (const protocol::ProtocolError&) {
  return url;
}

protocol::AuthError no_answer_in_time(const protocol::AuthorizeRequest& request, protocol::Step step) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(request.timeout).count();
  return {.kind = protocol::ErrorKind::unreachable,
          .what = "no answer from '" + host_in(request.url) + "' within " + std::to_string(seconds) + "s " +
                  std::string(describe(step)),
          .hint = "check the network and proxy, or raise timeout"};
}

/// Reads the response while it arrives.
class Response {
 public:
  Response(const protocol::AuthorizeRequest& request, const Trace& trace)
      : request_(request), trace_(trace), reader_([&trace](const protocol::TraceLine& line) {
          trace.line(steady_clock::time_point(line.at), line.what);
        }) {}

  void read(std::string_view output) {
    const auto checks = reader_.checks().size();
    reader_.read(output);
    if (reader_.checks().size() != checks) last_check_ = steady_clock::now();
  }

  [[nodiscard]] bool has_sent() const noexcept { return reader_.requests() != 0; }

  [[nodiscard]] protocol::AuthorizeReply finish() && { return std::move(reader_).finish(); }

  /// Of an authorizer that failed. It counts each request before it sends it.
  [[nodiscard]] protocol::AuthorizeReply fail(const std::string& why,
                                              std::string_view hint = reinstall) const {
    return {.requests = reader_.requests(),
            .outcome = protocol::AuthError{.kind = protocol::ErrorKind::authorizer_failed,
                                           .what = "the authorizer cannot be used: " + why,
                                           .hint = std::string(hint)}};
  }

  /// At the deadline.
  [[nodiscard]] protocol::AuthorizeReply interrupt() && {
    trace_.line("time is up " + std::string(describe(reader_.step())));
    const auto auth_error = no_answer_in_time(request_, reader_.step());
    const auto failing = failing_check(reader_.step(), reader_.checks());
    auto reply = std::move(reader_).interrupt(auth_error);
    const bool is_probe = request_.probe != protocol::Probe::none;
    if (is_probe && (reply.checks.empty() || reply.checks.back().name < failing))
      reply.checks.push_back(
          {.name = failing,
           .state = protocol::CheckState::broken,
           .kind = auth_error.kind,
           .took = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - last_check_),
           .what = auth_error.what,
           .remedy = auth_error.hint});
    return reply;
  }

 private:
  const protocol::AuthorizeRequest& request_;
  const Trace& trace_;
  protocol::ResponseReader reader_;
  steady_clock::time_point last_check_ = steady_clock::now();
};

}  // namespace

std::string_view start_hint(const std::error_code& error, const std::string& program) noexcept {
  // The dynamic linker of its libraries, if the program itself exists.
  if (os::is_absence(error) && os::read_status(program)) return missing_libraries;
  if (const auto remedy = os::remedy_for_shortage(error); !remedy.empty()) return remedy;
  for (const StartHint& row : start_hints)
    if (error == row.reason) return row.hint;
  return reinstall;
}

std::optional<std::string> find_internal_program(std::string_view name) {
  const auto program = os::program_path();
  if (!program) return std::nullopt;
  return program->substr(0, program->find_last_of('/')).append(internal_programs).append(name);
}

std::vector<const char*> environment_for_network(const Environment& environment) {
  std::vector<const char*> kept;
  for (const std::string_view name : passed_on)
    if (const auto value = environment.find(name); value && (name != "SSL_CERT_DIR" || all_absolute(*value)))
      kept.push_back(value->data() - name.size() - 1);  // the entry begins with "NAME="
  kept.push_back(nullptr);
  return kept;
}

protocol::AuthorizeReply AuthorizerProcess::authorize(const protocol::AuthorizeRequest& request,
                                                      steady_clock::time_point deadline, const Trace& trace) {
  Response response(request, trace);
  const auto program = find_internal_program("authorize");
  if (!program) return response.fail("/proc/self/exe cannot be read", "mount /proc");
  // TLS requires random numbers. The authorizer runs under the same seccomp profile as this process.
  if (const std::error_code error = os::test_getrandom())
    return response.fail("getrandom(2) fails: " + error.message(),
                         "allow getrandom in the seccomp profile of the container or service");
  const std::array<std::string, 1> arguments = {"authorize"};
  const std::vector<const char*> environment = environment_for_network(environment_);
  try {
    const protocol::Secret input = request.write();
    os::SubprocessCall call{.program = *program,
                            .arguments = arguments,
                            .environment = environment.data(),
                            .input = input.reveal(),
                            .output_limit = largest_response,
                            .deadline = std::min(deadline, request.connect_by)};
    call.on_output = [&](std::string_view output) {
      response.read(output);
      if (response.has_sent()) call.deadline = deadline;
    };
    const auto result = os::run_subprocess(call);
    if (!result) return std::move(response).interrupt();
    // The exit code of the dynamic linker for a missing library, and of a shell for a missing program.
    constexpr int cannot_load = 127;
    if (result->exit_code() == cannot_load) return response.fail("it cannot be loaded", missing_libraries);
    if (!result->exit_code()) return response.fail(describe_end(*result), out_of_memory);
    if (result->exit_code() != 0) return response.fail(describe_end(*result));
    return std::move(response).finish();
  } catch (const std::system_error& error) {
    return response.fail(protocol::escape(error.what()), start_hint(error.code(), *program));
  } catch (const std::length_error&) {
    return response.fail("its response is too long");
  } catch (const protocol::ProtocolError& error) {
    return response.fail(std::string("its response is invalid: ") + error.what());
  }
}

}  // namespace sase::token
