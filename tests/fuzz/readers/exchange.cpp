// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/request.hpp"
#include "protocol/authorize/response.hpp"
#include "protocol/parsing.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"
#include "tests/support/response.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

namespace sase::fuzz {

namespace {

using protocol::AuthorizeReply;
using protocol::AuthorizeRequest;

template <typename Message>
std::optional<Message> read(const std::function<Message()>& parse) try {
  return parse();
} catch (const protocol::ProtocolError& error) {
  check(is_printable(error.what()), "an error is printable");
  return std::nullopt;
}

/// Parses the response as it arrives, in pieces of this size.
AuthorizeReply parse_in_pieces(std::string_view text, std::size_t size) {
  protocol::ResponseReader reader(
      [](const protocol::TraceLine& line) { check(is_printable(line.what), "a trace line is printable"); });
  for (std::size_t arrived = 0; arrived < text.size(); arrived += size)
    reader.read(text.substr(0, arrived + size));
  return std::move(reader).finish();
}

void check_request(const AuthorizeRequest& request) {
  const auto written = request.write();
  check(AuthorizeRequest::parse(written.reveal()).write().reveal() == written.reveal(),
        "a written request reads back as itself");
}

void check_reply(const AuthorizeReply& reply) {
  if (const auto* const token_response = std::get_if<protocol::TokenResponse>(&reply.outcome))
    check(is_b64token(token_response->token.reveal()), "a token is b64token text");
  if (const auto* const auth_error = std::get_if<protocol::AuthError>(&reply.outcome))
    check(is_printable(auth_error->what + auth_error->hint), "a message is printable");
  check(same(reply, tests::parse_response(tests::write(reply))), "a written reply reads back as itself");
  check(reply.checks.size() <= protocol::check_count, "no check is repeated");
  for (const protocol::Check& entry : reply.checks)
    check(is_printable(entry.what + entry.remedy) && !entry.what.empty(), "a check has a printable message");
}

/// A value is written unchanged or rejected.
void check_value(std::string_view text) try {
  AuthorizeRequest request = AuthorizeRequest::parse("url=u\napi_key=k\ntimeout_ms=1\n");
  request.proxy = text;
  request.read_url = text;
  const auto read = AuthorizeRequest::parse(request.write().reveal());
  check(read.proxy == text && read.read_url == text && read.no_proxy.empty(), "a value is unchanged");
} catch (const protocol::ProtocolError&) {
  check(!is_one_line(text), "only a value with a line end is rejected");
}

}  // namespace

/// The messages between the two programs.
void exchange(std::string_view bytes) {
  if (const auto request = read<AuthorizeRequest>([&] { return AuthorizeRequest::parse(bytes); }))
    check_request(*request);
  const auto reply = read<AuthorizeReply>([&] { return parse_in_pieces(bytes, bytes.size() + 1); });
  const auto in_pieces = read<AuthorizeReply>([&] { return parse_in_pieces(bytes, 3); });
  check(reply.has_value() == in_pieces.has_value() && (!reply || same(*reply, *in_pieces)),
        "a response does not depend on how it arrives");
  if (reply) check_reply(*reply);
  check_value(bytes);
}

}  // namespace sase::fuzz
