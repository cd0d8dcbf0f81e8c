// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sase::protocol {

/// What a caller of git's credential protocol asks, checked.
struct CredentialRequest {
  std::string protocol;
  std::string host;       ///< as the caller wrote it: any case, perhaps with a port, perhaps no possible host
  std::string username;   ///< empty where the caller named none
  bool authtype = false;  ///< the caller announced `capability[]=authtype` (git 2.46): Bearer is understood

  /// The secret of an `erase`: `credential`, else `password`; empty where there is none. Points into the text
  /// that was parsed, so that no copy is made of it.
  std::string_view secret;

  /// Parses one message. Throws ProtocolError when it breaks the language's rules, repeats a key that may
  /// stand once, names no protocol or no host, or holds a `url` that is malformed or says something else than
  /// `protocol`, `host` and `username`.
  [[nodiscard]] static CredentialRequest parse(std::string_view text);
};

}  // namespace sase::protocol
