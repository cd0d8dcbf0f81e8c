// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/doctor.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>

namespace sase::diagnose {

namespace {

using Json = nlohmann::ordered_json;
using protocol::CheckState;

constexpr int doctor_version = 1;

constexpr std::size_t name_column = 6;
constexpr std::size_t text_column = name_column + 11;

/// Shorter durations are not shown.
constexpr std::chrono::microseconds least_shown{100};

struct Mark {
  std::string_view text;
  cli::Style style;
};

Mark status_mark(CheckState state) noexcept {
  switch (state) {
    case CheckState::ok: return {"ok", cli::Style::good};
    case CheckState::warning: return {"warn", cli::Style::caution};
    case CheckState::broken: return {"FAIL", cli::Style::bad};
    case CheckState::untried: break;
  }
  return {"--", cli::Style::faint};
}

/// `0.2 ms`, `15 ms`.
std::string format_milliseconds(std::chrono::microseconds duration) {
  const auto tenths = duration.count() / 100;
  const std::string fraction = tenths < 100 ? '.' + std::to_string(tenths % 10) : std::string();
  return std::to_string(tenths / 10) + fraction + " ms";
}

void append_check(std::string& text, const CheckResult& check, const cli::Terminal& terminal) {
  const Mark mark = status_mark(check.state);
  std::string head(mark.text);
  cli::pad(head, name_column);
  head += check.name;
  std::string what = check.what;
  if (check.took >= least_shown) what += " (" + format_milliseconds(check.took) + ')';
  // The mark is painted last, because escape sequences have no width.
  const auto start = text.size();
  cli::append_columns(text, head, what, text_column, terminal.width);
  text.replace(start, mark.text.size(), terminal.paint(mark.style, mark.text));
  if (!check.remedy.empty()) cli::append_wrapped(text, text_column, "-> " + check.remedy, terminal.width);
}

void append_settings(std::string& text, const std::vector<EffectiveSetting>& settings,
                     const cli::Terminal& terminal) {
  std::size_t widest = 0;
  for (const EffectiveSetting& setting : settings)
    widest = std::max(widest, setting.name.size());
  for (const EffectiveSetting& setting : settings) {
    if (setting.value.empty()) continue;
    std::string line(setting.name);
    cli::pad(line, widest + 2);
    line += setting.value + "  (" + setting.from + ')';
    text.append(text_column, ' ');
    text += terminal.paint(setting.from == "default" ? cli::Style::faint : cli::Style::plain, line);
    text += '\n';
  }
}

Json make_json(const CheckResult& check) {
  return {{"name", check.name},
          {"state", to_name(check.state)},
          {"what", check.what},
          {"remedy", check.remedy.empty() ? Json() : Json(check.remedy)},
          {"seconds", static_cast<double>(check.took.count()) / 1e6}};
}

Json make_json(const EffectiveSetting& setting) {
  return {{"name", setting.name},
          {"value", setting.value.empty() ? Json() : Json(setting.value)},
          {"from", setting.from}};
}

template <typename Items>
Json to_array(const Items& items) {
  Json array = Json::array();
  for (const auto& item : items)
    array.push_back(make_json(item));
  return array;
}

}  // namespace

const CheckResult* DoctorReport::find_failed() const noexcept {
  const auto failed = std::ranges::find_if(checks, &CheckResult::is_failed);
  return failed == checks.end() ? nullptr : &*failed;
}

ExitCode DoctorReport::exit_code() const noexcept {
  const CheckResult* const failed = find_failed();
  return failed == nullptr ? ExitCode::success : failed->code;
}

std::string DoctorReport::text(const cli::Terminal& terminal) const {
  std::string text;
  for (const CheckResult& check : checks) {
    append_check(text, check, terminal);
    if (check.name == "settings") append_settings(text, settings, terminal);
  }
  const CheckResult* const failed = find_failed();
  text += '\n';
  if (failed == nullptr)
    text += "all checks passed\n";
  else
    text += "check failed: " + std::string(failed->name) + " (exit code " +
            std::to_string(static_cast<int>(failed->code)) + ")\n";
  return text;
}

std::string DoctorReport::json() const {
  const Json object = {{"version", doctor_version},
                       {"profile", profile.empty() ? Json() : Json(profile)},
                       {"ok", exit_code() == ExitCode::success},
                       {"exit_code", static_cast<int>(exit_code())},
                       {"links", to_array(checks)},
                       {"settings", to_array(settings)}};
  return object.dump(-1, ' ', true, Json::error_handler_t::replace) + '\n';
}

}  // namespace sase::diagnose
