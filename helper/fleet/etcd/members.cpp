// SPDX-License-Identifier: Apache-2.0
#include "helper/fleet/etcd/members.hpp"

#include "helper/fleet/store/store.hpp"
#include "helper/os/processes/this_process.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <system_error>
#include <thread>
#include <utility>

namespace sase::fleet {

namespace {

using std::chrono::milliseconds;

/// More would cost more than a caller can wait.
constexpr std::size_t most_timeouts = 3;

/// Before the second round and the next ones.
constexpr std::array pauses = {milliseconds(100), milliseconds(200), milliseconds(400), milliseconds(800)};

[[noreturn]] void fail_without_thread(const std::system_error& error) {
  throw AttemptFailed(Trouble::rejected, "cannot start a thread: " + error.code().message(),
                      std::string(os::remedy_for_shortage(error.code())));
}

}  // namespace

milliseconds with_jitter(milliseconds time) {
  std::random_device random;
  return time * std::uniform_int_distribution<int>(50, 100)(random) / 100;
}

CallContext::CallContext(protocol::FleetSetup new_setup, std::string new_ca_directories,
                         std::shared_ptr<Inbox> new_inbox)
    : setup(std::move(new_setup)),
      ca_directories(std::move(new_ca_directories)),
      inbox(std::move(new_inbox)) {
  for (const std::string& member : setup.members) {
    const auto parsed = protocol::parse_url(member);
    if (parsed.origin.scheme != "https") throw protocol::ProtocolError("a member is not an https URL");
    hosts.push_back(parsed.origin.host);
  }
  // A thread that was given up may still write lines.
  progress = std::make_shared<network::Progress>(
      [inbox = inbox](std::string_view lines) { inbox->add_trace(lines); },
      setup.trace ? network::Tracing::on : network::Tracing::off);
}

Members::Members(std::shared_ptr<const CallContext> context)
    : context_(std::move(context)), order_(context_->hosts.size()) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::shuffle(order_.begin(), order_.end(), std::minstd_rand(std::random_device()()));
}

std::string Members::name() const { return context_->hosts[order_[current_]].authority(); }

void Members::advance() {
  session_.reset();
  current_ = (current_ + 1) % order_.size();
}

void Members::select(std::size_t index) {
  session_.reset();
  current_ = static_cast<std::size_t>(std::ranges::find(order_, index) - order_.begin());
}

GatewayReply Members::attempt(const GatewayRequest& request, Inbox::Until until, milliseconds longest) try {
  has_timed_out_ = false;
  if (!session_) session_ = std::make_shared<Session>();
  const auto work = [session = session_, context = context_, host = context_->hosts[order_[current_]],
                     request] {
    const auto& setup = context->setup;
    if (!session->connection)
      session->connection.emplace(host,
                                  network::TlsFiles{setup.ca_file, context->ca_directories, setup.client_cert,
                                                    setup.client_key, member_words},
                                  setup.timeout, *context->progress, session->is_accepted);
    return session->connection->exchange(request);
  };
  const auto begun = Clock::now();
  // A round has three time-outs at most.
  const auto limit = std::min(longest, context_->setup.budget / 3);
  auto reply = Inbox::run<GatewayReply>(context_->inbox, work, begun + limit, until);
  const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - begun);
  if (reply) {
    context_->progress->trace("fleet: " + name() + " answered " + request.path + ", " +
                              std::to_string(took.count()) + " ms");
    return std::move(*reply);
  }
  const bool was_accepted = std::exchange(session_, nullptr)->is_accepted;
  if (until != Inbox::Until::done && Clock::now() < begun + limit) throw FrontEnded();
  has_timed_out_ = true;
  throw AttemptFailed(was_accepted ? Trouble::unready : Trouble::unreachable,
                      "no answer within " + std::to_string(limit.count()) + " ms", check_member);
} catch (const std::system_error& error) {
  session_.reset();
  fail_without_thread(error);
}

std::optional<std::string> Members::next_line(Clock::time_point deadline) try {
  const auto work = [session = session_] { return session->connection->next_line(); };
  auto line = Inbox::run<std::string>(context_->inbox, work, deadline, Inbox::Until::done_or_end);
  if (!line && Clock::now() < deadline) throw FrontEnded();
  return line;
} catch (const std::system_error& error) {
  fail_without_thread(error);
}

void Members::pause(milliseconds time) {
  context_->inbox->sleep_until(Clock::now() + time);
  if (context_->inbox->ended() != Clock::time_point::max()) throw FrontEnded();
}

void Members::recover(const AttemptFailed& failed, Inbox::Until until, Effort& effort) {
  const auto now = Clock::now();
  const std::string what = name() + ": " + failed.what();
  context_->progress->trace("fleet: " + what);
  advance();
  if (!first_failure_) first_failure_ = now;
  ++effort.tried;
  effort.timeouts += has_timed_out_ ? 1 : 0;
  effort.may_succeed = effort.may_succeed || failed.trouble() == Trouble::unready;
  if (effort.reason.what.empty() || failed.trouble() > effort.trouble) {
    effort.trouble = failed.trouble();
    effort.reason = {.what = what, .hint = failed.hint()};
  }
  const auto ended = context_->inbox->ended();
  const bool has_ended = ended != Clock::time_point::max();
  if (has_ended && until != Inbox::Until::done) throw FrontEnded();
  // No caller waits for a publish whose front has ended, but other hosts do.
  const auto since = has_ended ? ended : *first_failure_;
  const auto left = std::chrono::ceil<milliseconds>(since + context_->setup.budget - now);
  // A member that fails at once costs nothing, and the next one may have the record.
  if ((left.count() > 0 || !has_timed_out_) && effort.tried < order_.size() &&
      effort.timeouts < most_timeouts)
    return;
  if (left.count() <= 0 || !effort.may_succeed) throw Unavailable(effort.reason);
  const auto round = static_cast<std::size_t>(effort.round++);
  effort.tried = effort.timeouts = 0;
  effort.may_succeed = false;
  const auto time = std::min(with_jitter(pauses[std::min(round, pauses.size() - 1)]), left);
  if (until == Inbox::Until::done)
    std::this_thread::sleep_for(time);
  else
    pause(time);
}

}  // namespace sase::fleet
