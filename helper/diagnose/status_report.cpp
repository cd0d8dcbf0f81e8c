// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/config/xdg_directories.hpp"
#include "helper/diagnose/doctor.hpp"
#include "helper/diagnose/status.hpp"
#include "helper/rate_limit/refresh_lock.hpp"
#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iterator>
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

constexpr int status_version = 1;

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

Json make_json(const Failure& failure) {
  return {{"what", failure.what()}, {"remedy", failure.hint.empty() ? Json() : Json(failure.hint)}};
}

Json describe_last_failure(const LocalState& state) {
  if (!state.failure) return {};
  return {{"what", state.failure->what}, {"seconds_ago", state.failure->ago.count()}};
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
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
          {"error", status.failure ? make_json(*status.failure) : Json()}};
}

}  // namespace

ProfileStatus read_status(const config::ProfileSelector& choice, std::string_view name,
                          const Environment& environment) {
  ProfileStatus status;
  status.name = name;
  try {
    const config::ProfileSettings given = choice.read_settings(name);
    const config::Profile profile = make_profile(name, given.values);
    status.region = region_name(given.values);
    status.api = config::api_generation(profile.api).name;
    status.host = profile.hosts.front().text();
    const auto source = api_key::find_source(profile, environment);
    if (!source) throw api_key::no_key(profile, environment);
    status.key = api_key::describe(*source);
    token::ApiKeyHandle key = api_key_handle(profile, *source, environment);
    status.local_state = read_local_state(profile, key, config::state_directory(environment));
  } catch (const Failure& failure) {
    // The report shows it, and the other profiles as well.
    status.failure = failure;
  } catch (const std::system_error& error) {
    status.failure = Failure(ExitCode::local_state, protocol::escape(error.what()));
  }
  return status;
}

std::string status_text(const std::vector<ProfileStatus>& profiles, const cli::Terminal& terminal) {
  std::vector<Row> rows = {{"PROFILE", "REGION", "API", "HOST", "TOKEN", "KEY"}};
  std::ranges::transform(profiles, std::back_inserter(rows), make_row);
  const std::vector<std::string> lines = align(rows);
  std::string text = margin + terminal.paint(cli::Style::faint, lines.front()) + '\n';
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    text += (profiles[i].is_chosen ? "* " : margin) + lines[i + 1] + '\n';
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
