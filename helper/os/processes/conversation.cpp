// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/conversation.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

namespace sase::os {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Whether the descriptor is ready before the deadline.
bool wait_for(const Fd& fd, short events, steady_clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    const auto patience = std::clamp(left, milliseconds(0), milliseconds(std::chrono::hours(1)));
    pollfd waiting{.fd = fd.get(), .events = events, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(patience.count()));
    if (ready >= 0) return ready > 0;
    if (errno != EINTR) throw_errno("waiting failed");
  }
}

bool is_interruption() noexcept { return errno == EINTR || errno == EAGAIN; }

}  // namespace

Conversation::Conversation(const std::string& program, std::span<const std::string> arguments,
                           const char* const* environment) {
  Pipe input = make_pipe();
  Pipe output = make_pipe();
  const Fd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!null) throw_errno("cannot open '/dev/null'");
  sigset_t none;
  ::sigemptyset(&none);
  child_.emplace(SpawnCall{.program = program,
                           .arguments = arguments,
                           .environment = environment,
                           .input = input.reader.get(),
                           .output = output.writer.get(),
                           .errors = null.get(),
                           .leads = Leads::session,
                           .mask = none});
  to_child_ = std::move(input.writer);
  from_child_ = std::move(output.reader);
  set_nonblocking(to_child_);
}

void Conversation::end() noexcept { to_child_.close(); }

/// Most programs end within a millisecond, and then leave no process behind.
Conversation::~Conversation() {
  end();
  wait_for_end_of_output();
  constexpr timespec pause{.tv_sec = 0, .tv_nsec = 100'000};
  for (int pauses = 0; pauses < 10 && !child_->has_ended(); ++pauses)
    ::nanosleep(&pause, nullptr);
  if (child_->has_ended())
    child_->wait();
  else
    child_->leave();
}

/// The kernel closes a program's files shortly before it reports the end.
void Conversation::wait_for_end_of_output() noexcept try {
  (void)wait_for(from_child_, 0, steady_clock::now() + milliseconds(20));
} catch (const std::system_error&) {
  // The program is left alone if it has not ended.
}

void Conversation::send(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (!wait_for(to_child_, POLLOUT, deadline))
      throw std::system_error(std::make_error_code(std::errc::timed_out), "writing failed");
    const ssize_t written = ::write(to_child_.get(), bytes.data(), bytes.size());
    if (written < 0 && !is_interruption()) throw_errno("writing failed");
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::optional<std::string> Conversation::receive(Deadline deadline) {
  while (true) {
    if (!wait_for(from_child_, POLLIN, deadline)) return std::nullopt;
    std::array<char, 65536> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
    const ssize_t got = ::read(from_child_.get(), buffer.data(), buffer.size());
    if (got >= 0) return std::string(buffer.data(), static_cast<std::size_t>(got));
    if (!is_interruption()) throw_errno("reading failed");
  }
}

}  // namespace sase::os
