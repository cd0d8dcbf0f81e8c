// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/exchange.hpp"

#include "protocol/protocol_error.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"

#include <optional>

namespace sase::fuzz {

namespace {

using protocol::AuthorizeReply;
using protocol::AuthorizeRequest;

template <typename Message>
std::optional<Message> read(std::string_view text) try {
  return Message::parse(text);
} catch (const protocol::ProtocolError& error) {
  check(is_printable(error.what()), "an error can be shown");
  return std::nullopt;
}

void check_request(const AuthorizeRequest& request) {
  const auto written = request.write();
  check(AuthorizeRequest::parse(written.reveal()).write().reveal() == written.reveal(),
        "a written request reads as itself");
}

void check_reply(const AuthorizeReply& reply) {
  if (const auto* const token_response = std::get_if<protocol::TokenResponse>(&reply.outcome))
    check(is_b64token(token_response->token.reveal()), "a token is b64token text");
  if (const auto* const auth_error = std::get_if<protocol::AuthError>(&reply.outcome))
    check(is_printable(auth_error->what + auth_error->hint), "what a person is told is printable");
  check(same(reply, AuthorizeReply::parse(reply.write().reveal())), "a written reply reads as itself");
  check(reply.checks.size() <= protocol::check_count, "no link stands twice");
  for (const protocol::Check& check : reply.checks)
    check(is_printable(check.what + check.remedy) && !check.what.empty(),
          "a link has words that can be shown");
}

/// Any text is said whole or not at all.
void check_saying(std::string_view text) try {
  AuthorizeRequest request = AuthorizeRequest::parse("url=u\napi_key=k\ntimeout_ms=1\n");
  request.proxy = text;
  request.read_url = text;
  const auto read = AuthorizeRequest::parse(request.write().reveal());
  check(read.proxy == text && read.read_url == text && read.no_proxy.empty(),
        "a value is read as it was written");
} catch (const protocol::ProtocolError&) {
  check(!is_one_line(text), "only what would end a line cannot be said");
}

}  // namespace

/// What the two programs say to each other.
void exchange(std::string_view bytes) {
  if (const auto request = read<AuthorizeRequest>(bytes)) check_request(*request);
  if (const auto reply = read<AuthorizeReply>(bytes)) check_reply(*reply);
  check_saying(bytes);
}

}  // namespace sase::fuzz
