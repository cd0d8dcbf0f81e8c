// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/authorizer.hpp"
#include "helper/network/report/progress.hpp"
#include "helper/network/self_sandbox/self_sandbox.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/processes/subprocess.hpp"
#include "helper/os/processes/this_process.hpp"
#include "protocol/authorize/request.hpp"
#include "protocol/escape.hpp"

#include <chrono>
#include <cstdlib>
#include <exception>

namespace {

namespace authorize = sase::authorize;
namespace os = sase::os;
namespace network = sase::network;
namespace protocol = sase::protocol;
using std::chrono::steady_clock;

void respond(steady_clock::time_point begun, const network::SelfSandbox& self_sandbox,
             steady_clock::time_point sandboxed) {
  auto request = protocol::AuthorizeRequest::parse(os::read_message(os::standard_input).reveal());
  // OpenSSL's own variable. NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
  if (const char* const directories = std::getenv("SSL_CERT_DIR")) request.ca_directories = directories;
  os::limit_lifetime(request.timeout);
  network::Progress progress(
      [](std::string_view lines) { os::write_all(os::standard_output, lines); },
      request.trace ? network::Tracing::on : network::Tracing::off,
      request.probe != protocol::Probe::none ? network::Probing::on : network::Probing::off);
  progress.trace_at(begun, "the authorizer starts");
  progress.trace_at(sandboxed, "sandbox: " + self_sandbox.describe());
  authorize::authorize_over_network(request, begun, progress);
}

}  // namespace

/// Reads an AuthorizeRequest from stdin and writes the response (protocol/authorize/response.hpp) to stdout.
/// Exits with 0, or with 1 and a line on stderr if the response is incomplete.
int main() {
  os::end_with_parent();
  const auto begun = steady_clock::now();
  os::harden_process();
  const auto self_sandbox = network::enter_self_sandbox();
  try {
    respond(begun, self_sandbox, steady_clock::now());
  } catch (const std::exception& error) {
    std::fputs(("authorize: " + protocol::escape(error.what()) + '\n').c_str(), stderr);
    std::_Exit(EXIT_FAILURE);
  }
  // Skips OpenSSL's cleanup, which takes a tenth of a call. This program writes no files.
  std::_Exit(EXIT_SUCCESS);
}
