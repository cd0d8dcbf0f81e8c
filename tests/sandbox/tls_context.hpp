// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/options.hpp"
#include "tests/sandbox/state_directory.hpp"

#include <Poco/Net/Context.h>

namespace sase::sandbox {

/// The server's side of TLS: the certificate and key of `directory`, from the oldest version OpenSSL has up
/// to `newest`. Throws Poco::Exception when the files are unusable, std::runtime_error when OpenSSL refuses a
/// setting.
[[nodiscard]] Poco::Net::Context::Ptr make_tls_context(const StateDirectory& directory, TlsVersion newest);

}  // namespace sase::sandbox
