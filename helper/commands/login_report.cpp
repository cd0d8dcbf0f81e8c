// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/login_report.hpp"

#include "helper/config/profile_name.hpp"
#include "helper/shell_quote.hpp"
#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <string_view>

namespace sase::commands {

namespace {

/// What leads past a proxy is more than a line can say, and a password is not to be shown.
bool is_proxy_for_all(const config::Profile& profile) noexcept {
  return !profile.proxy.empty() && profile.no_proxy.empty() && profile.proxy.find('@') == std::string::npos;
}

/// ` --profile NAME` where the profile must be named.
std::string choice_of(const config::Profile& profile) {
  return profile.name == config::default_profile ? "" : " --profile " + profile.name;
}

std::string curl_line(const config::Profile& profile) {
  std::string line = "sase-credential" + choice_of(profile) + " token --format header | curl -H @- ";
  const auto add = [&line](const char* flag, const std::string& value) {
    if (!value.empty()) line += flag + shell_word(value) + ' ';
  };
  add("--cacert ", profile.ca_file);
  add("--cert ", profile.client_cert);
  add("--key ", profile.client_key);
  if (is_proxy_for_all(profile)) add("--proxy ", profile.proxy);
  return line + profile.rest_url + (profile.api == config::Api::v1 ? "/v1/users" : "/v3/users");
}

std::string git_lines(const config::Profile& profile) {
  const std::string origin = "https://" + profile.hosts.front().text();
  const std::string choice = choice_of(profile);
  std::string lines =
      "  git config --global credential." + origin + ".helper " + shell_word("sase" + choice) + '\n';
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty())
      lines += "  git config --global http." + origin + '.' + name + ' ' + shell_word(value) + '\n';
  };
  add("sslCAInfo", profile.ca_file);
  add("sslCert", profile.client_cert);
  add("sslKey", profile.client_key);
  if (is_proxy_for_all(profile)) add("proxy", profile.proxy);
  return lines;
}

}  // namespace

std::string login_report(const config::Profile& profile, const api_key::LoginFiles& files,
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

}  // namespace sase::commands
