// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sase {

/// The known name that `given` was probably meant to be: the one that the fewest typed mistakes turn it into,
/// if they are few enough to be mistakes. Empty where none is near.
[[nodiscard]] std::string_view nearest_name(std::string_view given, std::span<const std::string_view> known);

/// The nearest known name that at most so many typed mistakes turn `given` into; empty where none is so near.
[[nodiscard]] std::string_view nearest_within(std::size_t mistakes, std::string_view given,
                                              std::span<const std::string_view> known);

/// A hint, "did you mean 'x'?", or `otherwise` where no name is near.
[[nodiscard]] std::string suggest(std::string_view given, std::span<const std::string_view> known,
                                  std::string otherwise = {});

/// ` 'word'` for a message about a word that is not known; empty for one too long to be a mistyped name of
/// ours, which may be a key that was put in the wrong place.
[[nodiscard]] std::string quote_if_short(std::string_view word);

}  // namespace sase
