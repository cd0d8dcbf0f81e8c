// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/response.hpp"

#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

#include <utility>

namespace sase::protocol {

namespace {

constexpr std::array<std::string_view, check_count> check_names = {"name",  "tcp",       "proxy", "tls",
                                                                   "clock", "authorize", "read"};
constexpr std::array<std::string_view, 4> state_names = {"ok", "warning", "broken", "untried"};

CheckId find_check(std::string_view name) {
  const auto* const found = std::ranges::find(check_names, name);
  if (found == check_names.end()) throw ProtocolError("a check has an unknown name");
  return static_cast<CheckId>(found - check_names.begin());
}

void parse_state(Check& check, std::string_view name) {
  check.kind = find_error_kind(name);
  if (check.kind) {
    check.state = CheckState::broken;
    return;
  }
  const auto* const found = std::ranges::find(state_names, name);
  if (found == state_names.end() || name == to_name(CheckState::broken))
    throw ProtocolError("a check has an unknown state");
  check.state = static_cast<CheckState>(found - state_names.begin());
}

struct StepRow {
  Step step;
  std::string_view name;
  std::string_view phrase;
  CheckId check;  ///< reported as failed if the work ends in this step
};

constexpr std::array<StepRow, 9> steps = {{
    // While starting, only the proxy's URL can be found invalid.
    {Step::starting, "starting", "while starting", CheckId::proxy},
    {Step::preparing, "preparing", "while loading the trusted certificates", CheckId::tls},
    {Step::resolving, "resolving", "while resolving the name", CheckId::name},
    {Step::connecting, "connecting", "while connecting", CheckId::tcp},
    {Step::asking_proxy, "asking-proxy", "while waiting for the proxy", CheckId::proxy},
    {Step::handshaking, "handshaking", "during the TLS handshake", CheckId::tls},
    {Step::waiting, "waiting", "while waiting for the response", CheckId::authorize},
    {Step::reading, "reading", "while reading the response", CheckId::authorize},
    {Step::pausing, "pausing", "while pausing before a retry", CheckId::authorize},
}};

const StepRow& find_row(Step step) noexcept { return *std::ranges::find(steps, step, &StepRow::step); }

Step parse_step(std::string_view name) {
  const auto* const found = std::ranges::find(steps, name, &StepRow::name);
  if (found == steps.end()) throw ProtocolError("'step' is unknown");
  return found->step;
}

unsigned parse_status(const Attribute& attribute) {
  constexpr unsigned largest = 999;
  const auto status = parse_number<unsigned>(attribute);
  if (status > largest) throw ProtocolError("'status' is not an HTTP status");
  return status;
}

/// The steady clock, which counts in a smaller unit, cannot represent a later time.
constexpr auto latest_time =
    std::chrono::floor<std::chrono::microseconds>(std::chrono::steady_clock::duration::max());

}  // namespace

std::string_view to_name(CheckId name) noexcept { return check_names[static_cast<std::size_t>(name)]; }

std::string_view to_name(CheckState state) noexcept { return state_names[static_cast<std::size_t>(state)]; }

std::string Check::write() const {
  const std::string result(kind ? to_name(*kind) : to_name(state));
  return std::string(to_name(name)) + ' ' + result + ' ' + std::to_string(took.count()) + ' ' + what;
}

Check Check::parse(std::string_view line) {
  Check check;
  check.name = find_check(next_part(line, ' '));
  parse_state(check, next_part(line, ' '));
  const Attribute duration{.key = "check[]", .value = next_part(line, ' ')};
  check.took = std::chrono::microseconds(parse_number<std::int64_t>(duration));
  if (line.empty()) throw ProtocolError("a check has no text");
  check.what = line;
  return check;
}

std::string_view to_name(Step step) noexcept { return find_row(step).name; }

std::string_view describe(Step step) noexcept { return find_row(step).phrase; }

CheckId failing_check(Step step, const std::vector<Check>& finished) noexcept {
  const CheckId of_step = find_row(step).check;
  if (finished.empty()) return of_step;
  const auto next = static_cast<CheckId>(static_cast<int>(finished.back().name) + 1);
  return std::min(std::max(of_step, next), CheckId::read);
}

Secret write_line(std::string_view key, std::string_view value) {
  Secret text;
  append(text, key, value);
  return text;
}

Secret write_line(const TraceLine& line) {
  return write_line("trace[]", std::to_string(line.at.count()) + ' ' + line.what);
}

TraceLine parse_trace_line(const Attribute& attribute) {
  require_printable(attribute);
  std::string_view text = attribute.value;
  const Attribute time{.key = attribute.key, .value = next_part(text, ' ')};
  if (text.empty()) throw ProtocolError("'" + std::string(attribute.key) + "' has no text");
  const std::chrono::microseconds at(parse_number<std::int64_t>(time));
  if (at > latest_time) throw ProtocolError("'" + std::string(attribute.key) + "' has too late a time");
  return {.at = at, .what = std::string(text)};
}

Secret write_lines(const Check& check) {
  Secret text = write_line("check[]", check.write());
  append(text, "remedy[]", check.remedy);
  return text;
}

Secret write_lines(const TokenResponse& token_response) {
  Secret text = Secret::with_capacity(token_response.token.reveal().size() + 64);
  append(text, "access_token", token_response.token.reveal());
  append(text, "lifetime", std::to_string(token_response.lifetime.count()));
  return text;
}

Secret write_end(const AuthError& auth_error) {
  Secret text = write_line("outcome", to_name(auth_error.kind));
  append(text, "what", auth_error.what);
  append(text, "hint", auth_error.hint);
  if (auth_error.retry_after) append(text, "retry_after", std::to_string(auth_error.retry_after->count()));
  text.append("\n");
  return text;
}

void ResponseReader::read(std::string_view output) {
  for (auto end = output.find('\n', parsed_); end != std::string_view::npos;
       end = output.find('\n', parsed_)) {
    const std::string_view line = output.substr(parsed_, end + 1 - parsed_);
    parsed_ = end + 1;
    if (is_complete_) throw ProtocolError("a line follows the end of the response");
    if (++lines_ > max_lines) throw ProtocolError("the response has too many lines");
    const auto attribute = MessageReader(line).next();
    is_complete_ = !attribute;
    if (attribute) parse(*attribute);
  }
}

void ResponseReader::parse(const Attribute& attribute) {
  const auto& [key, value] = attribute;
  if (key == "step")
    step_ = parse_step(value);
  else if (key == "requests")
    reply_.requests = parse_number<std::uint32_t>(attribute);
  else if (key == "trace[]") {
    const TraceLine line = parse_trace_line(attribute);
    if (trace_) trace_(line);
  } else if (key == "check[]")
    parse_check(attribute);
  else if (key == "remedy[]")
    parse_remedy(attribute);
  else if (key == "status")
    reply_.status = parse_status(attribute);
  else
    parse_outcome(attribute);
}

void ResponseReader::parse_outcome(const Attribute& attribute) {
  const auto& [key, value] = attribute;
  if (key == "what" || key == "hint") require_printable(attribute);
  if (key == "access_token")
    token_ = Secret(value);
  else if (key == "lifetime")
    lifetime_ = std::chrono::seconds(parse_number<std::int64_t>(attribute));
  else if (key == "outcome")
    outcome_ = value;
  else if (key == "what")
    auth_error_.what = value;
  else if (key == "hint")
    auth_error_.hint = value;
  else if (key == "retry_after")
    auth_error_.retry_after = std::chrono::seconds(parse_number<std::int64_t>(attribute));
  else
    reject_key(key);
}

void ResponseReader::parse_check(const Attribute& attribute) {
  require_printable(attribute);
  Check check = Check::parse(attribute.value);
  if (!reply_.checks.empty() && reply_.checks.back().name >= check.name)
    throw ProtocolError("a check is out of order");
  reply_.checks.push_back(std::move(check));
}

void ResponseReader::parse_remedy(const Attribute& attribute) {
  require_printable(attribute);
  if (reply_.checks.empty() || !reply_.checks.back().remedy.empty())
    throw ProtocolError("a remedy belongs to no check");
  reply_.checks.back().remedy = attribute.value;
}

TokenResponse ResponseReader::take_token() {
  return {.token = BearerToken(std::move(token_)), .lifetime = *lifetime_};
}

AuthorizeReply ResponseReader::finish() && {
  if (!is_complete_) throw ProtocolError("the response is incomplete");
  if (outcome_ == "granted") {
    if (!lifetime_) throw ProtocolError("'lifetime' is missing");
    reply_.outcome = take_token();
    return std::move(reply_);
  }
  if (!token_.empty()) throw ProtocolError("an error follows a token");
  const auto kind = find_error_kind(outcome_);
  if (!kind) throw ProtocolError("'outcome' is unknown");
  if (auth_error_.what.empty()) throw ProtocolError("'what' is missing");
  auth_error_.kind = *kind;
  reply_.outcome = std::move(auth_error_);
  return std::move(reply_);
}

AuthorizeReply ResponseReader::interrupt(AuthError auth_error) && {
  if (is_complete_) return std::move(*this).finish();
  reply_.outcome = lifetime_ && !token_.empty() ? Outcome(take_token()) : Outcome(std::move(auth_error));
  return std::move(reply_);
}

}  // namespace sase::protocol
