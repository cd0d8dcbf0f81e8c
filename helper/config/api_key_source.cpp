// SPDX-License-Identifier: Apache-2.0
#include "helper/config/api_key_source.hpp"

#include <cstddef>

namespace sase::config {

namespace {

constexpr std::size_t longest_file_name = 255;     // NAME_MAX
constexpr std::size_t longest_description = 4095;  // keyrings(7)

void check_variable(const Assignment& given) {
  if (given.value.empty() || given.value.find('=') != std::string_view::npos)
    throw given.failure("this is not the name of a variable");
}

void check_file(const Assignment& given) {
  if (!given.value.starts_with('/')) throw given.failure("the path is not absolute", "begin it with a slash");
}

void check_command(const Assignment& given) {
  if (given.value.find_first_not_of(' ') == std::string_view::npos)
    throw given.failure("the command is empty");
}

void check_credential(const Assignment& given) {
  const std::string_view name = given.value;
  if (name.empty() || name == "." || name == ".." || name.size() > longest_file_name ||
      name.find('/') != std::string_view::npos)
    throw given.failure("this is not the name of a systemd credential",
                        "write the name alone, as in 'LoadCredential=NAME:...' of the unit");
}

void check_keyring(const Assignment& given) {
  if (given.value.empty() || given.value.size() > longest_description)
    throw given.failure("this cannot be the description of a key in the kernel's keyring",
                        "write it as in 'keyctl padd user DESCRIPTION @u'");
}

struct Row {
  SettingId id;
  ApiKeySource::Kind kind;
  void (*check)(const Assignment&);
};

constexpr std::array rows = {
    Row{SettingId::api_key_env, ApiKeySource::Kind::variable, check_variable},
    Row{SettingId::api_key_file, ApiKeySource::Kind::file, check_file},
    Row{SettingId::api_key_command, ApiKeySource::Kind::command, check_command},
    Row{SettingId::api_key_credential, ApiKeySource::Kind::credential, check_credential},
    Row{SettingId::api_key_keyring, ApiKeySource::Kind::keyring, check_keyring},
};

}  // namespace

std::optional<ApiKeySource> parse_api_key_source(const Settings& values) {
  for (const Row& row : rows) {
    const Assignment* const given = values.find(row.id);
    if (given == nullptr) continue;
    row.check(*given);
    return ApiKeySource{.kind = row.kind, .value = std::string(given->value)};
  }
  return std::nullopt;
}

}  // namespace sase::config
