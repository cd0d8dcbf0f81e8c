// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace sase::protocol {

/// The bounds of one message. git documents 65,535 bytes a line and passes on longer ones, so ours are wider.
inline constexpr std::size_t max_line_size = std::size_t{1} << 20U;
inline constexpr std::size_t max_message_size = std::size_t{4} << 20U;
inline constexpr std::size_t max_lines = 65536;

/// One `key=value` line. Both parts point into the text that was read.
struct Attribute {
  std::string_view key;
  std::string_view value;
};

/// Takes the attributes of one message in order, without copying them.
///
/// The language is git's (gitcredentials, "input/output format"): lines end with LF or CRLF, the first `=`
/// divides key from value, the first empty line or the end of the text ends the message, and a last line
/// without LF counts. Stricter than git where its history says so (CVE-2020-5260, CVE-2024-50338): a line
/// without `=`, an empty key, a NUL or a CR anywhere else is an error and not data.
class MessageReader {
 public:
  /// `text` must outlive the reader and every attribute it gives.
  explicit MessageReader(std::string_view text) noexcept : rest_(text) {}

  /// The next attribute, or nothing at the end. Throws ProtocolError for a line that breaks a rule or a
  /// bound.
  [[nodiscard]] std::optional<Attribute> next();

  /// Whether at least one attribute was given.
  [[nodiscard]] bool any() const noexcept { return lines_ != 0; }

 private:
  [[nodiscard]] std::string_view take_line();

  std::string_view rest_;
  std::size_t lines_ = 0;
};

/// Tells, while bytes arrive, when a message is whole or past its bounds.
class MessageScanner {
 public:
  /// Looks at bytes that arrived after those given before. Returns true once the empty line has been seen.
  /// Throws ProtocolError past max_message_size, max_line_size or max_lines.
  [[nodiscard]] bool scan(std::string_view arrived);

 private:
  void take(std::string_view part, bool line_ends);

  std::size_t size_ = 0;
  std::size_t line_size_ = 0;
  std::size_t lines_ = 0;
  bool only_cr_ = false;
};

}  // namespace sase::protocol
