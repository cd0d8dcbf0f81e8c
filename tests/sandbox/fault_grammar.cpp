// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/fault_grammar.hpp"

#include "tests/sandbox/duration.hpp"
#include "tests/sandbox/fault_words.hpp"
#include "tests/sandbox/nearest_name.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace sase::sandbox {

namespace {

/// Thrown by a row's `apply`; `parse_faults` adds the name and the values allowed.
struct BadValue {};

struct Row {
  std::string_view name;
  std::string_view values;
  std::string_view effect;
  void (*apply)(FaultPlan& plan, std::string_view value);
};

std::size_t count(std::string_view text, std::size_t least, std::size_t most) {
  std::size_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || rest != text.data() + text.size()) throw BadValue{};
  if (number < least || number > most) throw BadValue{};
  return number;
}

std::chrono::milliseconds duration(std::string_view text) {
  const auto parsed = parse_duration(text);
  if (!parsed) throw BadValue{};
  return *parsed;
}

std::chrono::seconds offset(std::string_view text) {
  const bool back = text.starts_with('-');
  if (back || text.starts_with('+')) text.remove_prefix(1);
  const auto size = std::chrono::duration_cast<std::chrono::seconds>(duration(text));
  return back ? -size : size;
}

bool on(std::string_view text) {
  if (text == "on") return true;
  if (text == "off") return false;
  throw BadValue{};
}

template <typename Form>
Form word(std::string_view text) {
  const std::optional<Form> form = form_named<Form>(text);
  if (!form) throw BadValue{};
  return *form;
}

std::string header_text(std::string_view text) {
  const auto printable = [](unsigned char c) { return c >= 0x20 && c < 0x7f; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), printable)) throw BadValue{};
  return std::string(text);
}

std::string retry_after(std::string_view text) {
  constexpr std::string_view dated = "date+";
  if (text == "invalid") return std::string(text);
  const bool as_date = text.starts_with(dated);
  count(as_date ? text.substr(dated.size()) : text, 0, 10'000'000);
  return std::string(text);
}

void set_token(FaultPlan& plan, std::string_view value) {
  if (const auto form = form_named<TokenForm>(value); form) {
    plan.token = *form;
    return;
  }
  plan.token_size = count(value, 1, 300'000);
  plan.token = TokenForm::sized;
}

void set_date(FaultPlan& plan, std::string_view value) {
  if (const auto form = form_named<DateForm>(value); form) {
    plan.date = *form;
    return;
  }
  plan.clock_shift = offset(value);
}

constexpr std::array rows{
    Row{"status", "200..599", "answer with this status and an error body (from 400 on)",
        [](FaultPlan& plan, std::string_view v) { plan.status = static_cast<int>(count(v, 200, 599)); }},
    Row{"body", "message|id-message|gum|html|empty|not-json|echo-key",
        "shape of error bodies; a success becomes status 500 unless status= says otherwise",
        [](FaultPlan& plan, std::string_view v) { plan.body = word<BodyShape>(v); }},
    Row{"delay", "DURATION", "wait before the answer",
        [](FaultPlan& plan, std::string_view v) { plan.delay = duration(v); }},
    Row{"drip", "DURATION", "one byte of the answer per DURATION",
        [](FaultPlan& plan, std::string_view v) { plan.drip = duration(v); }},
    Row{"reset", "accept|headers|body",
        "TCP reset at this stage; accept hits every connection before TLS, SIGUSR1 clears it",
        [](FaultPlan& plan, std::string_view v) { plan.reset = word<ResetStage>(v); }},
    Row{"hang", "on|off", "never answer", [](FaultPlan& plan, std::string_view v) { plan.hang = on(v); }},
    Row{"truncate", "on|off", "a body shorter than announced",
        [](FaultPlan& plan, std::string_view v) { plan.truncate = on(v); }},
    Row{"expiry",
        "seconds|milliseconds|quoted|rfc3339|rfc3339-fraction|missing|null|past|now|negative|float|huge|text|"
        "object",
        "form of accessTokenExpire",
        [](FaultPlan& plan, std::string_view v) { plan.expiry = word<ExpiryForm>(v); }},
    Row{"retry-after", "SECONDS|date+SECONDS|invalid",
        "header Retry-After; status 429 unless status= is given",
        [](FaultPlan& plan, std::string_view v) { plan.retry_after = retry_after(v); }},
    Row{"redirect", "URL", "302 to URL; status= may choose another 3xx",
        [](FaultPlan& plan, std::string_view v) { plan.redirect = header_text(v); }},
    Row{"token", "newline|escape|space|empty|missing|number|null|1..300000", "form or size of accessToken",
        set_token},
    Row{"token-type", "WORD|missing", "tokenType of the answer",
        [](FaultPlan& plan, std::string_view v) {
          plan.token_type = v == "missing" ? std::string{} : header_text(v);
        }},
    Row{"date", "missing|invalid|[+-]DURATION", "header Date, or a clock that is wrong by DURATION",
        set_date},
    Row{"big-body", "1..67108864", "pad the body to this many bytes",
        [](FaultPlan& plan, std::string_view v) { plan.big_body = count(v, 1, 67'108'864); }},
    Row{"many-headers", "1..10000", "add this many headers",
        [](FaultPlan& plan, std::string_view v) { plan.many_headers = count(v, 1, 10'000); }},
    Row{"reject-tokens", "on|off", "resource routes answer 401 to every token",
        [](FaultPlan& plan, std::string_view v) { plan.reject_tokens = on(v); }},
    Row{"times", "1..1000000", "clear all faults after so many requests of the route",
        [](FaultPlan& plan, std::string_view v) { plan.times = count(v, 1, 1'000'000); }},
    Row{"route", "authorize|resource|all", "which requests are hit; authorize unless given",
        [](FaultPlan& plan, std::string_view v) { plan.network_fingerprint = word<FaultRoute>(v); }},
    Row{"lifetime", "DURATION", "lifetime of new tokens",
        [](FaultPlan& plan, std::string_view v) { plan.lifetime = duration(v); }},
    Row{"single-session", "on|off", "a new token ends the earlier ones of its key",
        [](FaultPlan& plan, std::string_view v) { plan.single_session = on(v); }},
    Row{"keys", "both|v1|v3", "the generation that keys are for; the other one refuses them",
        [](FaultPlan& plan, std::string_view v) { plan.keys = word<KeyGeneration>(v); }},
    Row{"envelope", "missing|array|deep", "data is missing, an array, or 10000 levels deep",
        [](FaultPlan& plan, std::string_view v) { plan.envelope = word<EnvelopeForm>(v); }},
};

const Row& row_named(std::string_view name) {
  for (const Row& row : rows) {
    if (row.name == name) return row;
  }
  std::vector<std::string> known;
  known.reserve(rows.size());
  for (const Row& row : rows)
    known.emplace_back(row.name);
  throw BadFault("unknown fault '" + std::string(name) + "', did you mean '" + nearest_name(name, known) +
                 "'");
}

void apply_setting(FaultPlan& plan, std::string_view setting) {
  const std::size_t equals = setting.find('=');
  const Row& row = row_named(setting.substr(0, equals));
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view{} : setting.substr(equals + 1);
  try {
    row.apply(plan, value);
  } catch (const BadValue&) {
    throw BadFault("fault '" + std::string(row.name) + "' cannot be '" + std::string(value.substr(0, 80)) +
                   "', it takes " + std::string(row.values) + suggestion(row.values, value));
  }
}

}  // namespace

FaultPlan parse_faults(const std::vector<std::string>& settings) {
  FaultPlan plan;
  for (const std::string& setting : settings)
    apply_setting(plan, setting);
  return plan;
}

std::string fault_help() {
  std::string help;
  for (const Row& row : rows) {
    help += "  " + std::string(row.name) + "=" + std::string(row.values) + "\n      " +
            std::string(row.effect) + "\n";
  }
  return help;
}

}  // namespace sase::sandbox
