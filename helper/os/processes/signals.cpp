// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/signals.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace sase::os {

namespace {

/// At least 1 ms: zero would disarm the timer.
timespec to_timespec(BootClock::time_point time) noexcept {
  const auto count = std::max<BootClock::rep>(time.time_since_epoch().count(), 1);
  return {.tv_sec = static_cast<time_t>(count / 1000),
          .tv_nsec = static_cast<long>(count % 1000 * 1'000'000)};
}

bool is_ignored(int number) noexcept {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

bool has_terminal() noexcept {
  return static_cast<bool>(Fd(::open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)));
}

}  // namespace

DeferredSignals::DeferredSignals(std::span<const int> numbers, AlreadyBlocked blocked) {
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask_before_);
  sigset_t deferred;
  ::sigemptyset(&deferred);
  // signalfd reports a blocked signal even if it is ignored.
  for (const int number : numbers)
    if (!is_ignored(number) &&
        (blocked == AlreadyBlocked::taken || ::sigismember(&mask_before_, number) == 0))
      ::sigaddset(&deferred, number);
  fd_ = Fd(::signalfd(-1, &deferred, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) throw_errno("cannot wait for signals");
  ::pthread_sigmask(SIG_BLOCK, &deferred, nullptr);
}

DeferredSignals::~DeferredSignals() { ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr); }

bool DeferredSignals::one_came() const noexcept {
  pollfd waiting{.fd = fd_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, 0) == 1;
}

SignalWaiter::SignalWaiter()
    : signals_(std::array{SIGTERM, SIGINT, SIGHUP}, AlreadyBlocked::taken),
      timer_(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)),
      has_terminal_(has_terminal()) {
  if (!timer_) throw_errno("cannot make a timer");
}

WakeReason SignalWaiter::wait(BootClock::time_point until, int readable) {
  const itimerspec time{.it_interval = {}, .it_value = to_timespec(until)};
  if (::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &time, nullptr) != 0)
    throw_errno("cannot set a timer");
  std::array<pollfd, 3> waiting{{{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
                                 {.fd = readable, .events = POLLIN, .revents = 0},
                                 {.fd = timer_.get(), .events = POLLIN, .revents = 0}}};
  while (::poll(waiting.data(), waiting.size(), -1) < 0)
    if (errno != EINTR) throw_errno("waiting failed");
  signalfd_siginfo came{};
  if (::read(signals_.fd(), &came, sizeof came) == sizeof came)
    return came.ssi_signo == SIGHUP && !has_terminal_ ? WakeReason::by_hup : WakeReason::by_stop;
  return waiting[1].revents != 0 ? WakeReason::by_bytes : WakeReason::by_time;
}

}  // namespace sase::os
