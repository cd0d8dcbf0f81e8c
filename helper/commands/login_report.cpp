// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/login_report.hpp"

#include "helper/profiles/profile_name.hpp"
#include "protocol/escape.hpp"
#include "protocol/lifetime.hpp"

#include <algorithm>
#include <string_view>

namespace sase::helper {

namespace {

/// A word as a shell reads it back.
std::string shell_word(std::string_view text) {
  constexpr std::string_view harmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,[]";
  if (text.find_first_not_of(harmless) == std::string_view::npos) return std::string(text);
  std::string word = "'";
  for (const char c : text)
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + '\'';
}

/// ` --profile NAME` where the profile must be named.
std::string choice_of(const Profile& profile) {
  return profile.name == default_profile ? "" : " --profile " + profile.name;
}

std::string curl_line(const Profile& profile) {
  std::string line = "sase-credential" + choice_of(profile) + " token --format header | curl -H @- ";
  if (!profile.ca_file.empty()) line += "--cacert " + shell_word(profile.ca_file) + ' ';
  return line + profile.rest_url + (profile.api == Api::v1 ? "/v1/users" : "/v3/users");
}

std::string git_lines(const Profile& profile) {
  const std::string origin = "https://" + profile.hosts.front().text();
  const std::string choice = choice_of(profile);
  std::string lines =
      "  git config --global credential." + origin + ".helper " + shell_word("sase" + choice) + '\n';
  if (!profile.ca_file.empty())
    lines += "  git config --global http." + origin + ".sslCAInfo " + shell_word(profile.ca_file) + '\n';
  return lines;
}

}  // namespace

std::string login_report(const Profile& profile, const LoginFiles& files,
                         std::optional<std::chrono::seconds> lifetime) {
  std::string text;
  if (lifetime)
    text += "verified: " + profile.authorize_url + " gave a token for " +
            protocol::format_duration(std::chrono::ceil<std::chrono::minutes>(*lifetime)) + '\n';
  else
    text += "not verified: " + profile.authorize_url + " was not asked\n";
  text += "kept: the key in " + protocol::escape(files.key()) + "\n      the profile in " +
          protocol::escape(files.profile()) + '\n';
  text += "\nNow these get a token by themselves:\n  " + curl_line(profile) + '\n' + git_lines(profile);
  return text;
}

}  // namespace sase::helper
