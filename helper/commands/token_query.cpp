// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/token_query.hpp"

#include "helper/cli/request_input.hpp"
#include "helper/nearest_name.hpp"
#include "protocol/dialects/terraform_external.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"

#include <unistd.h>

namespace sase::commands {

namespace {

using protocol::ExecInfo;
using protocol::ExternalQuery;

constexpr const char* query_form = R"(the query may be {} or have the members "profile" and "host")";

ExecInfo exec_info(const Environment& environment) {
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

TokenQuery asked_by_kubectl(const Call& call) {
  const ExecInfo info = exec_info(call.environment);
  const config::ProfileSelector choice = profile_selector(call);
  return {.profile = info.server ? cli::require_profile(choice, *info.server, "the cluster's server")
                                 : choice.without_host(),
          .exec_api_version = info.api_version};
}

Failure unknown_member(std::string_view name) {
  return Failure(ExitCode::malformed_request,
                 "the query on standard input has an unknown member" + quote_if_short(name),
                 suggest(name, ExternalQuery::known, query_form));
}

/// A person at a terminal asks for nothing in particular, and is not kept waiting.
ExternalQuery external_query(const Call& call) {
  if (::isatty(call.input) == 1) return {};
  const protocol::Secret text = cli::read_document(call.input, call.diagnostics, query_form);
  try {
    ExternalQuery query = ExternalQuery::parse(text.reveal());
    if (query.unknown) throw unknown_member(*query.unknown);
    return query;
  } catch (const protocol::ProtocolError& error) {
    throw cli::malformed_request(error.what(), query_form);
  }
}

/// The query takes the place of a request's user name: it goes before SASE_PROFILE. That it and the flag name
/// two profiles is a mistake of whoever wrote both, and guessing might give the wrong tenant's token.
config::ProfileSelector choice_of(const ExternalQuery& query, const Call& call) {
  if (!query.profile) return profile_selector(call);
  if (call.line.profile && *call.line.profile != *query.profile)
    throw Failure(ExitCode::malformed_request,
                  "the query on standard input and '--profile' name different profiles",
                  "name the profile in one of the two");
  return {
      call.environment, call.line.settings,
      config::NamedProfile{.name = *query.profile, .place = "the query", .code = ExitCode::invalid_settings}};
}

TokenQuery asked_by_terraform(const Call& call) {
  const ExternalQuery query = external_query(call);
  const config::ProfileSelector choice = choice_of(query, call);
  if (!query.host) return {.profile = choice.without_host()};
  return {.profile = cli::require_profile(choice, {.scheme = "https", .host = *query.host, .user = {}},
                                          "the query's host")};
}

}  // namespace

TokenQuery token_query(const Call& call, protocol::TokenFormat format) {
  if (format == protocol::TokenFormat::external) return asked_by_terraform(call);
  if (format == protocol::TokenFormat::exec_credential) return asked_by_kubectl(call);
  return {.profile = profile_selector(call).without_host()};
}

}  // namespace sase::commands
