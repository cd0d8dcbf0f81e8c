// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rejected_marks.hpp"

#include "helper/rate_limit/rules.hpp"

#include <cstddef>
#include <exception>
#include <string_view>
#include <vector>

namespace sase::rate_limit {

namespace {

std::string mark_name(const std::string& key_id, const std::string& tag) {
  return key_id + ".rejected." + tag;
}

bool is_tag(std::string_view text) noexcept {
  constexpr std::size_t digits = 32;
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The latest is the last one.
std::vector<std::string> list_tags(const os::PrivateDirectory& directory, const std::string& key_id) {
  const std::string prefix = mark_name(key_id, "");
  std::vector<std::string> tags;
  for (const std::string& name : directory.names_by_age(prefix))
    if (is_tag(std::string_view(name).substr(prefix.size()))) tags.push_back(name.substr(prefix.size()));
  return tags;
}

}  // namespace

void mark_rejected(const std::string& directory, const std::string& key_id, const std::string& tag) {
  const auto opened = os::PrivateDirectory::create(directory);
  (void)opened.open_lock(mark_name(key_id, tag));
  // Without a lock, none is removed otherwise.
  const std::vector<std::string> tags = list_tags(opened, key_id);
  for (std::size_t i = 0; i + most_rejected_tags < tags.size(); ++i)
    opened.remove_file(mark_name(key_id, tags[i]));
}

void add_rejected(RequestLog& log, const os::PrivateDirectory& directory, const std::string& key_id) {
  for (const std::string& tag : list_tags(directory, key_id))
    record_rejected_tag(log, BootClock::now(), tag);
}

void add_rejected(RequestLog& log, const std::string& directory, const std::string& key_id) {
  if (const auto opened = os::PrivateDirectory::open(directory)) add_rejected(log, *opened, key_id);
}

void remove_rejected(const RequestLog& log, const os::PrivateDirectory& directory,
                     const std::string& key_id) noexcept try {
  for (const std::string& tag : log.fleet.rejected_tags)
    directory.remove_file(mark_name(key_id, tag));
} catch (const std::exception&) {
  return;
}

}  // namespace sase::rate_limit
