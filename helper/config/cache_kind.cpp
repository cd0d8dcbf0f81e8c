// SPDX-License-Identifier: Apache-2.0
#include "helper/config/cache_kind.hpp"

#include <algorithm>

namespace sase::config {

namespace {

constexpr std::array words = [] {
  std::array<NamedValue, cache_kinds.size()> all;
  std::ranges::transform(cache_kinds, all.begin(), [](const CacheKindName& kind) {
    return NamedValue{kind.name, kind.meaning};
  });
  return all;
}();

}  // namespace

std::span<const NamedValue> cache_kind_words() noexcept {
  return words;
}

}  // namespace sase::config
