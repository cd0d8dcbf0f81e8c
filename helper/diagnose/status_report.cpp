// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/status_report.hpp"

#include "helper/api_key/source.hpp"
#include "helper/config/xdg_directories.hpp"
#include "helper/diagnose/settings_check.hpp"
#include "helper/rate_limit/refresh_lock.hpp"
#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <system_error>
#include <utility>

namespace sase::diagnose {

namespace {

using Json = nlohmann::ordered_json;

/// The identity of the profile's token. Does not run a key command. Throws Failure.
token::ApiKeyHandle api_key_handle(const config::Profile& profile, const config::ApiKeySource& source,
                                   const Environment& environment) {
  // Other sources need no time.
  if (source.kind != config::ApiKeySource::Kind::command)
    return {profile, api_key::read_key(source, environment, std::chrono::steady_clock::now())};
  const auto never = [](std::chrono::steady_clock::time_point) -> api_key::ApiKey {
    throw Failure(ExitCode::internal_error, "a command was to be run for a report");
  };
  return {profile,
          {.read = never,
           .deadline = {},
           .command = token::CommandIdentity{
               .command = source.value,
               .wrapping_key =
                   cache::WrappingKey(rate_limit::make_command_key_id(profile.authorize_url, source.value),
                                      config::memory_directory(environment))}}};
}

void read_key_status(ProfileStatus& status, const config::Profile& profile, const Environment& environment) {
  try {
    const auto source = api_key::find_source(profile, environment);
    if (!source) throw api_key::no_key(profile);
    status.key = api_key::describe(*source);
    token::ApiKeyHandle key = api_key_handle(profile, *source, environment);
    status.kept = read_local_state(profile, key, config::state_directory(environment));
  } catch (const Failure& failure) {
    // The report shows it, and the other profiles as well.
    status.key_failure = failure;
  } catch (const std::system_error& error) {
    status.state_trouble = protocol::escape(error.what());
  }
}

constexpr int status_version = 1;

constexpr std::size_t column_count = 6;
using Row = std::array<std::string, column_count>;

constexpr std::array<std::string_view, column_count> heads = {"PROFILE", "REGION", "API",
                                                              "HOST",    "TOKEN",  "KEY"};

/// A mark and a blank precede the first column.
constexpr std::size_t margin = 2;

Row make_row(const ProfileStatus& status) {
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

/// Appends the problems of a profile.
void append_problems(std::string& text, const ProfileStatus& status, const cli::Terminal& terminal) {
  if (status.failure) append_failure(text, *status.failure, terminal);
  if (status.key_failure) append_failure(text, *status.key_failure, terminal);
  if (status.state_trouble)
    append_failure(text, Failure(ExitCode::local_state, *status.state_trouble), terminal);
  const LocalState& kept = status.kept;
  std::string problem;
  if (!kept.pause.empty())
    problem = "no request is sent now: " + kept.pause;
  else if (kept.failure)
    problem = "the last call failed " + protocol::describe_duration(kept.failure->ago) +
              " ago: " + kept.failure->what;
  if (!problem.empty())
    text += std::string(margin, ' ') + terminal.paint(cli::Style::caution, "warn") + ' ' + problem + '\n';
}

Json make_json(const Failure& failure) {
  return {{"what", failure.what()}, {"remedy", failure.hint.empty() ? Json() : Json(failure.hint)}};
}

Json describe_error(const ProfileStatus& status) {
  if (status.failure) return make_json(*status.failure);
  if (status.key_failure) return make_json(*status.key_failure);
  if (status.state_trouble) return make_json(Failure(ExitCode::local_state, *status.state_trouble));
  return {};
}

Json catch_failure(const LocalState& kept) {
  if (!kept.failure) return {};
  return {{"what", kept.failure->what}, {"seconds_ago", kept.failure->ago.count()}};
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json make_json(const ProfileStatus& status) {
  const LocalState& kept = status.kept;
  return {{"name", status.name},
          {"chosen", status.is_chosen},
          {"ok", !status.is_failed()},
          {"region", text_or_null(status.region)},
          {"api", text_or_null(status.api)},
          {"host", text_or_null(status.host)},
          {"key", text_or_null(status.key)},
          {"token_seconds_left", kept.token_left ? Json(kept.token_left->count()) : Json()},
          {"last_failure", catch_failure(kept)},
          {"pause", text_or_null(kept.pause)},
          {"error", describe_error(status)}};
}

}  // namespace

ProfileStatus read_status(const config::ProfileSelector& choice, std::string_view name,
                          const Environment& environment) {
  ProfileStatus status;
  status.name = name;
  try {
    const config::ProfileSettings given = choice.read_settings(name);
    const config::Profile profile = make_profile(name, given.values, environment);
    status.region = region_name(given.values);
    status.api = config::api_generation(profile.api).name;
    status.host = profile.hosts.front().text();
    read_key_status(status, profile, environment);
  } catch (const Failure& failure) {
    // Likewise.
    status.failure = failure;
  }
  return status;
}

std::string status_text(const std::vector<ProfileStatus>& profiles, const cli::Terminal& terminal) {
  std::vector<Row> rows;
  std::array<std::size_t, column_count> widths{};
  for (std::size_t i = 0; i < heads.size(); ++i)
    widths[i] = heads[i].size();
  for (const ProfileStatus& status : profiles) {
    rows.push_back(make_row(status));
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
    append_problems(text, profiles[i], terminal);
  }
  return text;
}

std::string status_json(const std::vector<ProfileStatus>& profiles) {
  Json list = Json::array();
  for (const ProfileStatus& status : profiles)
    list.push_back(make_json(status));
  const Json object = {{"version", status_version}, {"profiles", std::move(list)}};
  return object.dump(-1, ' ', true, Json::error_handler_t::replace) + '\n';
}

}  // namespace sase::diagnose
