// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sase::tests {

/// A test multiplies its longest allowed time by this: under AddressSanitizer, beside other tests, its own
/// computing takes several times as long.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr int patience = 3;
#else
inline constexpr int patience = 1;
#endif
#else
inline constexpr int patience = 1;
#endif

}  // namespace sase::tests
