// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/doctor_report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>

namespace sase::diagnose {

namespace {

using Json = nlohmann::ordered_json;
using protocol::CheckState;

constexpr int shape_version = 1;

/// Where the words begin.
constexpr std::size_t mark_width = 6;
constexpr std::size_t words_column = mark_width + 11;

struct Mark {
  std::string_view word;
  cli::Style tone;
};

Mark mark_of(CheckState state) noexcept {
  switch (state) {
    case CheckState::ok: return {"ok", cli::Style::good};
    case CheckState::warning: return {"warn", cli::Style::caution};
    case CheckState::broken: return {"FAIL", cli::Style::bad};
    case CheckState::untried: break;
  }
  return {"--", cli::Style::faint};
}

void fill_to(std::string& line, std::size_t width, std::size_t column) {
  line.append(width < column ? column - width : 1, ' ');
}

/// `0.2 ms`, `15 ms`.
std::string format_milliseconds(std::chrono::microseconds duration) {
  const auto tenths = duration.count() / 100;
  const std::string fraction = tenths < 100 ? '.' + std::to_string(tenths % 10) : std::string();
  return std::to_string(tenths / 10) + fraction + " ms";
}

void append_check(std::string& text, const CheckResult& check, const cli::Terminal& terminal) {
  const Mark mark = mark_of(check.state);
  // What paints has no width, so lines are measured without it.
  std::string line;
  line += mark.word;
  fill_to(line, line.size(), mark_width);
  line += check.name;
  fill_to(line, line.size(), words_column);
  const auto start = text.size();
  text += line;
  // What takes less than this is of no interest to anybody.
  constexpr std::chrono::microseconds least_shown{100};
  terminal.append_wrapped(
      text, words_column,
      check.what + (check.took < least_shown ? std::string() : " (" + format_milliseconds(check.took) + ')'));
  text.replace(start, mark.word.size(), terminal.paint(mark.tone, mark.word));
  if (!check.remedy.empty()) terminal.append_wrapped(text, words_column, "-> " + check.remedy);
}

/// Those that somebody has set, and those that always are something.
bool is_worth_a_line(const EffectiveSetting& setting) noexcept {
  return !setting.value.empty();
}

void append_settings(std::string& text, const std::vector<EffectiveSetting>& rows,
                     const cli::Terminal& terminal) {
  std::size_t widest = 0;
  for (const EffectiveSetting& setting : rows)
    widest = std::max(widest, setting.name.size());
  for (const EffectiveSetting& setting : rows) {
    if (!is_worth_a_line(setting)) continue;
    std::string line(setting.name);
    fill_to(line, line.size(), widest + 2);
    line += setting.value + "  (" + setting.from + ')';
    text.append(words_column, ' ');
    text += terminal.paint(setting.from == "default" ? cli::Style::faint : cli::Style::plain, line);
    text += '\n';
  }
}

Json json_of(const CheckResult& check) {
  return {{"name", check.name},
          {"state", name_of(check.state)},
          {"what", check.what},
          {"remedy", check.remedy.empty() ? Json() : Json(check.remedy)},
          {"seconds", static_cast<double>(check.took.count()) / 1e6}};
}

Json json_of(const EffectiveSetting& setting) {
  return {{"name", setting.name},
          {"value", setting.value.empty() ? Json() : Json(setting.value)},
          {"from", setting.from}};
}

template <typename Items>
Json array_of(const Items& items) {
  Json array = Json::array();
  for (const auto& item : items)
    array.push_back(json_of(item));
  return array;
}

}  // namespace

ExitCode DoctorReport::exit_code() const noexcept {
  const auto broken = std::ranges::find_if(checks, &CheckResult::is_broken);
  return broken == checks.end() ? ExitCode::success : broken->code;
}

std::string DoctorReport::text(const cli::Terminal& terminal) const {
  std::string text;
  for (const CheckResult& check : checks) {
    append_check(text, check, terminal);
    if (check.name == "settings") append_settings(text, settings, terminal);
  }
  const auto broken = std::ranges::find_if(checks, &CheckResult::is_broken);
  text += '\n';
  if (broken == checks.end())
    terminal.append_wrapped(text, 0, "all is well");
  else
    terminal.append_wrapped(text, 0,
                            "broken at '" + std::string(broken->name) + "', exit code " +
                                std::to_string(static_cast<int>(broken->code)));
  return text;
}

std::string DoctorReport::json() const {
  const Json object = {{"version", shape_version},
                       {"profile", profile.empty() ? Json() : Json(profile)},
                       {"ok", exit_code() == ExitCode::success},
                       {"exit_code", static_cast<int>(exit_code())},
                       {"links", array_of(checks)},
                       {"settings", array_of(settings)}};
  return object.dump(-1, ' ', true, Json::error_handler_t::replace) + '\n';
}

}  // namespace sase::diagnose
