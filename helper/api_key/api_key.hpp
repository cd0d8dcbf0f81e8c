// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/environment.hpp"
#include "helper/failure.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sase::api_key {

using config::ApiKeySource;
using Deadline = std::chrono::steady_clock::time_point;

/// The long-lived secret that the service exchanges for tokens: one line of printable ASCII, not empty, at
/// most 16 KiB, and no text that is clearly something else. Its format beyond that is the service's.
class ApiKey {
 public:
  static constexpr std::size_t max_size = 16384;

  /// Takes ownership of the text and removes line ends and what pasting puts around a key. Throws
  /// protocol::ProtocolError, which says what the text is, for one that is not a key.
  explicit ApiKey(protocol::Secret text);

  [[nodiscard]] std::string_view reveal() const noexcept { return text_.reveal(); }

 private:
  protocol::Secret text_;
};

/// Where the profile's key is read from: the source that the profile names, whether it exists or not, else
/// the first standard source that exists. Nothing if none exists. Reads no key and runs no command. The value
/// of a systemd credential is its path, if the service has a directory of credentials.
[[nodiscard]] std::optional<ApiKeySource> find_source(const config::Profile& profile,
                                                      const Environment& environment);

/// The failure of a profile for which find_source() returns nothing. With the environment, it names `exec`
/// where that has removed the key.
[[nodiscard]] Failure no_key(const config::Profile& profile);
[[nodiscard]] Failure no_key(const config::Profile& profile, const Environment& environment);

/// The source in a message: `SASE_API_KEY`, `the file '/home/me/key'`. Contains neither a command nor a value
/// that may be a key by mistake.
[[nodiscard]] std::string describe(const ApiKeySource& source);

/// Whether the source is the file of `login`, and `logout` has removed it since it was found.
[[nodiscard]] bool is_removed_by_logout(const ApiKeySource& source) noexcept;

/// Reads the key. A command, which runs with `environment`, and a file that is a pipe are waited for until
/// `deadline`. Throws Failure, which describes the source and contains no byte of the key.
[[nodiscard]] ApiKey read_key(const ApiKeySource& source, const Environment& environment, Deadline deadline);

// How read_key() reads each kind of source. All functions throw Failure, which contains no byte of the key,
// protocol::ProtocolError for a text that is not a key, and std::length_error for one that is too long.

/// Bytes to read for a key and what may surround it.
inline constexpr std::size_t max_text = ApiKey::max_size + 64;

/// The text of a file of at most `limit` bytes, opened by the trust rule (helper/os/files/trusted_file.hpp).
/// A pipe is read until `deadline`.
[[nodiscard]] protocol::Secret read_file(const std::string& path, std::size_t limit, Deadline deadline);

/// Runs a command through `/bin/sh -c` and reads the key that it writes. The command has an empty standard
/// input and a session of its own, so that it has no terminal to prompt on. Its standard error is relayed. At
/// `deadline` it and everything that it started is killed. Throws Failure: settings for a command that fails
/// or writes no key, unreachable for one that does not end in time.
[[nodiscard]] ApiKey run_command(const std::string& command, const Environment& environment,
                                 Deadline deadline);

/// Reads the `user` key with this description from the keyrings that this process can reach
/// (helper/os/keyring).
[[nodiscard]] ApiKey read_keyring(const std::string& description);

/// `$CREDENTIALS_DIRECTORY/NAME` (systemd.exec(5)). Nothing if the variable is not set to an absolute path.
[[nodiscard]] std::optional<std::string> credential_path(const Environment& environment,
                                                         std::string_view name);

/// Reads the credential at a path of credential_path() by the rules of read_file(). systemd creates it with
/// mode 0400 for the service's user or, where its directory can have access lists, for root on an in-memory
/// file system with an entry for that user, which is shown as 0440. A name instead of a path stands for a
/// credential without a directory.
[[nodiscard]] ApiKey read_systemd_credential(const std::string& path, Deadline deadline);

}  // namespace sase::api_key
