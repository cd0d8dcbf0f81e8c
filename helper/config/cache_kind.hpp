// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/named_value.hpp"

#include <array>
#include <span>
#include <string_view>

namespace sase::config {

/// Where tokens are kept between calls.
enum class CacheKind { file, keyring, none };

struct CacheKindName {
  CacheKind kind;
  std::string_view name;
  std::string_view meaning;  ///< one line for help
};

/// All of them. The first is the default.
inline constexpr std::array cache_kinds = {
    CacheKindName{CacheKind::file, "file", "a sealed file of yours"},
    CacheKindName{CacheKind::keyring, "keyring", "the Linux kernel's keyring, nothing on disk"},
    CacheKindName{CacheKind::none, "none", "nowhere: every call asks the service"},
};

/// The same as words.
[[nodiscard]] std::span<const NamedValue> cache_kind_words() noexcept;

}  // namespace sase::config
