// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/git_repository.hpp"

#include "tests/sandbox/cgi.hpp"

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

/// Values for `git http-backend` (RFC 3875 and git-http-backend(1)). Nothing of the machine's or the user's
/// configuration may change what the sandbox serves.
CgiVariables cgi_variables(const Request& request, const StateDirectory& directory, std::string_view name) {
  return {
      {"GIT_PROJECT_ROOT", directory.file("git").string()},
      {"GIT_HTTP_EXPORT_ALL", "1"},
      {"GIT_CONFIG_NOSYSTEM", "1"},
      {"HOME", "/nonexistent"},
      // The state directory may belong to another user, as a volume of a container does.
      {"GIT_CONFIG_COUNT", "1"},
      {"GIT_CONFIG_KEY_0", "safe.directory"},
      {"GIT_CONFIG_VALUE_0", "*"},
      {"PATH_INFO", "/demo.git/" + std::string(name)},
      {"REQUEST_METHOD", request.method},
      {"QUERY_STRING", request.query_string},
      {"CONTENT_TYPE", request.content_type},
      {"CONTENT_LENGTH", std::to_string(request.body.size())},
      {"HTTP_CONTENT_ENCODING", request.content_encoding},
      {"GIT_PROTOCOL", request.git_protocol},
  };
}

}  // namespace

GitRepository::GitRepository(const StateDirectory& directory) : directory_(directory) {
  const std::string readme =
      add_object("blob", "# demo\n\nServed by sase-sandbox to clients with a valid token.\n");
  const std::string tree = add_object("tree", std::string("100644 README.md") + '\0' + readme);
  const std::string person = "sase-sandbox <sandbox@example.test> 1767225600 +0000";
  const std::string commit = add_object("commit", "tree " + hex(tree) + "\nauthor " + person +
                                                      "\ncommitter " + person + "\n\nBegin the demo\n");
  write("refs/heads/main", hex(commit) + "\n");
  write("HEAD", "ref: refs/heads/main\n");
}

Response GitRepository::answer(const Request& request, std::string_view name) const {
  const auto output =
      run_cgi({"git", "http-backend"}, cgi_variables(request, directory_, name), request.body);
  return output ? parse_cgi(*output) : text_response(501, "git is not installed");
}

void GitRepository::write(const std::string& name, std::string_view content) const {
  const std::string file = "git/demo.git/" + name;
  std::filesystem::create_directories(directory_.file(file).parent_path());
  directory_.write(file, content);
}

std::string GitRepository::add_object(std::string_view type, const std::string& content) const {
  const std::string object = std::string(type) + ' ' + std::to_string(content.size()) + '\0' + content;
  std::string id = sha1(object);
  const std::string name = hex(id);
  write("objects/" + name.substr(0, 2) + "/" + name.substr(2), deflated(object));
  return id;
}

}  // namespace sase::sandbox
