// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

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
  std::size_t size_ = 0;
  std::size_t line_size_ = 0;
  std::size_t lines_ = 0;
  char last_ = 0;
};

}  // namespace sase::protocol
