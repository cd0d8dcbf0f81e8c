// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/fault_grammar.hpp"

#include "tests/sandbox/fault_plan.hpp"
#include "tests/sandbox/option_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace sase::sandbox {

namespace {

template <typename Form>
struct NamedForm {
  std::string_view name;
  Form form;
};

/// The form with this name in the value of a fault, or nothing. Specialized for each enumeration of
/// fault_plan.hpp.
template <typename Form>
std::optional<Form> parse_form(std::string_view name);

template <typename Form>
std::optional<Form> find(std::string_view name, std::initializer_list<NamedForm<Form>> forms) {
  for (const NamedForm<Form>& known : forms) {
    if (known.name == name) return known.form;
  }
  return std::nullopt;
}

template <>
std::optional<BodyShape> parse_form(std::string_view name) {
  return find<BodyShape>(name, {{"message", BodyShape::message},
                                {"id-message", BodyShape::id_message},
                                {"gum", BodyShape::gum},
                                {"html", BodyShape::html},
                                {"empty", BodyShape::empty},
                                {"not-json", BodyShape::not_json},
                                {"echo-key", BodyShape::echo_key}});
}

template <>
std::optional<ResetStage> parse_form(std::string_view name) {
  return find<ResetStage>(
      name, {{"accept", ResetStage::accept}, {"headers", ResetStage::headers}, {"body", ResetStage::body}});
}

template <>
std::optional<ExpiryForm> parse_form(std::string_view name) {
  return find<ExpiryForm>(name, {{"seconds", ExpiryForm::seconds},
                                 {"milliseconds", ExpiryForm::milliseconds},
                                 {"quoted", ExpiryForm::quoted},
                                 {"rfc3339", ExpiryForm::rfc3339},
                                 {"rfc3339-fraction", ExpiryForm::rfc3339_fraction},
                                 {"missing", ExpiryForm::missing},
                                 {"null", ExpiryForm::null},
                                 {"past", ExpiryForm::past},
                                 {"now", ExpiryForm::now},
                                 {"negative", ExpiryForm::negative},
                                 {"float", ExpiryForm::floating},
                                 {"huge", ExpiryForm::huge},
                                 {"text", ExpiryForm::text},
                                 {"object", ExpiryForm::object}});
}

template <>
std::optional<TokenForm> parse_form(std::string_view name) {
  return find<TokenForm>(name, {{"newline", TokenForm::newline},
                                {"escape", TokenForm::escape},
                                {"space", TokenForm::space},
                                {"empty", TokenForm::empty},
                                {"missing", TokenForm::missing},
                                {"number", TokenForm::number},
                                {"null", TokenForm::null}});
}

template <>
std::optional<EnvelopeForm> parse_form(std::string_view name) {
  return find<EnvelopeForm>(
      name,
      {{"missing", EnvelopeForm::missing}, {"array", EnvelopeForm::array}, {"deep", EnvelopeForm::deep}});
}

template <>
std::optional<DateForm> parse_form(std::string_view name) {
  return find<DateForm>(name, {{"missing", DateForm::missing}, {"invalid", DateForm::invalid}});
}

template <>
std::optional<KeyGeneration> parse_form(std::string_view name) {
  return find<KeyGeneration>(
      name, {{"both", KeyGeneration::both}, {"v1", KeyGeneration::v1}, {"v3", KeyGeneration::v3}});
}

template <>
std::optional<FaultRoute> parse_form(std::string_view name) {
  return find<FaultRoute>(
      name,
      {{"authorize", FaultRoute::authorize}, {"resource", FaultRoute::resource}, {"all", FaultRoute::all}});
}

/// Thrown by `apply` of a fault; `parse_faults` adds the name and the allowed values.
struct InvalidValue {};

struct Fault {
  std::string_view name;
  std::string_view values;
  std::string_view effect;
  void (*apply)(FaultPlan& plan, std::string_view value);
};

std::size_t parse_count(std::string_view text, std::size_t least, std::size_t most) {
  std::size_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || rest != text.data() + text.size()) throw InvalidValue{};
  if (number < least || number > most) throw InvalidValue{};
  return number;
}

std::chrono::milliseconds require_duration(std::string_view text) {
  const auto parsed = parse_duration(text);
  if (!parsed) throw InvalidValue{};
  return *parsed;
}

std::chrono::seconds parse_offset(std::string_view text) {
  const bool back = text.starts_with('-');
  if (back || text.starts_with('+')) text.remove_prefix(1);
  const auto size = std::chrono::duration_cast<std::chrono::seconds>(require_duration(text));
  return back ? -size : size;
}

bool parse_switch(std::string_view text) {
  if (text == "on") return true;
  if (text == "off") return false;
  throw InvalidValue{};
}

template <typename Form>
Form require_form(std::string_view text) {
  const std::optional<Form> form = parse_form<Form>(text);
  if (!form) throw InvalidValue{};
  return *form;
}

std::string parse_header_text(std::string_view text) {
  const auto printable = [](unsigned char c) { return c >= 0x20 && c < 0x7f; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), printable)) throw InvalidValue{};
  return std::string(text);
}

std::string parse_retry_after(std::string_view text) {
  constexpr std::string_view dated = "date+";
  if (text == "invalid") return std::string(text);
  const bool as_date = text.starts_with(dated);
  parse_count(as_date ? text.substr(dated.size()) : text, 0, 10'000'000);
  return std::string(text);
}

void set_token(FaultPlan& plan, std::string_view value) {
  if (const auto form = parse_form<TokenForm>(value); form) {
    plan.token = *form;
    return;
  }
  plan.token_size = parse_count(value, 1, 300'000);
  plan.token = TokenForm::sized;
}

void set_date(FaultPlan& plan, std::string_view value) {
  if (const auto form = parse_form<DateForm>(value); form) {
    plan.date = *form;
    return;
  }
  plan.clock_shift = parse_offset(value);
}

constexpr std::array all_faults{
    Fault{"status", "200..599", "respond with this status, and with an error body from 400 on",
          [](FaultPlan& plan, std::string_view v) {
            plan.status = static_cast<int>(parse_count(v, 200, 599));
          }},
    Fault{"body", "message|id-message|gum|html|empty|not-json|echo-key",
          "shape of error bodies; a success becomes status 500 unless status= is set",
          [](FaultPlan& plan, std::string_view v) { plan.body = require_form<BodyShape>(v); }},
    Fault{"delay", "DURATION", "wait before the response",
          [](FaultPlan& plan, std::string_view v) { plan.delay = require_duration(v); }},
    Fault{"drip", "DURATION", "send one byte of the response per DURATION",
          [](FaultPlan& plan, std::string_view v) { plan.drip = require_duration(v); }},
    Fault{"reset", "accept|headers|body",
          "TCP reset at this stage; accept resets each connection before TLS (clear it with SIGUSR1)",
          [](FaultPlan& plan, std::string_view v) { plan.reset = require_form<ResetStage>(v); }},
    Fault{"hang", "on|off", "never respond",
          [](FaultPlan& plan, std::string_view v) { plan.hang = parse_switch(v); }},
    Fault{"truncate", "on|off", "send a body shorter than Content-Length",
          [](FaultPlan& plan, std::string_view v) { plan.truncate = parse_switch(v); }},
    Fault{
        "expiry",
        "seconds|milliseconds|quoted|rfc3339|rfc3339-fraction|missing|null|past|now|negative|float|huge|text|"
        "object",
        "form of accessTokenExpire",
        [](FaultPlan& plan, std::string_view v) { plan.expiry = require_form<ExpiryForm>(v); }},
    Fault{"retry-after", "SECONDS|date+SECONDS|invalid",
          "header Retry-After; status 429 unless status= is set",
          [](FaultPlan& plan, std::string_view v) { plan.retry_after = parse_retry_after(v); }},
    Fault{"redirect", "URL", "redirect to URL with status 302, or with the 3xx of status=",
          [](FaultPlan& plan, std::string_view v) { plan.redirect = parse_header_text(v); }},
    Fault{"token", "newline|escape|space|empty|missing|number|null|1..300000", "form or size of accessToken",
          set_token},
    Fault{"token-type", "TYPE|missing", "tokenType of the response",
          [](FaultPlan& plan, std::string_view v) {
            plan.token_type = v == "missing" ? std::string{} : parse_header_text(v);
          }},
    Fault{"date", "missing|invalid|[+-]DURATION", "header Date, or a server clock that is wrong by DURATION",
          set_date},
    Fault{"big-body", "1..67108864", "pad the body to this many bytes",
          [](FaultPlan& plan, std::string_view v) { plan.big_body = parse_count(v, 1, 67'108'864); }},
    Fault{"many-headers", "1..10000", "add this many headers",
          [](FaultPlan& plan, std::string_view v) { plan.many_headers = parse_count(v, 1, 10'000); }},
    Fault{"reject-tokens", "on|off", "resource routes reject each token with 401",
          [](FaultPlan& plan, std::string_view v) { plan.reject_tokens = parse_switch(v); }},
    Fault{"times", "1..1000000", "clear all faults after this many requests of the route",
          [](FaultPlan& plan, std::string_view v) { plan.times = parse_count(v, 1, 1'000'000); }},
    Fault{"route", "authorize|resource|all", "the requests that fail (default: authorize)",
          [](FaultPlan& plan, std::string_view v) { plan.route = require_form<FaultRoute>(v); }},
    Fault{"lifetime", "DURATION", "lifetime of new tokens",
          [](FaultPlan& plan, std::string_view v) { plan.lifetime = require_duration(v); }},
    Fault{"single-session", "on|off", "a new token invalidates the earlier tokens of its key",
          [](FaultPlan& plan, std::string_view v) { plan.single_session = parse_switch(v); }},
    Fault{"keys", "both|v1|v3", "the API generation that accepts the keys; the other one rejects them",
          [](FaultPlan& plan, std::string_view v) { plan.keys = require_form<KeyGeneration>(v); }},
    Fault{"envelope", "missing|array|deep",
          "the member data is missing, an array, or nested 10000 levels deep",
          [](FaultPlan& plan, std::string_view v) { plan.envelope = require_form<EnvelopeForm>(v); }},
};

const Fault& find_fault(std::string_view name) {
  for (const Fault& fault : all_faults) {
    if (fault.name == name) return fault;
  }
  std::vector<std::string> known;
  known.reserve(all_faults.size());
  for (const Fault& fault : all_faults)
    known.emplace_back(fault.name);
  throw BadFault("unknown fault '" + std::string(name) + "', did you mean '" + nearest_name(name, known) +
                 "'");
}

void apply_setting(FaultPlan& plan, std::string_view setting) {
  const std::size_t equals = setting.find('=');
  const Fault& fault = find_fault(setting.substr(0, equals));
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view{} : setting.substr(equals + 1);
  try {
    fault.apply(plan, value);
  } catch (const InvalidValue&) {
    throw BadFault("fault '" + std::string(fault.name) + "' has no value '" +
                   std::string(value.substr(0, 80)) + "'; allowed: " + std::string(fault.values) +
                   suggestion(fault.values, value));
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
  for (const Fault& fault : all_faults) {
    help += "  " + std::string(fault.name) + "=" + std::string(fault.values) + "\n      " +
            std::string(fault.effect) + "\n";
  }
  return help;
}

}  // namespace sase::sandbox
