// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/wire.hpp"

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocketImpl.h>
#include <Poco/Net/StreamSocketImpl.h>

#include <algorithm>
#include <utility>

namespace sase::fuzz {

namespace {

using Poco::Net::Context;
using Poco::Net::SecureStreamSocketImpl;
using Poco::Net::StreamSocketImpl;

/// A socket implementation that reads from and writes to a Wire.
template <typename Implementation>
class WireSocket : public Implementation {
 public:
  template <typename... Arguments>
  explicit WireSocket(std::shared_ptr<Wire> wire, Arguments... arguments)
      : Implementation(arguments...), wire_(std::move(wire)) {
    // POCO treats a socket as connected if it has a descriptor. This number is not open and never used.
    this->reset(1 << 30);
  }

  int sendBytes(const void* buffer, int length, int /*flags*/) override {
    wire_->received.append(static_cast<const char*>(buffer), static_cast<std::size_t>(length));
    return length;
  }

  int receiveBytes(void* buffer, int length, int /*flags*/) override {
    const std::size_t size = std::min({wire_->sent.size(), wire_->piece, static_cast<std::size_t>(length)});
    wire_->sent.copy(static_cast<char*>(buffer), size);
    wire_->sent.remove_prefix(size);
    return static_cast<int>(size);
  }

  void close() override { this->reset(); }

 protected:
  ~WireSocket() override { this->reset(); }

 private:
  std::shared_ptr<Wire> wire_;
};

/// Gives access to POCO's protected constructor.
class SecureWireSocket : public Poco::Net::SecureStreamSocket {
 public:
  SecureWireSocket(std::shared_ptr<Wire> wire, const Context::Ptr& context)
      : SecureStreamSocket(new WireSocket<SecureStreamSocketImpl>(std::move(wire), context)) {}
};

}  // namespace

Poco::Net::SecureStreamSocket secure_socket(std::shared_ptr<Wire> wire) {
  // Never freed: see helper/network/tls/tls_context.cpp.
  static const auto& context = *new Context::Ptr(new Context(Context::CLIENT_USE, "", Context::VERIFY_NONE));
  return SecureWireSocket(std::move(wire), context);
}

Poco::Net::StreamSocket plain_socket(std::shared_ptr<Wire> wire) {
  return Poco::Net::StreamSocket(new WireSocket<StreamSocketImpl>(std::move(wire)));
}

}  // namespace sase::fuzz
