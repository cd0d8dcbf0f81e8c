// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/settings_check.hpp"

#include "protocol/escape.hpp"

namespace sase::diagnose {

namespace {

std::string describe_files(const config::ProfileText& text) {
  std::string list;
  for (const config::ProfileText::File& file : text.files)
    list += (list.empty() ? ", in '" : "' and '") + protocol::escape(file.path);
  return list.empty() ? ", which has no file" : list + '\'';
}

}  // namespace

CheckedSettings check_settings(const config::ProfileSelector& choice, const Environment& environment) {
  CheckedSettings checked;
  try {
    checked.profile = choice.name_without_host();
    checked.given = choice.settings_of(checked.profile);
    checked.made = make_profile(checked.profile, checked.given.values, environment);
    checked.shown = effective_settings(*checked.made, checked.given.values, environment);
    checked.check = {.name = "settings",
                     .state = protocol::CheckState::ok,
                     .what = "the profile '" + checked.profile + '\'' + describe_files(checked.given.text),
                     .remedy = {}};
  } catch (const Failure& failure) {
    // It is what this command is there to tell.
    checked.check = CheckResult::failed("settings", failure);
    if (checked.check.remedy.empty()) checked.check.remedy = "mend it in that place, or leave it out";
  }
  return checked;
}

}  // namespace sase::diagnose
