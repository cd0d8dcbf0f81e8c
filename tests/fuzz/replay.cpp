// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/readers.hpp"

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The number of findings.
int replay(const sase::fuzz::NamedReader& reader, const std::filesystem::path& folder) {
  int findings = 0;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    ++files;
    try {
      reader.read(contents(entry.path()));
    } catch (const std::exception& error) {
      ++findings;
      std::cerr << entry.path().string() << ": " << error.what() << '\n';
    }
  }
  std::cout << reader.name << ": " << files << " files\n";
  return findings;
}

}  // namespace

/// Gives every reader its corpus once, with any compiler.
/// usage: corpus_replay CORPUS
int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int findings = 0;
  for (const sase::fuzz::NamedReader& reader : sase::fuzz::readers)
    findings += replay(reader, std::filesystem::path(argv[1]) / reader.name);
  return findings == 0 ? 0 : 1;
}
