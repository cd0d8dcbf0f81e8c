// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/resource_routes.hpp"

#include "tests/sandbox/fault_effect.hpp"
#include "tests/sandbox/request.hpp"
#include "tests/sandbox/response.hpp"
#include "tests/sandbox/sample_data.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace sase::sandbox {

namespace {

Response file_properties(const std::string& path, std::size_t size) {
  std::string xml = R"(<?xml version="1.0" encoding="utf-8"?>)"
                    R"(<d:multistatus xmlns:d="DAV:"><d:response><d:href>)";
  xml += path;
  xml += "</d:href><d:propstat><d:prop><d:resourcetype/><d:getcontentlength>";
  xml += std::to_string(size);
  xml +=
      "</d:getcontentlength></d:prop><d:status>HTTP/1.1 200 OK</d:status>"
      "</d:propstat></d:response></d:multistatus>";
  return {207, {{"Content-Type", "application/xml; charset=utf-8"}}, std::move(xml)};
}

constexpr std::string_view git_prefix = "/git/demo.git/";
/// Of git-lfs, only the list of locks is supported: there are no locks.
constexpr std::string_view lfs_prefix = "info/lfs/";
constexpr std::string_view lfs_locks = "info/lfs/locks";

Response status_ok(const Request& /*request*/) { return text_response(200, "Ok"); }

struct Resource {
  std::string_view path;
  Generation generation;
  BodyShape error_shape;
  Response (*answer)(const Request& request);
};

constexpr std::array resources{
    Resource{"/api/rest/v1/users", Generation::v1, BodyShape::id_message, users},
    Resource{"/api/rest/v2.3/networks", Generation::v1, BodyShape::id_message, networks},
    Resource{"/api/rest/v2.3/status", Generation::v1, BodyShape::id_message, status_ok},
    Resource{"/v3/users", Generation::v3, BodyShape::message, users},
    Resource{"/v3/networks/standard", Generation::v3, BodyShape::id_message, networks},
    Resource{"/v3/status", Generation::v3, BodyShape::message, status_ok},
};

const Resource* find_resource(std::string_view path) {
  for (const Resource& resource : resources) {
    if (resource.path == path) return &resource;
  }
  return nullptr;
}

bool is_read(const Request& request) { return request.method == "GET" || request.method == "HEAD"; }

/// A WebDAV client reads the properties of a file before the file.
bool is_property_request(const Request& request) { return request.method == "PROPFIND"; }

Response unauthorized(const Request& request, const FaultPlan& plan) {
  const BodyShape shape = plan.body.value_or(resource_error_shape(request.path));
  Response response = error_response(shape, 401, "Unauthorized", find_secret(request));
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
  return plan.body ? fault_error(plan, resource_error_shape(request.path), request) : response;
}

Response ResourceRoutes::api_answer(const Request& request, const FaultPlan& plan) {
  const Resource* const resource = find_resource(request.path);
  if (resource == nullptr || !(is_read(request) || is_property_request(request))) {
    // One name for all: a scan of random paths must not grow the map.
    counters_.count_route("unknown");
    return unknown_route(request.method, request.path);
  }
  counters_.count_route((is_property_request(request) ? "PROPFIND " : "GET ") + request.path);
  const auto token = bearer_token(request.authorization);
  const bool admitted = token && tokens_.is_live(*token, resource->generation, TokenRegister::Clock::now());
  if (plan.reject_tokens || !admitted) return unauthorized(request, plan);
  Response response = resource->answer(request);
  if (!is_property_request(request) || response.status != 200) return response;
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
  const std::string_view name = std::string_view(request.path).substr(git_prefix.size());
  if (!name.starts_with(lfs_prefix)) return repository_.answer(request, name);
  if (name != lfs_locks || !is_read(request)) return unknown_route(request.method, request.path);
  return {200, {{"Content-Type", "application/vnd.git-lfs+json"}}, R"({"locks":[]})"};
}

bool ResourceRoutes::admits(const Request& request, Generation generation) const {
  const auto now = TokenRegister::Clock::now();
  const auto bearer = bearer_token(request.authorization);
  if (bearer) return tokens_.is_live(*bearer, generation, now);
  const auto password = basic_password(request.authorization);
  return password && tokens_.is_live(*password, generation, now);
}

BodyShape resource_error_shape(const std::string& path) noexcept {
  const Resource* const resource = find_resource(path);
  if (resource != nullptr) return resource->error_shape;
  return path.starts_with("/v3/") ? BodyShape::message : BodyShape::id_message;
}

}  // namespace sase::sandbox
