// SPDX-License-Identifier: Apache-2.0
#include "tests/support/denied_calls.hpp"

#include "helper/os/fd.hpp"

#include <bit>
#include <cstddef>
#include <utility>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

namespace sase::tests {

namespace {

using os::throw_errno;
using Filter = std::vector<sock_filter>;

sock_filter load(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset));
}

void deny_if_equal(Filter& filter, unsigned value, int error) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)));
}

void install(Filter filter) {
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{.len = static_cast<unsigned short>(filter.size()), .filter = filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw_errno("PR_SET_NO_NEW_PRIVS");
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) throw_errno("PR_SET_SECCOMP");
}

}  // namespace

void deny_calls(const std::vector<long>& numbers, int error) {
  Filter filter = {load(offsetof(seccomp_data, nr))};
  for (const long number : numbers)
    deny_if_equal(filter, static_cast<unsigned>(number), error);
  install(std::move(filter));
}

void deny_keyctl(int operation, int error) {
  // The call's first argument; on a big-endian machine its lower half is the second one.
  const std::size_t lower_half = std::endian::native == std::endian::little ? 0 : sizeof(unsigned);
  Filter filter = {load(offsetof(seccomp_data, nr)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_keyctl, 1, 0),
                   BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                   load(offsetof(seccomp_data, args) + lower_half)};
  deny_if_equal(filter, static_cast<unsigned>(operation), error);
  install(std::move(filter));
}

}  // namespace sase::tests
