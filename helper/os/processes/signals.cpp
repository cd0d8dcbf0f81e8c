// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/signals.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace sase::os {

namespace {

// A signal handler reaches only global objects.
volatile std::sig_atomic_t came = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void record_signal(int number) noexcept {
  came = number;
}

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

DeferredSignals::DeferredSignals(std::span<const int> numbers) : numbers_(numbers), before_(numbers.size()) {
  came = 0;
  sigset_t current;
  ::sigemptyset(&current);
  for (const int number : numbers_)
    ::sigaddset(&current, number);
  ::pthread_sigmask(SIG_BLOCK, &current, &mask_before_);
  struct sigaction action {};
  action.sa_handler = record_signal;
  ::sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    ::sigaction(numbers_[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(numbers_[i], &action, nullptr);
  }
}

DeferredSignals::~DeferredSignals() {
  for (std::size_t i = 0; i < numbers_.size(); ++i)
    ::sigaction(numbers_[i], &before_[i], nullptr);
  // A signal that arrived since the last wait is delivered here.
  ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  if (came != 0) (void)::raise(came);
}

bool DeferredSignals::one_came() noexcept {
  return came != 0;
}

SignalWaiter::SignalWaiter() : has_terminal_(has_terminal()) {
  sigset_t handled;
  ::sigemptyset(&handled);
  // signalfd reports a blocked signal even if it is ignored.
  for (const int number : {SIGTERM, SIGINT, SIGHUP})
    if (!is_ignored(number)) ::sigaddset(&handled, number);
  signals_ = Fd(::signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) throw_errno("cannot wait for signals");
  timer_ = Fd(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!timer_) throw_errno("cannot make a timer");
  ::pthread_sigmask(SIG_BLOCK, &handled, &mask_before_);
}

SignalWaiter::~SignalWaiter() {
  ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

WakeReason SignalWaiter::wait(BootClock::time_point until, int readable) {
  const itimerspec time{.it_interval = {}, .it_value = to_timespec(until)};
  if (::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &time, nullptr) != 0)
    throw_errno("cannot set a timer");
  std::array<pollfd, 3> waiting{{{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                                 {.fd = readable, .events = POLLIN, .revents = 0},
                                 {.fd = timer_.get(), .events = POLLIN, .revents = 0}}};
  while (::poll(waiting.data(), waiting.size(), -1) < 0)
    if (errno != EINTR) throw_errno("waiting failed");
  signalfd_siginfo came{};
  if (::read(signals_.get(), &came, sizeof came) == sizeof came)
    return came.ssi_signo == SIGHUP && !has_terminal_ ? WakeReason::by_hup : WakeReason::by_stop;
  return waiting[1].revents != 0 ? WakeReason::by_bytes : WakeReason::by_time;
}

}  // namespace sase::os
