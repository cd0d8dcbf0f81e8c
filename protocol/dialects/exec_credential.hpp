// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"
#include "protocol/secret.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace sase::protocol {

/// The supported versions of client-go's ExecCredential. The first is the default.
inline constexpr std::array<std::string_view, 2> exec_api_versions = {"client.authentication.k8s.io/v1",
                                                                      "client.authentication.k8s.io/v1beta1"};

/// The request of kubectl in KUBERNETES_EXEC_INFO (client-go credential plugins, "Input and output formats").
struct ExecInfo {
  /// The maximum length of a variable on Linux, because the request contains the cluster's certificates.
  static constexpr std::size_t limit = 131072;

  std::string_view api_version = exec_api_versions.front();  ///< that the reply must have
  std::optional<Origin> server;  ///< of the cluster, if `provideClusterInfo: true` is set

  /// Throws ProtocolError if the text is not a JSON object (json_object.hpp) or not an ExecCredential, or if
  /// it has an unknown version or a cluster without a server URL.
  [[nodiscard]] static ExecInfo parse(std::string_view text);
};

/// The reply to kubectl.
[[nodiscard]] Secret write_exec_credential(const BearerToken& token, std::chrono::sys_seconds expires_at,
                                           std::string_view api_version);

}  // namespace sase::protocol
