// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/network/report/progress.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sase::network {

/// A Progress whose lines are kept.
struct RecordedProgress {
  explicit RecordedProgress(Tracing tracing = Tracing::off, Probing probing = Probing::off)
      : progress([this](std::string_view lines) { text += lines; }, tracing, probing) {}
  RecordedProgress(const RecordedProgress&) = delete;
  RecordedProgress& operator=(const RecordedProgress&) = delete;

  [[nodiscard]] std::vector<protocol::TraceLine> trace() const {
    std::vector<protocol::TraceLine> lines;
    protocol::ResponseReader([&lines](const protocol::TraceLine& line) { lines.push_back(line); }).read(text);
    return lines;
  }

  [[nodiscard]] std::vector<std::string> trace_texts() const {
    std::vector<std::string> texts;
    for (const auto& line : trace())
      texts.push_back(line.what);
    return texts;
  }

  [[nodiscard]] std::vector<protocol::Check> checks() const {
    protocol::ResponseReader reader;
    reader.read(text);
    return reader.checks();
  }

  /// The response if the process were killed now.
  [[nodiscard]] protocol::AuthorizeReply interrupted() const {
    protocol::ResponseReader reader;
    reader.read(text);
    return std::move(reader).interrupt(
        {.kind = protocol::ErrorKind::unreachable, .what = "too late", .hint = {}, .retry_after = {}});
  }

  std::string text;
  Progress progress;
};

}  // namespace sase::network
