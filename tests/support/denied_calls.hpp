// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace sase::tests {

/// From here on the kernel answers these calls of this process with an error, as containers arrange it. Only
/// for children: there is no way back.
void deny_calls(const std::vector<long>& numbers, int error);

/// The same of one operation of keyctl(2).
void deny_keyctl(int operation, int error);

}  // namespace sase::tests
