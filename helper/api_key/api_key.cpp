// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"

#include "protocol/ascii.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <utility>

namespace sase::api_key {

namespace {

/// Editors and `echo` end a file with a line end, which has two bytes on Windows.
std::size_t size_without_line_end(std::string_view text) noexcept {
  if (text.ends_with("\r\n")) return text.size() - 2;
  return text.ends_with('\n') || text.ends_with('\r') ? text.size() - 1 : text.size();
}

}  // namespace

ApiKey::ApiKey(protocol::Secret text) : text_(std::move(text)) {
  text_.shrink(size_without_line_end(text_.reveal()));
  const std::string_view key = text_.reveal();
  if (key.empty()) throw protocol::ProtocolError("it is empty");
  if (key.size() > max_size) throw protocol::ProtocolError("it is longer than 16 KiB");
  if (key.find('\n') != std::string_view::npos) throw protocol::ProtocolError("it has more than one line");
  if (!std::ranges::all_of(key, protocol::is_printable))
    throw protocol::ProtocolError("it holds bytes that are not printable ASCII");
}

}  // namespace sase::api_key
