// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/deferred_signals.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <functional>

#include <poll.h>

namespace sase::os {

namespace {

constexpr std::array held_numbers = {SIGTERM, SIGINT};

/// Whether a wait without an end of its own was ended.
bool wait_is_ended(const DeferredSignals& current) {
  return ::ppoll(nullptr, 0, nullptr, &current.mask_before()) < 0 && errno == EINTR;
}

/// In a child, which has none of the test framework's handlers.
int wait_for_exit_code(const std::function<int()>& body) {
  return tests::exit_code_in_child([&body] {
    for (const int number : held_numbers)
      (void)std::signal(number, SIG_DFL);
    return body();
  });
}

}  // namespace

TEST_CASE("a signal that came before a wait ends that wait, and then the process", "[held_signals]") {
  const int code = wait_for_exit_code([] {
    const DeferredSignals current(held_numbers);
    (void)::raise(SIGTERM);
    if (DeferredSignals::one_came()) return 1;
    if (!wait_is_ended(current) || !DeferredSignals::one_came()) return 2;
    return 0;
  });

  CHECK(code == 128 + SIGTERM);
}

TEST_CASE("a signal that nobody waited for does at the end what it would have done", "[held_signals]") {
  const int code = wait_for_exit_code([] {
    {
      const DeferredSignals current(held_numbers);
      (void)::raise(SIGINT);
    }
    return 0;
  });

  CHECK(code == 128 + SIGINT);
}

TEST_CASE("a signal that the caller ignores stays ignored, and others are let through", "[held_signals]") {
  const int ignored = wait_for_exit_code([] {
    (void)std::signal(SIGTERM, SIG_IGN);
    const DeferredSignals current(held_numbers);
    (void)::raise(SIGTERM);
    return DeferredSignals::one_came() ? 1 : 0;
  });
  const int other = wait_for_exit_code([] {
    const DeferredSignals current(held_numbers);
    (void)::raise(SIGUSR1);
    return 0;
  });

  CHECK(ignored == 0);
  CHECK(other == 128 + SIGUSR1);
}

}  // namespace sase::os
