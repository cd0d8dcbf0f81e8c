// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"

#include "protocol/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

namespace sase::diagnose {

namespace {

using Json = nlohmann::ordered_json;
using protocol::CheckState;

/// Of both reports.
constexpr int json_version = 1;

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

using Row = std::array<std::string, 6>;

/// Precedes the first column: a mark and a blank.
constexpr const char* margin = "  ";

Row make_row(const ProfileStatus& status) {
  if (status.host.empty()) return {status.name};
  const auto left = status.local_state.token_left;
  return {status.name,
          status.region.empty() ? "-" : status.region,
          status.api,
          status.host,
          left ? protocol::describe_duration(*left) + " left" : "none",
          status.key.empty() ? "none" : status.key};
}

/// The rows as lines with aligned columns.
std::vector<std::string> align(const std::vector<Row>& rows) {
  std::vector<std::string> lines(rows.size());
  std::size_t start = 0;
  for (std::size_t column = 0; column < std::tuple_size_v<Row>; ++column) {
    std::size_t end = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      lines[i].resize(start, ' ');
      lines[i] += rows[i][column];
      end = std::max(end, lines[i].size());
    }
    start = end + 2;
  }
  for (std::string& line : lines)
    line.erase(line.find_last_not_of(' ') + 1);
  return lines;
}

/// Appends the problems of a profile.
void append_problems(std::string& text, const ProfileStatus& status, const cli::Terminal& terminal) {
  if (status.failure) {
    text += margin + terminal.paint(cli::Style::bad, "FAIL") + ' ' + status.failure->what() + '\n';
    if (!status.failure->hint.empty()) text += "       -> " + status.failure->hint + '\n';
  }
  const std::string problem = describe_problem(status.local_state);
  if (!problem.empty()) text += margin + terminal.paint(cli::Style::caution, "warn") + ' ' + problem + '\n';
}

/// `fleet etcd, 3 members; hit 12m ago`
std::string describe_fleet_use(const ProfileStatus& status) {
  if (status.fleet.empty()) return {};
  std::string text = "fleet " + status.fleet;
  const auto& last = status.local_state.fleet;
  if (!last) return text;
  text += "; " + std::string(last->what) + ' ' + protocol::describe_duration(last->ago) + " ago";
  return last->error.empty() ? text : text + "; unavailable: " + last->error;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json make_json(const CheckResult& check) {
  return {{"name", check.name},
          {"state", to_name(check.state)},
          {"what", check.what},
          {"remedy", text_or_null(check.remedy)},
          {"seconds", static_cast<double>(check.took.count()) / 1e6}};
}

Json make_json(const EffectiveSetting& setting) {
  return {{"name", setting.name}, {"value", text_or_null(setting.value)}, {"from", setting.from}};
}

Json make_json(const Failure& failure) {
  return {{"what", failure.what()}, {"remedy", text_or_null(failure.hint)}};
}

Json describe_last_failure(const LocalState& state) {
  if (!state.failure) return {};
  return {{"what", state.failure->what}, {"seconds_ago", state.failure->ago.count()}};
}

Json describe_fleet_as_json(const ProfileStatus& status) {
  if (status.fleet.empty()) return {};
  const auto& last = status.local_state.fleet;
  Json use;
  if (last)
    use = {{"what", last->what}, {"seconds_ago", last->ago.count()}, {"error", text_or_null(last->error)}};
  return {{"store", status.fleet}, {"last", use}};
}

Json make_json(const ProfileStatus& status) {
  const LocalState& state = status.local_state;
  return {{"name", status.name},
          {"chosen", status.is_chosen},
          {"ok", !status.failure},
          {"region", text_or_null(status.region)},
          {"api", text_or_null(status.api)},
          {"host", text_or_null(status.host)},
          {"key", text_or_null(status.key)},
          {"token_seconds_left", state.token_left ? Json(state.token_left->count()) : Json()},
          {"last_failure", describe_last_failure(state)},
          {"pause", text_or_null(state.pause)},
          {"fleet", describe_fleet_as_json(status)},
          {"error", status.failure ? make_json(*status.failure) : Json()}};
}

template <typename Items>
Json to_array(const Items& items) {
  Json array = Json::array();
  for (const auto& item : items)
    array.push_back(make_json(item));
  return array;
}

/// One object in one line.
std::string format_line(const Json& object) {
  return object.dump(-1, ' ', true, Json::error_handler_t::replace) + '\n';
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
  return format_line({{"version", json_version},
                      {"profile", text_or_null(profile)},
                      {"ok", exit_code() == ExitCode::success},
                      {"exit_code", static_cast<int>(exit_code())},
                      {"links", to_array(checks)},
                      {"settings", to_array(settings)}});
}

std::string status_text(const std::vector<ProfileStatus>& profiles, const cli::Terminal& terminal) {
  std::vector<Row> rows = {{"PROFILE", "REGION", "API", "HOST", "TOKEN", "KEY"}};
  std::ranges::transform(profiles, std::back_inserter(rows), make_row);
  const std::vector<std::string> lines = align(rows);
  std::string text = margin + terminal.paint(cli::Style::faint, lines.front()) + '\n';
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    text += (profiles[i].is_chosen ? "* " : margin) + lines[i + 1] + '\n';
    if (const std::string use = describe_fleet_use(profiles[i]); !use.empty()) text += margin + use + '\n';
    append_problems(text, profiles[i], terminal);
  }
  return text;
}

std::string status_json(const std::vector<ProfileStatus>& profiles) {
  return format_line({{"version", json_version}, {"profiles", to_array(profiles)}});
}

}  // namespace sase::diagnose
