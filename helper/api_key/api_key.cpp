// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"

#include "helper/names.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace sase::api_key {

namespace {

using std::string_view;

/// What surrounds a pasted key: blanks, line ends, the byte order mark of UTF-8, the no-break and zero-width
/// spaces of web pages, and the marks of a terminal around pasted text (xterm, "bracketed paste").
constexpr std::array<string_view, 9> surroundings = {
    "\n", "\r", " ", "\t", "\xef\xbb\xbf", "\xc2\xa0", "\xe2\x80\x8b", "\x1b[200~", "\x1b[201~"};

string_view without_surroundings(string_view text) noexcept {
  for (std::size_t before = text.size() + 1; before != text.size();) {
    before = text.size();
    for (const string_view part : surroundings) {
      if (text.starts_with(part)) text.remove_prefix(part.size());
      if (text.ends_with(part)) text.remove_suffix(part.size());
    }
  }
  return text;
}

/// Whether a test is true of any part of a list, whose parts are separated by blanks. One text costs every
/// call less than an array of texts, which the program relocates at its start.
template <typename Test>
bool any_part(string_view parts, Test test) noexcept {
  while (!parts.empty())
    if (test(protocol::next_part(parts, ' '))) return true;
  return false;
}

bool contains_any(string_view text, string_view parts) noexcept {
  return any_part(parts, [text](string_view part) { return text.find(part) != text.npos; });
}

bool starts_with_any(string_view text, string_view parts) noexcept {
  return any_part(parts, [text](string_view part) { return text.starts_with(part); });
}

/// Ignores case and what separates words. Makes no copy of the key.
bool is_spelled_like(string_view text, string_view word) noexcept {
  for (const char c : text) {
    if (c == '-' || c == '_' || c == ' ') continue;
    if (!word.starts_with(protocol::to_lower(c))) return false;
    word.remove_prefix(1);
  }
  return word.empty();
}

bool is_authorization(string_view text) noexcept {
  const auto blank = text.find(' ');
  const string_view scheme = text.substr(0, blank);
  return blank != text.npos && (is_spelled_like(scheme, "bearer") || is_spelled_like(scheme, "basic"));
}

/// `NAME=VALUE` and `NAME: VALUE`. The padding of base64 is no value.
bool is_assignment(string_view text) noexcept {
  for (const string_view command : {"export ", "set "})
    if (text.starts_with(command)) text.remove_prefix(command.size());
  const auto end = std::ranges::find_if(text, [](char c) {
    const char lower = protocol::to_lower(c);
    return !(lower >= 'a' && lower <= 'z') && !protocol::is_digit(c) && c != '_' && c != '-' && c != '.';
  });
  const string_view rest = protocol::trim({end, text.end()});
  if (end == text.begin()) return false;
  return rest.starts_with(": ") || (rest.starts_with('=') && rest.find_first_not_of("= ") != rest.npos);
}

bool is_unexpanded(string_view text) noexcept {
  return contains_any(text, "${ $( {{ #{") || text.starts_with('$') ||
         (text.starts_with('%') && text.ends_with('%'));
}

bool is_masked(string_view text) noexcept { return contains_any(text, "*** ... \xe2\x80\xa6 \xe2\x80\xa2"); }

constexpr string_view placeholders =
    "yourapikey yourapikeyhere yoursaseapikey yourkey yourkeyhere yourtoken "
    "yoursecret insertapikeyhere apikeyhere changeme replaceme placeholder "
    "redacted todo null undefined none "
    "myapikey yoursaseapikeyhere insertyourapikeyhere";

bool is_placeholder(string_view text) noexcept {
  if (text.size() >= 3 && text.find_first_not_of("xX-_") == text.npos) return true;
  return (text.starts_with('<') && text.ends_with('>')) || (text.starts_with('[') && text.ends_with(']')) ||
         any_part(placeholders, [text](string_view word) { return is_spelled_like(text, word); });
}

constexpr protocol::CharacterSet ordinary_characters{
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."};

/// Most keys: longer than the placeholders, and without a character that any row of the table looks for. A
/// call with a cached token can then do without the table.
bool is_ordinary(string_view text) noexcept {
  constexpr std::size_t longer_than_placeholders = 28;
  return text.size() >= longer_than_placeholders && text.size() <= ApiKey::max_size &&
         text.find("...") == text.npos && text.find_first_not_of("xX-_") != text.npos &&
         ordinary_characters.has_all(text);
}

/// A text that is not a key, and what it is. The first row that matches counts.
struct NoKey {
  bool (*is)(string_view text) noexcept;
  const char* what;
};

constexpr std::array no_keys = {
    NoKey{[](string_view text) noexcept { return text.empty(); }, "it is empty"},
    NoKey{[](string_view text) noexcept { return text.size() > ApiKey::max_size; },
          "it is longer than 16 KiB"},
    NoKey{is_utf16, "it is encoded in UTF-16, and not in ASCII or UTF-8"},
    NoKey{[](string_view text) noexcept { return text.starts_with("-----BEGIN "); },
          "it is a PEM file, such as a certificate or its private key"},
    NoKey{[](string_view text) noexcept { return starts_with_any(text, "<! <html <?xml"); },
          "it is a web page"},
    NoKey{is_quoted, "it is in quotes"},
    NoKey{is_authorization, "it begins with 'Bearer' or 'Basic', as a header does"},
    NoKey{is_unexpanded, "it is an unexpanded variable or template"},
    NoKey{is_assignment, "it is a line NAME=VALUE, and not the value alone"},
    NoKey{[](string_view text) noexcept { return text.starts_with('{'); },
          "it is JSON, and not a value of it"},
    NoKey{[](string_view text) noexcept {
            return starts_with_any(text,
                                   "http:// https:// op:// vault: arn: file: ref+ /run/ /var/ /etc/ /home/ "
                                   "~/ /builds/ /tmp/ /root/ /opt/ /mnt/ /secrets/ /vault/ /dev/") ||
                   (text.size() > 2 && text.substr(1).starts_with(":\\"));
          },
          "it is a path, a URL or a reference to the key"},
    NoKey{is_masked, "it is masked or cut off"},
    NoKey{is_placeholder, "it is a placeholder"},
    NoKey{[](string_view text) noexcept { return text.find('\n') != text.npos; },
          "it has more than one line"},
    NoKey{[](string_view text) noexcept { return !std::ranges::all_of(text, protocol::is_printable); },
          "it holds bytes that are not printable ASCII"},
};

}  // namespace

ApiKey::ApiKey(protocol::Secret text) : text_(std::move(text)) {
  const string_view key = without_surroundings(text_.reveal());
  if (!is_ordinary(key))
    for (const NoKey& row : no_keys)
      if (row.is(key)) throw protocol::ProtocolError(row.what);
  if (key.size() != text_.size()) text_ = protocol::Secret(key);
}

}  // namespace sase::api_key
