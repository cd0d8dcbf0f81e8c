// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/source.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace sase::api_key {

namespace {

/// No file's name is longer, and the kernel takes no longer description.
constexpr std::size_t longest_file_name = 255;
constexpr std::size_t longest_description = 4095;

void check_variable(const config::Assignment& given) {
  if (given.value.empty() || given.value.find('=') != std::string_view::npos)
    throw given.failure("this is not the name of a variable");
}

void check_file(const config::Assignment& given) {
  if (!given.value.starts_with('/')) throw given.failure("the path is not absolute", "begin it with a slash");
}

void check_command(const config::Assignment& given) {
  if (given.value.find_first_not_of(' ') == std::string_view::npos)
    throw given.failure("the command is empty");
}

void check_credential(const config::Assignment& given) {
  const std::string_view name = given.value;
  if (name.empty() || name == "." || name == ".." || name.size() > longest_file_name ||
      name.find('/') != std::string_view::npos)
    throw given.failure("this is not the name of a systemd credential",
                        "write the name alone, as in 'LoadCredential=NAME:...' of the unit");
}

void check_keyring(const config::Assignment& given) {
  if (given.value.empty() || given.value.size() > longest_description)
    throw given.failure("this cannot be the description of a key in the kernel's keyring",
                        "write it as in 'keyctl padd user DESCRIPTION @u'");
}

struct Row {
  config::SettingId id;
  ApiKeySourceKind kind;
  void (*check)(const config::Assignment&);
};

constexpr std::array rows = {
    Row{config::SettingId::api_key_env, ApiKeySourceKind::variable, check_variable},
    Row{config::SettingId::api_key_file, ApiKeySourceKind::file, check_file},
    Row{config::SettingId::api_key_command, ApiKeySourceKind::command, check_command},
    Row{config::SettingId::api_key_credential, ApiKeySourceKind::credential, check_credential},
    Row{config::SettingId::api_key_keyring, ApiKeySourceKind::keyring, check_keyring},
};

}  // namespace

ApiKeySource key_source_of(const config::Settings& values) {
  for (const Row& row : rows) {
    const config::Assignment* const given = values.find(row.id);
    if (given == nullptr) continue;
    row.check(*given);
    return {.kind = row.kind, .value = std::string(given->value)};
  }
  return {};
}

}  // namespace sase::api_key
