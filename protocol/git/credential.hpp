// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/parsing.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Messages of key=value lines, and the requests and replies of git in that format.
namespace sase::protocol {

/// Limits of one message. git documents 65,535 bytes per line but sends longer ones, so the limits are
/// higher.
inline constexpr std::size_t max_line_size = std::size_t{1} << 20U;
inline constexpr std::size_t max_message_size = std::size_t{4} << 20U;
inline constexpr std::size_t max_lines = 65536;

/// One `key=value` line. Both are views into the parsed text.
struct Attribute {
  std::string_view key;
  std::string_view value;
};

/// Reads the attributes of one message in order, without copying them.
///
/// The format is that of git (gitcredentials, "input/output format"): lines end with LF or CRLF, the first
/// `=` separates key and value, and the first empty line or the end of the text ends the message. The last
/// line may lack the LF. The reader is stricter than git because of CVE-2020-5260 and CVE-2024-50338: a line
/// without `=`, an empty key, a NUL or a CR anywhere else is an error.
class MessageReader {
 public:
  /// `text` must outlive the reader and its attributes.
  explicit MessageReader(std::string_view text) noexcept : rest_(text) {}

  /// The next attribute, or nothing at the end. Throws ProtocolError for a malformed line or above a limit.
  [[nodiscard]] std::optional<Attribute> next();

  /// Whether at least one attribute was read.
  [[nodiscard]] bool any() const noexcept { return lines_ != 0; }

 private:
  std::string_view rest_;
  std::size_t lines_ = 0;
};

/// Finds the end of a message in bytes that arrive in pieces, and enforces the limits.
class MessageScanner {
 public:
  /// Scans the next bytes. Returns true if they contain the empty line that ends the message. Throws
  /// ProtocolError above max_message_size, max_line_size or max_lines.
  [[nodiscard]] bool scan(std::string_view arrived);

 private:
  /// True for the empty line.
  [[nodiscard]] bool end_line();

  std::size_t size_ = 0;
  std::size_t line_size_ = 0;
  std::size_t lines_ = 0;
  char last_ = 0;
};

/// Appends a line to a message, or nothing for an empty value. Throws ProtocolError for a value that contains
/// a line end or NUL.
void append(Secret& message, std::string_view key, std::string_view value);

/// Throws ProtocolError for anything but a number that is not negative.
template <typename Number>
[[nodiscard]] Number parse_number(const Attribute& attribute) {
  const auto number = parse_number<Number>(attribute.value);
  if (!number || *number < 0) throw ProtocolError("'" + std::string(attribute.key) + "' is not a number");
  return *number;
}

[[nodiscard]] bool parse_flag(const Attribute& attribute);

/// Decodes base64.
[[nodiscard]] std::string parse_bytes(const Attribute& attribute);

/// Texts of a response reach a terminal.
void require_printable(const Attribute& attribute);

[[noreturn]] void reject_key(std::string_view key);

/// A valid request of git's credential protocol.
struct CredentialRequest {
  std::string protocol;
  std::string host;       ///< as in the request: in any case, possibly with a port, not checked
  std::string username;   ///< empty if absent
  bool authtype = false;  ///< the caller sent `capability[]=authtype` (git 2.46) and accepts Bearer

  /// The secret of an `erase`: `credential`, else `password`, else empty. A view into the parsed text, so
  /// that the secret is not copied.
  std::string_view secret;

  /// Parses one message. Throws ProtocolError if it violates the message format, repeats a single-valued key,
  /// has no protocol or no host, or has a `url` that is malformed or contradicts `protocol`, `host` or
  /// `username`.
  [[nodiscard]] static CredentialRequest parse(std::string_view text);
};

/// The form of a credential in a reply.
enum class ReplyForm {
  password,  ///< `username` and `password`: any version of git and compatible tools
  bearer,    ///< `authtype` and `credential`: callers with the capability `authtype` (git 2.46)
};

/// The complete reply to a `get`, including the empty line. `username` is the name of the profile. Because of
/// the expiry, git 2.40 and later do not use an expired token.
[[nodiscard]] Secret write_credential_reply(ReplyForm form, std::string_view username,
                                            const BearerToken& token, std::chrono::sys_seconds expiry);

/// The reply to the operation `capability` (git 2.46, "CAPABILITY INPUT/OUTPUT FORMAT").
inline constexpr std::string_view capability_reply = "version 0\ncapability authtype\n";

}  // namespace sase::protocol
