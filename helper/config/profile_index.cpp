// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_index.hpp"

#include "helper/cache/digest.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/files/private_directory.hpp"

#include <exception>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

namespace sase::config {

namespace {

using std::chrono::system_clock;

constexpr const char* file_name = "profiles.index";
constexpr std::string_view kind = "sase-credential profiles 1";

/// Ten thousand profiles with five hosts each; a larger file is not ours.
constexpr std::size_t largest_index = std::size_t{4} << 20U;

/// A file system that counts in ticks, or whose clock is another machine's, gives two changes one time.
constexpr std::chrono::seconds settled{1};

/// The first line: kind, directories and files in hexadecimal digits, and the size of all that follows it, by
/// which a file shows that it is still being written.
struct Head {
  std::string_view directories, files, size;
};

constexpr std::size_t digits = 2 * cache::Digest::name_size;
constexpr std::size_t directories_at = kind.size() + 1;
constexpr std::size_t files_at = directories_at + digits + 1;
constexpr std::size_t size_at = files_at + digits + 1;

std::string write_head(const ProfileSnapshot& snapshot, std::size_t size) {
  return std::string(kind) + ' ' + snapshot.directories + ' ' + snapshot.files + ' ' + std::to_string(size);
}

std::optional<Head> parse_head(std::string_view line) {
  if (!line.starts_with(kind) || line.size() <= size_at) return std::nullopt;
  return Head{.directories = line.substr(directories_at, digits),
              .files = line.substr(files_at, digits),
              .size = line.substr(size_at)};
}

std::string row(const protocol::Host& host, std::string_view name) {
  return host.text() + '\t' + std::string(name) + '\n';
}

struct Stored {
  std::string text;
  timespec checked;  ///< when all files were looked at
};

std::optional<Stored> read(const os::Fd& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return std::nullopt;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > largest_index) return std::nullopt;
  Stored stored{.text = std::string(size, '\0'), .checked = status.st_mtim};
  const ssize_t got = ::pread(file.get(), stored.text.data(), size, 0);
  return got == status.st_size ? std::optional(std::move(stored)) : std::nullopt;
}

bool is_recent(const timespec& time) noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec >= time.tv_sec && now.tv_sec - time.tv_sec < ProfileIndex::trusted_for.count();
}

/// The profiles in the rows of a host.
std::vector<std::string> rows_of(std::string_view text, const protocol::Host& host) {
  std::vector<std::string> names;
  const std::string start = '\n' + host.text() + '\t';
  for (auto at = text.find(start); at != std::string_view::npos; at = text.find(start, at)) {
    at += start.size();
    const auto end = text.find('\n', at);
    names.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return names;
}

/// The first line, as far as nothing shows that the index is out of date without looking at the files.
std::optional<Head> usable_head(std::string_view text, std::span<const std::string> directories) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto head = parse_head(text.substr(0, end));
  if (!head || head->size != std::to_string(text.size() - end - 1)) return std::nullopt;
  return head->directories == ProfileSnapshot::of_directories(directories) ? head : std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> ProfileIndex::owners_of(const protocol::Host& host) const noexcept
    try {
  const auto state = os::PrivateDirectory::open(state_directory_);
  const os::Fd file = state ? state->open_file(file_name) : os::Fd();
  const auto stored = file ? read(file) : std::nullopt;
  const auto head = stored ? usable_head(stored->text, directories_) : std::nullopt;
  if (!head) return std::nullopt;
  std::vector<std::string> names = rows_of(stored->text, host);
  if (!names.empty() && is_recent(stored->checked)) return names;
  if (head->files != ProfileSnapshot::take(directories_).files) return std::nullopt;
  (void)::futimens(file.get(), nullptr);
  return names;
} catch (const std::exception&) {
  return std::nullopt;
}

void ProfileIndex::keep(const ProfileSnapshot& before, std::span<const Ownership> owners) const noexcept try {
  if (before.newest > system_clock::now() - settled) return;
  std::string rows;
  for (const auto& [host, name] : owners)
    rows += row(host, name);
  if (rows.size() < largest_index / 2)
    os::PrivateDirectory::create(state_directory_)
        .replace_file(file_name, write_head(before, rows.size()) + '\n' + rows);
} catch (const std::exception&) {
  return;  // the next call reads everything again
}

}  // namespace sase::config
