// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/deferred_signals.hpp"

#include <cstddef>

namespace sase::os {

namespace {

// A signal handler reaches only global objects.
volatile std::sig_atomic_t came = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void record_signal(int number) noexcept {
  came = number;
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

}  // namespace sase::os
