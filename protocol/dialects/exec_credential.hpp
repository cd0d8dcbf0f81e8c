// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace sase::protocol {

/// The versions of client-go's ExecCredential that have the members we read and write. The first is what is
/// meant where nobody names one.
inline constexpr std::array<std::string_view, 2> exec_api_versions = {"client.authentication.k8s.io/v1",
                                                                      "client.authentication.k8s.io/v1beta1"};

/// What kubectl tells a plugin in KUBERNETES_EXEC_INFO (client-go credential plugins, "Input and output
/// formats").
struct ExecInfo {
  /// As long as a variable may be on Linux: a cluster's certificates are in it.
  static constexpr std::size_t limit = 131072;

  std::string_view api_version = exec_api_versions.front();  ///< that the reply must have
  std::optional<Origin> server;  ///< of the cluster, where kubectl tells (`provideClusterInfo: true`)

  /// Throws ProtocolError when it is no JSON object (json_object.hpp), no ExecCredential, of a version that
  /// is not known, or holds a cluster without a server's URL.
  [[nodiscard]] static ExecInfo parse(std::string_view text);
};

}  // namespace sase::protocol
