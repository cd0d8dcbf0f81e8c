// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/error_kind.hpp"
#include "protocol/host.hpp"

#include <string_view>

namespace sase::authorize {

/// What a failed TLS handshake means that is not a matter of the server's certificate. `openssl_text` is
/// OpenSSL's one line about it, `error:0A00010B:SSL routines::wrong version number`.
[[nodiscard]] protocol::AuthError describe_tls_failure(std::string_view openssl_text,
                                                       const protocol::Host& host);

/// Whether that line says that the peer went away without saying goodbye. An empty one does: POCO has an
/// exception for it, which since 1.12 stands for every other failure of TLS as well, and holds that one's
/// line.
[[nodiscard]] bool is_unexpected_end(std::string_view openssl_text) noexcept;

}  // namespace sase::authorize
