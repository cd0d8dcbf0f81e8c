// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/exec_credential.hpp"
#include "protocol/dialects/token_format.hpp"
#include "protocol/parsing.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <optional>
#include <string>

namespace sase::fuzz {

namespace {

using protocol::ExecInfo;

std::optional<ExecInfo> read(std::string_view bytes) try {
  return ExecInfo::parse(bytes);
} catch (const protocol::ProtocolError& error) {
  check(is_printable(error.what()), "an error is printable");
  return std::nullopt;
}

}  // namespace

/// The value of KUBERNETES_EXEC_INFO.
void exec_info(std::string_view bytes) {
  const auto info = read(bytes);
  if (!info) return;
  check(bytes.find("ExecCredential") != std::string_view::npos || bytes.find('\\') != std::string_view::npos,
        "an ExecCredential names its kind");
  check(info->api_version == protocol::exec_api_versions[0] ||
            info->api_version == protocol::exec_api_versions[1],
        "a version is known");
  if (info->server)
    check(is_printable(info->server->text()) && info->server->user.empty(), "a server is a plain origin");
  const auto reply = protocol::write_exec_credential(protocol::BearerToken(protocol::Secret("to.ken")), {},
                                                     info->api_version);
  // A reply has the members that a request needs.
  check(ExecInfo::parse(reply.reveal()).api_version == info->api_version,
        "a reply has the version of the request");
}

}  // namespace sase::fuzz
