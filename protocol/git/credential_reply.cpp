// SPDX-License-Identifier: Apache-2.0
#include "protocol/git/credential_reply.hpp"

#include <cstddef>
#include <string>

namespace sase::protocol {

namespace {

/// More than all of a reply's fixed words and an expiry.
constexpr std::size_t words_size = 160;

void append_head(Secret& reply, ReplyForm form, std::string_view username) {
  switch (form) {
    case ReplyForm::password:
      reply.append("username=");
      reply.append(username);
      reply.append("\npassword=");
      break;
    case ReplyForm::bearer: reply.append("capability[]=authtype\nauthtype=Bearer\ncredential="); break;
  }
}

}  // namespace

Secret write_credential_reply(ReplyForm form, std::string_view username, const BearerToken& token,
                              std::chrono::sys_seconds expiry) {
  Secret reply = Secret::with_capacity(words_size + username.size() + token.reveal().size());
  append_head(reply, form, username);
  reply.append(token.reveal());
  reply.append("\npassword_expiry_utc=");
  reply.append(std::to_string(expiry.time_since_epoch().count()));
  // Ephemeral: other helpers in git's list shall not keep what this one makes anew.
  if (form == ReplyForm::bearer) reply.append("\nephemeral=1");
  reply.append("\n\n");
  return reply;
}

}  // namespace sase::protocol
