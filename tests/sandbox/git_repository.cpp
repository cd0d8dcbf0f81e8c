// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/git_repository.hpp"

#include <Poco/DeflatingStream.h>
#include <openssl/evp.h>

#include <array>
#include <sstream>
#include <stdexcept>

namespace sase::sandbox {

namespace {

constexpr std::size_t id_size = 20;

std::string sha1(const std::string& content) {
  std::array<unsigned char, id_size> bytes{};
  if (EVP_Digest(content.data(), content.size(), bytes.data(), nullptr, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("cannot compute a SHA-1 digest");
  }
  return std::string(bytes.begin(), bytes.end());
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4U];
    text += digits[byte & 0xfU];
  }
  return text;
}

std::string deflated(const std::string& content) {
  std::ostringstream target;
  Poco::DeflatingOutputStream deflater(target, Poco::DeflatingStreamBuf::STREAM_ZLIB);
  deflater << content;
  deflater.close();
  return target.str();
}

}  // namespace

GitRepository::GitRepository() {
  const std::string readme =
      add_object("blob", "# demo\n\nServed by sase-sandbox to clients with a valid token.\n");
  const std::string tree = add_object("tree", std::string("100644 README.md") + '\0' + readme);
  const std::string person = "sase-sandbox <sandbox@example.test> 1767225600 +0000";
  const std::string commit = add_object("commit", "tree " + hex(tree) + "\nauthor " + person +
                                                      "\ncommitter " + person + "\n\nBegin the demo\n");
  files_["HEAD"] = "ref: refs/heads/main\n";
  files_["info/refs"] = hex(commit) + "\trefs/heads/main\n";
  files_["refs/heads/main"] = hex(commit) + "\n";
}

const std::string* GitRepository::find(std::string_view name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : &found->second;
}

std::string GitRepository::add_object(std::string_view type, const std::string& content) {
  const std::string object = std::string(type) + ' ' + std::to_string(content.size()) + '\0' + content;
  std::string id = sha1(object);
  const std::string name = hex(id);
  files_["objects/" + name.substr(0, 2) + "/" + name.substr(2)] = deflated(object);
  return id;
}

}  // namespace sase::sandbox
