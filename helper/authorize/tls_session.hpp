// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace Poco::Net {
class SecureStreamSocket;
}  // namespace Poco::Net

namespace sase::helper::authorize {

/// What a finished handshake agreed on, for a person: `TLSv1.3, TLS_AES_256_GCM_SHA384, the certificate is
/// for 'api.example.com', issued by 'Example Root'`. Names are escaped.
[[nodiscard]] std::string describe_session(Poco::Net::SecureStreamSocket& socket);

}  // namespace sase::helper::authorize
