// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/service_response.hpp"
#include "helper/names.hpp"
#include "helper/network/tls/tls_failure.hpp"
#include "protocol/escape.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"

#include <string>

namespace sase::fuzz {

namespace {

/// Reverses protocol::escape().
std::string unescape(std::string_view shown) {
  std::string text;
  while (!shown.empty()) {
    const bool is_hex = shown.starts_with("\\x");
    if (is_hex)
      text += static_cast<char>(std::stoi(std::string(shown.substr(2, 2)), nullptr, 16));
    else
      text += shown[shown.front() == '\\' ? 1 : 0];
    shown.remove_prefix(is_hex ? 4 : shown.front() == '\\' ? 2 : 1);
  }
  return text;
}

}  // namespace

/// A key on the first line, then untrusted text for a message.
void shown_text(std::string_view bytes) {
  constexpr std::size_t longest_shown = 200;
  const std::string_view key = take_line(bytes);
  const std::string_view seen = protocol::cut(bytes, longest_shown);

  const std::string shown = protocol::escape(bytes);
  check(is_printable(shown), "escaped text is printable");
  const std::string whole = bytes.size() > longest_shown ? shown.substr(0, shown.size() - 3) : shown;
  check(unescape(whole) == seen, "escaping is reversible");

  const std::string quoted = authorize::quote_unless_secret(bytes, key);
  check(is_printable(quoted) && quoted.size() <= 4 * longest_shown + 7, "a message is printable and bounded");
  check(quoted.empty() || !gives_away(seen, key), "a quotation contains no part of the key");

  check(is_printable(quote_if_short(bytes)), "a quoted name is printable");
  check_outcome(network::describe_tls_failure(bytes, {.name = "api.example.test"}), {});
}

}  // namespace sase::fuzz
