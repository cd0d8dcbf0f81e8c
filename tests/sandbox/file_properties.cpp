// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/file_properties.hpp"

namespace sase::sandbox {

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

}  // namespace sase::sandbox
