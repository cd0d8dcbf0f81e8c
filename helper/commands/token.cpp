// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "helper/names.hpp"
#include "helper/os/processes/terminal.hpp"
#include "protocol/dialects/terraform_external.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

namespace sase::commands {

namespace {

using protocol::ExecInfo;
using protocol::ExternalQuery;
using protocol::TokenFormat;

/// The profile that a call of `token` selects, and what its format needs to know of the request.
struct TokenQuery {
  config::Profile profile;
  std::string_view exec_api_version = protocol::exec_api_versions.front();
};

constexpr const char* query_form = R"(the query may be {} or have the members "profile" and "host")";

ExecInfo parse_exec_info(const Environment& environment) {
  const auto text = environment.find("KUBERNETES_EXEC_INFO");
  if (!text) return {};
  try {
    return ExecInfo::parse(*text);
  } catch (const protocol::ProtocolError& error) {
    throw Failure(ExitCode::malformed_request,
                  std::string("KUBERNETES_EXEC_INFO is not understood: ") + error.what(),
                  "kubectl makes it of the kubeconfig: below 'exec', apiVersion is " +
                      std::string(protocol::exec_api_versions.front()) +
                      " (or v1beta1); below 'cluster', server is https://HOST");
  }
}

TokenQuery read_exec_credential_query(const Call& call) {
  const ExecInfo info = parse_exec_info(call.environment);
  const config::ProfileSelector selector = profile_selector(call);
  return {.profile = info.server ? require_profile(selector, *info.server, "the cluster's server")
                                 : selector.without_host(),
          .exec_api_version = info.api_version};
}

Failure unknown_member(std::string_view name) {
  return Failure(ExitCode::malformed_request,
                 "the query on standard input has an unknown member" + quote_if_short(name),
                 suggest(name, ExternalQuery::known, query_form));
}

/// At a terminal there is no query to wait for.
ExternalQuery read_query(const Call& call) {
  if (os::is_terminal(call.input)) return {};
  const protocol::Secret text = read_document(call, query_form);
  try {
    ExternalQuery query = ExternalQuery::parse(text.reveal());
    if (query.unknown) throw unknown_member(*query.unknown);
    return query;
  } catch (const protocol::ProtocolError& error) {
    throw malformed_request(error.what(), query_form);
  }
}

/// The query has the precedence of a request's user name: it goes before SASE_PROFILE. A flag that names
/// another profile is an error, since a guess might give the wrong tenant's token.
config::ProfileSelector selector_for(const ExternalQuery& query, const Call& call) {
  if (!query.profile) return profile_selector(call);
  if (call.line.profile && *call.line.profile != *query.profile)
    throw Failure(ExitCode::malformed_request,
                  "the query on standard input and '--profile' name different profiles",
                  "name it either in the query or with --profile");
  return {
      call.environment, call.line.settings,
      config::NamedProfile{.name = *query.profile, .source = "the query", .code = ExitCode::invalid_settings},
      &call.diagnostics};
}

TokenQuery read_external_query(const Call& call) {
  const ExternalQuery query = read_query(call);
  const config::ProfileSelector selector = selector_for(query, call);
  if (!query.host) return {.profile = selector.without_host()};
  return {.profile = require_profile(selector, {.scheme = "https", .host = *query.host, .user = {}},
                                     "the query's host")};
}

TokenQuery read_token_query(const Call& call, const TokenFormat& format) {
  switch (format.input) {
    case protocol::FormatInput::external_query: return read_external_query(call);
    case protocol::FormatInput::exec_info: return read_exec_credential_query(call);
    case protocol::FormatInput::none: break;
  }
  return {.profile = profile_selector(call).without_host()};
}

}  // namespace

ExitCode token(const Call& call) {
  const TokenFormat& format = parse_format(call.line);
  const TokenQuery query = read_token_query(call, format);
  return deliver(call, query.profile, [&](const protocol::BearerToken& bearer, const ExpiryTimes& times) {
    return format.write(bearer, {.profile = query.profile.name,
                                 .api_url = query.profile.rest_url,
                                 .expires_in = times.expires_in,
                                 .expires_at = times.expires_at,
                                 .exec_api_version = query.exec_api_version});
  });
}

}  // namespace sase::commands
