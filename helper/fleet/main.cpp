// SPDX-License-Identifier: Apache-2.0
#include "helper/fleet/etcd/etcd_store.hpp"
#include "helper/network/self_sandbox/self_sandbox.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/processes/subprocess.hpp"
#include "helper/os/processes/this_process.hpp"
#include "protocol/escape.hpp"
#include "protocol/fleet/request.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <system_error>
#include <thread>

#include <malloc.h>

namespace {

namespace fleet = sase::fleet;
namespace network = sase::network;
namespace os = sase::os;
namespace protocol = sase::protocol;
using namespace std::chrono_literals;
using fleet::Inbox;
using protocol::FleetOperation;

constexpr auto never = Inbox::Clock::time_point::max();

void read_input(const std::shared_ptr<Inbox>& inbox) {
  try {
    protocol::MessageSplitter splitter;
    while (true) {
      protocol::Secret bytes;
      const std::string_view arrived = os::read_some(os::standard_input, bytes);
      if (arrived.empty()) break;
      splitter.add(arrived);
      while (auto message = splitter.next())
        inbox->add(std::move(*message));
    }
  } catch (const std::exception&) {
    // A front that writes no message has ended.
  }
  inbox->end();
}

void write(Inbox& inbox, const protocol::FleetReply& reply) {
  os::write_all(os::standard_output, inbox.take_trace());
  os::write_all(os::standard_output, protocol::write_message(reply).reveal());
}

protocol::FleetReply carry_out(fleet::Store& store, const protocol::FleetRequest& request, Inbox& inbox) {
  switch (request.operation) {
    case FleetOperation::read: return store.read();
    case FleetOperation::wait: return store.wait(request.seen);
    case FleetOperation::acquire: return store.acquire(request.seen, request.record, request.lock);
    case FleetOperation::publish: return store.publish(request.seen, request.record);
    case FleetOperation::examine:
      store.examine([&](const protocol::FleetMember& member) { write(inbox, member); });
      return store.confirm();
  }
  throw std::logic_error("unknown operation");
}

/// A front that was stopped holds the lock no longer than until `end`. False once it has closed its end.
bool serve_next(fleet::Store& store, Inbox& inbox, Inbox::Clock::time_point end) {
  const auto renewal = store.next_renewal();
  const auto message = inbox.next(renewal == never ? never : std::min(renewal, end));
  const bool has_ended = inbox.ended() != never;
  if (!message) {
    if (!has_ended) Inbox::Clock::now() < end ? store.renew() : store.release();
    return !has_ended;
  }
  const auto request = protocol::FleetRequest::parse(*message);
  if (has_ended && request.operation != FleetOperation::publish) return true;
  try {
    write(inbox, carry_out(store, request, inbox));
  } catch (const fleet::Unavailable& unavailable) {
    write(inbox, unavailable.reply());
  }
  return true;
}

void serve(const network::SelfSandbox& self_sandbox) {
  const auto inbox = std::make_shared<Inbox>();
  try {
    std::thread(read_input, inbox).detach();
  } catch (const std::system_error& error) {
    return write(*inbox,
                 protocol::FleetUnavailable{.what = "cannot start a thread: " + error.code().message()});
  }
  const auto first = inbox->next(never);
  if (!first) return;
  // OpenSSL's own variable. NOLINTNEXTLINE(concurrency-mt-unsafe): no thread changes the environment
  const char* const directories = std::getenv("SSL_CERT_DIR");
  const auto context = std::make_shared<const fleet::CallContext>(
      protocol::FleetSetup::parse(*first), directories == nullptr ? "" : directories, inbox);
  context->progress->trace("fleet: sandbox: " + self_sandbox.describe());
  // Which rounds up by one to two seconds.
  os::limit_lifetime(std::max(0ms, context->setup.timeout - 1s));
  const auto end = Inbox::Clock::now() + context->setup.timeout - fleet::longest_release;
  fleet::EtcdStore store(context);
  try {
    while (serve_next(store, *inbox, end)) {
    }
  } catch (const fleet::FrontEnded&) {
  } catch (const std::system_error&) {
    // The front reads no more.
  }
  store.release();
}

}  // namespace

/// Reads a FleetSetup and then requests (protocol/fleet/request.hpp) from stdin, and writes the replies to
/// stdout (protocol/fleet/reply.hpp) until the end of its input. Unlike the authorizer it outlives the front
/// for a moment, to finish a publish or to release the lock. Exits with 0, or with 1 and a line on stderr
/// after an invalid message.
int main() {
  os::harden_process();
  // The arena of a further thread grows page by page: a hundred system calls for a connection.
  (void)::mallopt(M_ARENA_MAX, 1);  // NOLINT(concurrency-mt-unsafe): there is no other thread yet
  const auto self_sandbox = network::enter_self_sandbox();
  try {
    serve(self_sandbox);
  } catch (const std::exception& error) {
    std::fputs(("fleet: " + protocol::escape(error.what()) + '\n').c_str(), stderr);
    std::_Exit(EXIT_FAILURE);
  }
  // Skips OpenSSL's cleanup, which takes a tenth of a call, and threads that were given up.
  std::_Exit(EXIT_SUCCESS);
}
