// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sase::fuzz {

/// One function per reader of untrusted bytes, in readers/, with seeds in seeds/. Each parses the bytes, as
/// they are or in the layout that its comment describes, and checks the invariants of the result. It catches
/// the exceptions that the contract of the reader allows; any other exception is a finding.
void api_key(std::string_view bytes);
void bazel_request(std::string_view bytes);
void cache_file(std::string_view bytes);
void certificate(std::string_view bytes);
void command_line(std::string_view bytes);
void credential_request(std::string_view bytes);
void environment(std::string_view bytes);
void exchange(std::string_view bytes);
void exec_info(std::string_view bytes);
void external_query(std::string_view bytes);
void gateway_reply(std::string_view bytes);
void host(std::string_view bytes);
void http_reply(std::string_view bytes);
void json_object(std::string_view bytes);
void key_claims(std::string_view bytes);
void message(std::string_view bytes);
void no_proxy(std::string_view bytes);
void profile_file(std::string_view bytes);
void proxy_reply(std::string_view bytes);
void proxy_setting(std::string_view bytes);
void request_log(std::string_view bytes);
void service_response(std::string_view bytes);
void shown_text(std::string_view bytes);
void times(std::string_view bytes);
void url(std::string_view bytes);

}  // namespace sase::fuzz
