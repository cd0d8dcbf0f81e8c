// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/fault_plan.hpp"

#include <optional>
#include <string_view>

namespace sase::sandbox {

/// The form that a fault's value names, or nothing. Defined for each enumeration of fault_plan.hpp.
template <typename Form>
[[nodiscard]] std::optional<Form> form_named(std::string_view word);

template <>
std::optional<BodyShape> form_named<BodyShape>(std::string_view word);
template <>
std::optional<ResetStage> form_named<ResetStage>(std::string_view word);
template <>
std::optional<ExpiryForm> form_named<ExpiryForm>(std::string_view word);
template <>
std::optional<TokenForm> form_named<TokenForm>(std::string_view word);
template <>
std::optional<EnvelopeForm> form_named<EnvelopeForm>(std::string_view word);
template <>
std::optional<DateForm> form_named<DateForm>(std::string_view word);
template <>
std::optional<KeyGeneration> form_named<KeyGeneration>(std::string_view word);
template <>
std::optional<FaultRoute> form_named<FaultRoute>(std::string_view word);

}  // namespace sase::sandbox
