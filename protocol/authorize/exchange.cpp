// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/exchange.hpp"

#include "protocol/ascii.hpp"
#include "protocol/escape.hpp"
#include "protocol/git/message.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace sase::protocol {

namespace {

using namespace std::string_view_literals;

constexpr std::array<std::pair<Probe, std::string_view>, 2> probe_names = {{
    {Probe::way, "way"},
    {Probe::all, "all"},
}};

void append(Secret& message, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  if (value.find_first_of("\n\r\0"sv) != std::string_view::npos)
    throw ProtocolError("'" + std::string(key) + "' cannot be said in one line");
  message.append(key);
  message.append("=");
  message.append(value);
  message.append("\n");
}

template <typename Number>
Number parse_number(const Attribute& attribute) {
  Number number{};
  const char* const end = attribute.value.data() + attribute.value.size();
  const auto [stop, error] = std::from_chars(attribute.value.data(), end, number);
  if (error != std::errc{} || stop != end || number < 0)
    throw ProtocolError("'" + std::string(attribute.key) + "' is not a number");
  return number;
}

unsigned parse_tries(const Attribute& attribute) {
  const auto tries = parse_number<unsigned>(attribute);
  if (tries < 1 || tries > most_tries)
    throw ProtocolError("'tries' is not between 1 and " + std::to_string(most_tries));
  return tries;
}

bool parse_flag(const Attribute& attribute) {
  if (attribute.value != "0" && attribute.value != "1")
    throw ProtocolError("'" + std::string(attribute.key) + "' is neither 0 nor 1");
  return attribute.value == "1";
}

std::string_view word_for(Probe probe) noexcept {
  const auto* const found = std::ranges::find(probe_names, probe, &std::pair<Probe, std::string_view>::first);
  return found == probe_names.end() ? std::string_view() : found->second;
}

Probe parse_probe(std::string_view word) {
  const auto* const found = std::ranges::find(probe_names, word, &std::pair<Probe, std::string_view>::second);
  if (found == probe_names.end()) throw ProtocolError("'probe' is unknown");
  return found->first;
}

ErrorKind parse_denial(std::string_view name) {
  const auto kind = find_error_kind(name);
  if (!kind) throw ProtocolError("'outcome' is unknown");
  return *kind;
}

unsigned parse_status(const Attribute& attribute) {
  constexpr unsigned largest = 999;
  const auto status = parse_number<unsigned>(attribute);
  if (status > largest) throw ProtocolError("'status' is none of HTTP");
  return status;
}

[[noreturn]] void reject_key(std::string_view key) {
  throw ProtocolError("the key '" + escape(key.substr(0, 40)) + "' is unknown");
}

void take(AuthorizeRequest& request, const Attribute& attribute) {
  const auto& [key, value] = attribute;
  if (key == "url")
    request.url = value;
  else if (key == "api_key")
    request.api_key = Secret(value);
  else if (key == "timeout_ms")
    request.timeout = std::chrono::milliseconds(parse_number<std::int64_t>(attribute));
  else if (key == "tries")
    request.tries = parse_tries(attribute);
  else if (key == "ca_file")
    request.ca_file = value;
  else if (key == "client_cert")
    request.client_cert = value;
  else if (key == "client_key")
    request.client_key = value;
  else if (key == "proxy")
    request.proxy = value;
  else if (key == "no_proxy")
    request.no_proxy = value;
  else if (key == "trace")
    request.trace = parse_flag(attribute);
  else if (key == "probe")
    request.probe = parse_probe(value);
  else if (key == "read_url")
    request.read_url = value;
  else
    reject_key(key);
}

/// What a person will read must be safe on a terminal, whoever made it up.
void require_printable(const Attribute& attribute) {
  const bool printable = std::ranges::all_of(attribute.value, is_printable);
  if (!printable) throw ProtocolError("'" + std::string(attribute.key) + "' is not printable");
}

/// The steady clock itself, which counts more finely, reaches no further.
constexpr auto latest_time =
    std::chrono::floor<std::chrono::microseconds>(std::chrono::steady_clock::duration::max());

/// Reads `MICROSECONDS WORDS`.
TraceLine parse_trace_line(const Attribute& attribute) {
  require_printable(attribute);
  const auto blank = attribute.value.find(' ');
  if (blank == std::string_view::npos || blank + 1 == attribute.value.size())
    throw ProtocolError("'" + std::string(attribute.key) + "' has no words");
  const Attribute time{.key = attribute.key, .value = attribute.value.substr(0, blank)};
  const std::chrono::microseconds at(parse_number<std::int64_t>(time));
  if (at > latest_time) throw ProtocolError("'" + std::string(attribute.key) + "' has too late a time");
  return {.at = at, .what = std::string(attribute.value.substr(blank + 1))};
}

/// A link, in its order.
void take_link(std::vector<Check>& checks, const Attribute& attribute) {
  require_printable(attribute);
  Check check = Check::parse(attribute.value);
  if (!checks.empty() && checks.back().name >= check.name) throw ProtocolError("a link is out of order");
  checks.push_back(std::move(check));
}

/// What to do about the link before it.
void take_remedy(std::vector<Check>& checks, const Attribute& attribute) {
  require_printable(attribute);
  if (checks.empty() || !checks.back().remedy.empty()) throw ProtocolError("a remedy for no link");
  checks.back().remedy = attribute.value;
}

/// The lines of a reply before it is known which kind of reply they make.
struct ReplyLines {
  std::string outcome;
  std::uint32_t requests = 0;
  Secret token;
  std::optional<std::chrono::seconds> lifetime;
  AuthError auth_error;
  std::vector<TraceLine> trace;
  std::vector<Check> checks;
  std::optional<unsigned> status;
};

void take(ReplyLines& lines, const Attribute& attribute) {
  const auto& [key, value] = attribute;
  if (key == "what" || key == "hint") require_printable(attribute);
  if (key == "outcome")
    lines.outcome = value;
  else if (key == "requests")
    lines.requests = parse_number<std::uint32_t>(attribute);
  else if (key == "access_token")
    lines.token = Secret(value);
  else if (key == "lifetime")
    lines.lifetime = std::chrono::seconds(parse_number<std::int64_t>(attribute));
  else if (key == "transient")
    lines.auth_error.transient = value == "1";
  else if (key == "what")
    lines.auth_error.what = value;
  else if (key == "hint")
    lines.auth_error.hint = value;
  else if (key == "retry_after")
    lines.auth_error.retry_after = std::chrono::seconds(parse_number<std::int64_t>(attribute));
  else if (key == "trace[]")
    lines.trace.push_back(parse_trace_line(attribute));
  else if (key == "link[]")
    take_link(lines.checks, attribute);
  else if (key == "remedy[]")
    take_remedy(lines.checks, attribute);
  else if (key == "status")
    lines.status = parse_status(attribute);
  else
    reject_key(key);
}

std::variant<TokenResponse, AuthError> take_outcome(ReplyLines& lines) {
  if (lines.outcome == "granted") {
    if (!lines.lifetime) throw ProtocolError("'lifetime' is missing");
    return TokenResponse{.token = BearerToken(std::move(lines.token)), .lifetime = *lines.lifetime};
  }
  lines.auth_error.kind = parse_denial(lines.outcome);
  if (lines.auth_error.what.empty()) throw ProtocolError("'what' is missing");
  return std::move(lines.auth_error);
}

void append(Secret& message, const TokenResponse& token_response) {
  append(message, "outcome", "granted");
  append(message, "access_token", token_response.token.reveal());
  append(message, "lifetime", std::to_string(token_response.lifetime.count()));
}

void append(Secret& message, const AuthError& auth_error) {
  append(message, "outcome", name_of(auth_error.kind));
  append(message, "transient", auth_error.transient ? "1" : "");
  append(message, "what", auth_error.what);
  append(message, "hint", auth_error.hint);
  if (auth_error.retry_after) append(message, "retry_after", std::to_string(auth_error.retry_after->count()));
}

void append(Secret& message, const Check& check) {
  append(message, "link[]", check.write());
  append(message, "remedy[]", check.remedy);
}

void append(Secret& message, const TraceLine& line) {
  append(message, "trace[]", std::to_string(line.at.count()) + ' ' + line.what);
}

}  // namespace

Secret AuthorizeRequest::write() const {
  Secret message = Secret::with_capacity(api_key.size() + 1024);
  append(message, "url", url);
  append(message, "api_key", api_key.reveal());
  append(message, "timeout_ms", std::to_string(timeout.count()));
  append(message, "tries", std::to_string(tries));
  append(message, "ca_file", ca_file);
  append(message, "client_cert", client_cert);
  append(message, "client_key", client_key);
  append(message, "proxy", proxy);
  append(message, "no_proxy", no_proxy);
  append(message, "trace", trace ? "1" : "");
  append(message, "probe", word_for(probe));
  append(message, "read_url", read_url);
  message.append("\n");
  return message;
}

AuthorizeRequest AuthorizeRequest::parse(std::string_view text) {
  AuthorizeRequest request;
  MessageReader reader(text);
  while (const auto attribute = reader.next())
    take(request, *attribute);
  if (request.url.empty()) throw ProtocolError("'url' is missing");
  if (request.api_key.empty() && request.probe != Probe::way) throw ProtocolError("'api_key' is missing");
  if (request.timeout.count() == 0) throw ProtocolError("'timeout_ms' is missing");
  return request;
}

Secret AuthorizeReply::write() const {
  Secret message = Secret::with_capacity(2048);
  append(message, "requests", std::to_string(requests));
  std::visit([&message](const auto& result) { append(message, result); }, outcome);
  if (status) append(message, "status", std::to_string(*status));
  for (const TraceLine& line : trace)
    append(message, line);
  for (const Check& check : checks)
    append(message, check);
  message.append("\n");
  return message;
}

AuthorizeReply AuthorizeReply::parse(std::string_view text) {
  ReplyLines lines;
  MessageReader reader(text);
  while (const auto attribute = reader.next())
    take(lines, *attribute);
  return {.requests = lines.requests,
          .outcome = take_outcome(lines),
          .trace = std::move(lines.trace),
          .checks = std::move(lines.checks),
          .status = lines.status};
}

}  // namespace sase::protocol
