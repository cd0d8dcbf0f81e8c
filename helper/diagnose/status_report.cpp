// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/status_report.hpp"

#include "protocol/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace sase::diagnose {

namespace {

using Json = nlohmann::ordered_json;

constexpr int shape_version = 1;

constexpr std::size_t column_count = 6;
using Row = std::array<std::string, column_count>;

constexpr std::array<std::string_view, column_count> heads = {"PROFILE", "REGION", "API",
                                                              "HOST",    "TOKEN",  "KEY"};

/// The mark and a blank before the first column.
constexpr std::size_t margin = 2;

Row row_of(const ProfileStatus& status) {
  if (status.failure) return {status.name, "", "", "", "", ""};
  return {status.name,
          status.region.empty() ? "-" : status.region,
          status.api,
          status.host,
          status.kept.token_left ? protocol::describe_duration(*status.kept.token_left) + " left" : "none",
          status.key.empty() ? "none" : status.key};
}

std::string padded(const Row& row, const std::array<std::size_t, column_count>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += row[i];
    if (i + 1 < row.size()) line.append(widths[i] - std::min(widths[i], row[i].size()) + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

void append_failure(std::string& text, const Failure& failure, const cli::Terminal& terminal) {
  text.append(margin, ' ');
  text += terminal.paint(cli::Style::bad, "FAIL") + ' ';
  text += failure.what();
  text += '\n';
  if (!failure.hint.empty()) text += std::string(margin + 5, ' ') + "-> " + failure.hint + '\n';
}

/// What is to be said of a profile beside its row.
void append_news(std::string& text, const ProfileStatus& status, const cli::Terminal& terminal) {
  if (status.failure) append_failure(text, *status.failure, terminal);
  if (status.key_failure) append_failure(text, *status.key_failure, terminal);
  if (status.state_trouble)
    append_failure(text, Failure(ExitCode::local_state, *status.state_trouble), terminal);
  const LocalState& kept = status.kept;
  std::string words;
  if (!kept.pause.empty())
    words = "the service is not asked now: " + kept.pause;
  else if (kept.failure)
    words = "the last call failed " + protocol::describe_duration(kept.failure->ago) +
            " ago: " + kept.failure->what;
  if (!words.empty())
    text += std::string(margin, ' ') + terminal.paint(cli::Style::caution, "warn") + ' ' + words + '\n';
}

Json json_of(const Failure& failure) {
  return {{"what", failure.what()}, {"remedy", failure.hint.empty() ? Json() : Json(failure.hint)}};
}

Json error_of(const ProfileStatus& status) {
  if (status.failure) return json_of(*status.failure);
  if (status.key_failure) return json_of(*status.key_failure);
  if (status.state_trouble) return json_of(Failure(ExitCode::local_state, *status.state_trouble));
  return {};
}

Json failure_of(const LocalState& kept) {
  if (!kept.failure) return {};
  return {{"what", kept.failure->what}, {"seconds_ago", kept.failure->ago.count()}};
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json json_of(const ProfileStatus& status) {
  const LocalState& kept = status.kept;
  return {{"name", status.name},
          {"chosen", status.is_chosen},
          {"ok", !status.is_failed()},
          {"region", text_or_null(status.region)},
          {"api", text_or_null(status.api)},
          {"host", text_or_null(status.host)},
          {"key", text_or_null(status.key)},
          {"token_seconds_left", kept.token_left ? Json(kept.token_left->count()) : Json()},
          {"last_failure", failure_of(kept)},
          {"pause", text_or_null(kept.pause)},
          {"error", error_of(status)}};
}

}  // namespace

std::string status_text(const std::vector<ProfileStatus>& profiles, const cli::Terminal& terminal) {
  std::vector<Row> rows;
  std::array<std::size_t, column_count> widths{};
  for (std::size_t i = 0; i < heads.size(); ++i)
    widths[i] = heads[i].size();
  for (const ProfileStatus& status : profiles) {
    rows.push_back(row_of(status));
    for (std::size_t i = 0; i < widths.size(); ++i)
      widths[i] = std::max(widths[i], rows.back()[i].size());
  }
  Row head;
  std::ranges::copy(heads, head.begin());
  std::string text =
      std::string(margin, ' ') + terminal.paint(cli::Style::faint, padded(head, widths)) + '\n';
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += profiles[i].is_chosen ? "* " : "  ";
    text += padded(rows[i], widths) + '\n';
    append_news(text, profiles[i], terminal);
  }
  return text;
}

std::string status_json(const std::vector<ProfileStatus>& profiles) {
  Json list = Json::array();
  for (const ProfileStatus& status : profiles)
    list.push_back(json_of(status));
  const Json object = {{"version", shape_version}, {"profiles", std::move(list)}};
  return object.dump(-1, ' ', true, Json::error_handler_t::replace) + '\n';
}

}  // namespace sase::diagnose
