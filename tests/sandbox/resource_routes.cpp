// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/resource_routes.hpp"

#include "tests/sandbox/fault_effect.hpp"
#include "tests/sandbox/file_properties.hpp"
#include "tests/sandbox/presented_token.hpp"
#include "tests/sandbox/sample_data.hpp"

#include <array>
#include <string_view>

namespace sase::sandbox {

namespace {

constexpr std::string_view git_prefix = "/git/demo.git/";
/// All of git-lfs that is answered: nobody holds a lock.
constexpr std::string_view lfs_locks = "info/lfs/locks";

Response status_ok(const Request& /*request*/) {
  return text_response(200, "Ok");
}

struct Row {
  std::string_view path;
  Generation generation;
  BodyShape error_shape;
  Response (*answer)(const Request& request);
};

constexpr std::array rows{
    Row{"/api/rest/v1/users", Generation::v1, BodyShape::id_message, users},
    Row{"/api/rest/v2.3/networks", Generation::v1, BodyShape::id_message, networks},
    Row{"/api/rest/v2.3/status", Generation::v1, BodyShape::id_message, status_ok},
    Row{"/v3/users", Generation::v3, BodyShape::message, users},
    Row{"/v3/networks/standard", Generation::v3, BodyShape::id_message, networks},
    Row{"/v3/status", Generation::v3, BodyShape::message, status_ok},
};

const Row* find_row(std::string_view path) {
  for (const Row& row : rows) {
    if (row.path == path) return &row;
  }
  return nullptr;
}

bool reads(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

/// A WebDAV client asks what there is before it reads.
bool asks_for_properties(const Request& request) {
  return request.method == "PROPFIND";
}

Response unauthorized(const Request& request, const FaultPlan& plan) {
  const BodyShape shape = plan.body.value_or(resource_error_shape(request.path));
  Response response = error_response(shape, 401, "Unauthorized", what_was_sent(request));
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"sase-sandbox\"");
  return response;
}

}  // namespace

ResourceRoutes::ResourceRoutes(const TokenRegister& tokens, Counters& counters,
                               const GitRepository& repository)
    : tokens_(tokens), counters_(counters), repository_(repository) {}

Response ResourceRoutes::answer(const Request& request, const FaultPlan& plan) {
  Response response =
      request.path.starts_with(git_prefix) ? git_answer(request, plan) : api_answer(request, plan);
  if (response.status == 401) counters_.count(Event::resource_denied);
  if (response.status != 200) return response;
  counters_.count(Event::resource_ok);
  return plan.body ? faulty_error(plan, resource_error_shape(request.path), request) : response;
}

Response ResourceRoutes::api_answer(const Request& request, const FaultPlan& plan) {
  const Row* const row = find_row(request.path);
  if (row == nullptr || !(reads(request) || asks_for_properties(request))) {
    // One name for all of them: a scan of random paths must not grow the map.
    counters_.count_route("unknown");
    return unknown_route(request.method, request.path);
  }
  counters_.count_route((asks_for_properties(request) ? "PROPFIND " : "GET ") + request.path);
  const auto token = bearer_token(request.authorization);
  const bool admitted = token && tokens_.is_live(*token, row->generation, TokenRegister::Clock::now());
  if (plan.reject_tokens || !admitted) return unauthorized(request, plan);
  Response response = row->answer(request);
  if (!asks_for_properties(request) || response.status != 200) return response;
  return file_properties(request.path, response.body.size());
}

Response ResourceRoutes::git_answer(const Request& request, const FaultPlan& plan) {
  counters_.count_route("GET " + std::string(git_prefix));
  const bool admitted = admits(request, Generation::v1) || admits(request, Generation::v3);
  if (plan.reject_tokens || !admitted) {
    Response response = unauthorized(request, plan);
    response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"sase-sandbox\"");
    return response;
  }
  // git-lfs asks by POST, and must learn first that it needs a token.
  if (!reads(request)) return unknown_route(request.method, request.path);
  const std::string_view name = std::string_view(request.path).substr(git_prefix.size());
  if (name == lfs_locks) return {200, {{"Content-Type", "application/vnd.git-lfs+json"}}, R"({"locks":[]})"};
  const std::string* const file = repository_.find(name);
  if (file == nullptr) return unknown_route(request.method, request.path);
  // text/plain tells git that this is no smart server.
  return text_response(200, *file);
}

bool ResourceRoutes::admits(const Request& request, Generation generation) const {
  const auto now = TokenRegister::Clock::now();
  const auto bearer = bearer_token(request.authorization);
  if (bearer) return tokens_.is_live(*bearer, generation, now);
  const auto password = basic_password(request.authorization);
  return password && tokens_.is_live(*password, generation, now);
}

BodyShape resource_error_shape(const std::string& path) noexcept {
  const Row* const row = find_row(path);
  if (row != nullptr) return row->error_shape;
  return path.starts_with("/v3/") ? BodyShape::message : BodyShape::id_message;
}

}  // namespace sase::sandbox
