// SPDX-License-Identifier: Apache-2.0
#include "protocol/secret.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/locked_memory.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace sase::protocol {

namespace {

/// The exit code of a child in which at most that many bytes can be locked.
int exit_code_with_limit(rlim_t most, const std::function<int()>& body) {
  return tests::exit_code_in_child([most, &body] {
    const rlimit limit{.rlim_cur = most, .rlim_max = most};
    if (::setrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 98;
    // Root may lock any amount.
    if (::geteuid() == 0 && ::setuid(tests::another_user) != 0) return 99;
    return body();
  });
}

/// More than a page.
constexpr std::size_t large = 100'000;

/// Whether this process has memory at an address.
bool is_mapped(const char* place) {
  const auto page = reinterpret_cast<std::uintptr_t>(place) / 4096 * 4096;
  unsigned char state = 0;
  return ::mincore(reinterpret_cast<void*>(page), 1, &state) == 0;  // NOLINT(performance-no-int-to-ptr)
}

/// Whether the memory that a secret gives up in `release`, which returns its address, is unmapped. In a
/// process of its own, since a thread that another test has left behind may map memory at the same address.
bool is_returned(const std::function<const char*()>& release) {
  return tests::exit_code_in_child([&release] { return is_mapped(release()) ? 1 : 0; }) == 0;
}

}  // namespace

TEST_CASE("the memory of a secret is mapped", "[secret]") {
  const Secret secret("hunter2");

  CHECK(tests::exit_code_in_child([&secret] { return is_mapped(secret.reveal().data()) ? 1 : 0; }) == 1);
}

TEST_CASE("the memory of a replaced secret is returned", "[secret]") {
  Secret secret("hunter2");

  CHECK(is_returned([&secret] {
    const char* const before = secret.reveal().data();
    secret = Secret("other");
    return before;
  }));
}

TEST_CASE("self-assignment changes nothing", "[secret]") {
  Secret secret("hunter2");
  Secret& same = secret;

  secret = std::move(same);

  CHECK(secret.reveal() == "hunter2");
}

TEST_CASE("the memory of a destroyed secret is returned", "[secret]") {
  CHECK(is_returned([] {
    const Secret secret("hunter2");
    return secret.reveal().data();
  }));
}

TEST_CASE("the memory of uncommitted bytes is returned too", "[secret]") {
  CHECK(is_returned([] {
    Secret secret = Secret::with_capacity(32);
    const auto space = secret.spare_capacity(32);
    std::ranges::fill(space, 'u');
    return space.data();
  }));
}

TEST_CASE("reallocation returns the old memory", "[secret]") {
  Secret secret("hunter2");

  CHECK(is_returned([&secret] {
    const char* const before = secret.reveal().data();
    secret.append(std::string(64, '!'));
    return before;
  }));
}

TEST_CASE("a secret that outgrows its pages keeps its bytes", "[secret]") {
  Secret secret("hunter2");

  CHECK(is_returned([&secret] {
    const char* const before = secret.reveal().data();
    secret.append(std::string(large, '!'));
    return before;
  }));
  secret.append(std::string(large, '!'));

  CHECK(secret.reveal() == "hunter2" + std::string(large, '!'));
}

TEST_CASE("truncated bytes are overwritten", "[secret]") {
  for (const std::size_t size : {std::size_t{10}, large}) {
    Secret secret(std::string(size, 's'));
    const char* const place = secret.reveal().data();

    secret.shrink(4);

    CHECK(secret.reveal() == "ssss");
    CHECK(std::string(place + 4, size - 4) == std::string(size - 4, '\0'));
  }
}

TEST_CASE("shrink() does not enlarge a secret", "[secret]") {
  Secret secret("abc");
  secret.shrink(3);
  secret.shrink(1000);

  CHECK(secret.reveal() == "abc");
}

TEST_CASE("a truncated secret grows again in place", "[secret]") {
  Secret secret("hunter2");
  secret.shrink(1);
  const char* const place = secret.reveal().data();
  secret.append("allow");

  CHECK(secret.reveal() == "hallow");
  CHECK(secret.reveal().data() == place);
}

TEST_CASE("secrets do not overlap", "[secret]") {
  std::vector<Secret> secrets;
  for (std::size_t i = 0; i < 200; ++i)
    secrets.emplace_back(std::string(1 + i * 37 % 3000, static_cast<char>('a' + i % 26)));
  for (std::size_t i = 0; i < secrets.size(); i += 3)
    secrets[i] = Secret();
  for (std::size_t i = 0; i < secrets.size(); i += 3)
    secrets[i] = Secret(std::string(1 + i * 37 % 3000, static_cast<char>('a' + i % 26)));

  for (std::size_t i = 0; i < secrets.size(); ++i)
    REQUIRE(secrets[i].reveal() == std::string(1 + i * 37 % 3000, static_cast<char>('a' + i % 26)));
}

TEST_CASE("the memory of destroyed secrets is reused", "[secret]") {
  for (int call = 0; call < 10'000; ++call) {
    const Secret request(std::string(1000, 'r'));
    const Secret key(std::string(300, 'k'));
    REQUIRE(request.reveal().front() == 'r');
    REQUIRE(key.reveal().back() == 'k');
  }
}

TEST_CASE("secrets are locked in memory, and again in a child", "[secret]") {
  constexpr rlim_t enough = 1'000'000;
  constexpr long expected = large / 1024;
  rlimit limit{};
  if (!tests::can_lock_memory()) return;
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_max < enough) return;
  CHECK(exit_code_with_limit(limit.rlim_max, [] {
          (void)lock_secrets();
          const Secret secret(std::string(large, '!'));
          if (tests::locked_memory() < expected || !lock_secrets()) return 1;
          return tests::exit_code_in_child([] {
            if (tests::locked_memory() != 0) return 2;
            return lock_secrets() && tests::locked_memory() >= expected ? 0 : 3;
          });
        }) == 0);
}

TEST_CASE("without lockable memory, secrets are usable and reported as not locked", "[secret]") {
  if (!tests::can_lock_memory()) return;
  CHECK(exit_code_with_limit(0, [] {
          (void)lock_secrets();
          const Secret secret("hunter2");
          return secret.reveal() == "hunter2" && !lock_secrets() && tests::locked_memory() == 0 ? 0 : 1;
        }) == 0);
}

TEST_CASE("threads can use their own secrets concurrently", "[secret]") {
  const auto work = [](char letter, bool& good) {
    for (int i = 0; i < 2000; ++i) {
      Secret secret(std::string(static_cast<std::size_t>(1 + i % 700), letter));
      secret.append(std::string(100, letter));
      good = good && secret.reveal() == std::string(static_cast<std::size_t>(1 + i % 700) + 100, letter);
    }
  };
  bool left_good = true;
  bool right_good = true;

  std::thread left(work, 'l', std::ref(left_good));
  std::thread right(work, 'r', std::ref(right_good));
  left.join();
  right.join();

  CHECK(left_good);
  CHECK(right_good);
}

}  // namespace sase::protocol
