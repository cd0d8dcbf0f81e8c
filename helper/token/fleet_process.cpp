// SPDX-License-Identifier: Apache-2.0
#include "helper/token/authorizer.hpp"
#include "helper/token/fleet_store.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

namespace sase::token {

namespace {

using protocol::FleetReply;
using protocol::FleetUnavailable;

constexpr const char* reinstall = "reinstall sase-credential";
constexpr const char* no_reply = "no reply in time";

/// Two values of the largest size in base64 take a third of it, and the rest is for trace lines.
constexpr std::size_t largest_reply = std::size_t{1} << 20U;

}  // namespace

void FleetProcess::open(protocol::FleetSetup setup) {
  program_.reset();
  failure_.reset();
  splitter_ = {};
  members_.clear();
  setup_ = std::move(setup);
}

FleetReply FleetProcess::ask(const protocol::FleetRequest& request, Deadline deadline, const Trace& trace) {
  if (failure_) return *failure_;
  // Replies may have arrived in advance.
  if (std::chrono::steady_clock::now() >= deadline) return fail({.what = no_reply});
  const auto path = find_internal_program("fleet");
  if (!path) return fail({.what = "/proc/self/exe cannot be read", .hint = "mount /proc"});
  try {
    if (!program_) start(*path, deadline);
    program_->send(request.write().reveal(), deadline);
    return receive(deadline, trace);
  } catch (const protocol::ProtocolError& error) {
    return fail(
        {.what = std::string("invalid response of the program 'fleet': ") + error.what(), .hint = reinstall});
  } catch (const std::system_error& error) {
    return fail({.what = "the program 'fleet' cannot be used: " + protocol::escape(error.what()),
                 .hint = std::string(start_hint(error.code(), *path))});
  }
}

void FleetProcess::start(const std::string& path, Deadline deadline) {
  const std::array<std::string, 1> arguments = {"fleet"};
  const std::vector<const char*> environment = environment_for_network(environment_);
  program_.emplace(path, arguments, environment.data());
  program_->send(setup_->write().reveal(), deadline);
}

/// Limited, since a program that writes without end is always ready to be read, also after the deadline.
FleetReply FleetProcess::receive(Deadline deadline, const Trace& trace) {
  for (std::size_t size = 0; size <= largest_reply;) {
    while (const auto message = splitter_.next()) {
      FleetReply reply = protocol::parse_fleet_reply(*message);
      if (const auto* const line = std::get_if<protocol::TraceLine>(&reply))
        trace.line(Trace::Clock::time_point(line->at), line->what);
      else if (auto* const member = std::get_if<protocol::FleetMember>(&reply))
        members_.push_back(std::move(*member));
      else if (const auto* const unavailable = std::get_if<FleetUnavailable>(&reply))
        return fail(*unavailable);
      else
        return reply;
    }
    const auto arrived = program_->receive(deadline);
    if (!arrived) return fail({.what = no_reply});
    if (arrived->empty())
      return fail({.what = "the program 'fleet' ended without a reply", .hint = reinstall});
    size += arrived->size();
    splitter_.add(*arrived);
  }
  throw protocol::ProtocolError("it is larger than 1 MiB");
}

FleetReply FleetProcess::fail(FleetUnavailable why) {
  program_.reset();
  failure_ = std::move(why);
  return *failure_;
}

}  // namespace sase::token
