// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/response.hpp"

#include <cstddef>
#include <string>

namespace sase::sandbox {

/// What a WebDAV server answers PROPFIND with for one file of `size` bytes (RFC 4918 section 9.1). `path`
/// must be one of the routes', which need no escaping in XML.
[[nodiscard]] Response file_properties(const std::string& path, std::size_t size);

}  // namespace sase::sandbox
