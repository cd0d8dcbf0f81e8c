// SPDX-License-Identifier: Apache-2.0
#include "helper/os/fd.hpp"
#include "protocol/git/credential.hpp"
#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace sase::os {

namespace {

using std::chrono::steady_clock;

std::string to_text(const protocol::Secret& secret) { return std::string(secret.reveal()); }

/// What is read of a text that is there from the beginning.
std::string message_in(std::string_view text) {
  const tests::MemoryFile input(text);
  return to_text(read_message(input.fd()));
}

/// How many lines a message has, as its reader counts them.
std::size_t lines_in(std::string_view text) {
  protocol::MessageReader reader(text);
  std::size_t lines = 0;
  while (reader.next())
    ++lines;
  return lines;
}

bool is_at_end(int fd) {
  char byte = 0;
  return ::read(fd, &byte, 1) == 0;
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i)
    all += text;
  return all;
}

}  // namespace

TEST_CASE("reads a message up to its empty line or the end", "[fd]") {
  CHECK(message_in("a=1\nb=2\n\n") == "a=1\nb=2\n\n");
  CHECK(message_in("a=1\nb=2\n") == "a=1\nb=2\n");
  CHECK(message_in("a=1\nb=2") == "a=1\nb=2");
  CHECK(message_in("\n") == "\n");
  CHECK(message_in("").empty());
}

TEST_CASE("reads a message that arrives in pieces of two bytes", "[fd]") {
  const std::string text = "protocol=https\r\nhost=api.example.test\r\n\r\n";
  tests::Pipe pipe = tests::make_pipe();
  std::thread writer([&pipe, &text] {
    for (std::size_t at = 0; at < text.size(); at += 2) {
      (void)!::write(pipe.writer.get(), text.data() + at, std::min<std::size_t>(2, text.size() - at));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });

  const std::string read = to_text(read_message(pipe.reader.get()));
  writer.join();

  CHECK(read == text);
}

TEST_CASE("stops reading at the empty line although the pipe stays open", "[fd]") {
  const tests::Pipe pipe = tests::make_pipe();
  REQUIRE(::write(pipe.writer.get(), "a=1\n\n", 5) == 5);
  const auto start = steady_clock::now();

  CHECK(to_text(read_message(pipe.reader.get())) == "a=1\n\n");
  CHECK(steady_clock::now() - start < std::chrono::seconds(1));
}

TEST_CASE("drains the pipe after a message", "[fd]") {
  tests::Pipe pipe = tests::make_pipe();
  const std::string text = "a=1\n\n" + std::string(30'000, 'x');
  REQUIRE(::write(pipe.writer.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  pipe.writer.close();

  CHECK(lines_in(read_message(pipe.reader.get()).reveal()) == 1);
  CHECK(is_at_end(pipe.reader.get()));
}

TEST_CASE("reads a message larger than a pipe", "[fd]") {
  const std::string text = "a=" + std::string(300'000, 'x') + "\n\n";
  tests::Pipe pipe = tests::make_pipe();
  std::thread writer([&pipe, &text] { write_all(pipe.writer.get(), text); });

  const std::string read = to_text(read_message(pipe.reader.get()));
  writer.join();

  CHECK(read == text);
}

TEST_CASE("rejects a message that exceeds a limit", "[fd]") {
  const std::string long_line = "a=" + std::string(protocol::max_line_size - 2, 'x');
  const std::string many_lines = repeat("x=y\n", protocol::max_lines);

  CHECK(lines_in(message_in(long_line + "\n\n")) == 1);
  CHECK(lines_in(message_in(many_lines + "\n")) == protocol::max_lines);
  CHECK_THROWS_AS(message_in(long_line + "x\n\n"), protocol::ProtocolError);
  CHECK_THROWS_AS(message_in(many_lines + "x=y\n\n"), protocol::ProtocolError);
  CHECK_THROWS_AS(message_in(repeat(long_line.substr(0, 1'000'000) + "\n", 5)), protocol::ProtocolError);
}

TEST_CASE("rejects a stream without an end", "[fd]") {
  const Fd zeros(::open("/dev/zero", O_RDONLY | O_CLOEXEC));

  CHECK_THROWS_AS(read_message(zeros.get()), protocol::ProtocolError);
}

TEST_CASE("reading an unreadable stream is a system error", "[fd]") {
  const Fd directory(::open("/", O_RDONLY | O_CLOEXEC));

  CHECK_THROWS_AS(read_message(-1), std::system_error);
  CHECK_THROWS_AS(read_message(directory.get()), std::system_error);
  CHECK_THROWS_AS(read_all(-1, 10), std::system_error);
  CHECK_THROWS_AS(read_all(directory.get(), 10), std::system_error);
}

TEST_CASE("reads a stream to its end, up to the limit", "[fd]") {
  for (const std::size_t size : {0U, 1U, 1023U, 1024U, 1025U, 100'000U}) {
    const std::string text(size, 'x');
    const tests::MemoryFile input(text);
    CHECK(to_text(read_all(input.fd(), size)) == text);
  }
}

TEST_CASE("rejects a stream beyond the limit", "[fd]") {
  for (const std::size_t size : {1U, 1024U, 100'000U}) {
    const tests::MemoryFile input(std::string(size, 'x'));
    CHECK_THROWS_AS(read_all(input.fd(), size - 1), std::length_error);
  }
}

TEST_CASE("discards input to its end", "[fd]") {
  tests::Pipe pipe = tests::make_pipe();
  std::thread writer([&pipe] {
    write_all(pipe.writer.get(), std::string(300'000, 'x'));
    pipe.writer.close();
  });

  discard_input(pipe.reader.get());
  writer.join();

  CHECK(is_at_end(pipe.reader.get()));
}

TEST_CASE("discarding input does not wait for a silent writer", "[fd]") {
  const tests::Pipe pipe = tests::make_pipe();
  const auto start = steady_clock::now();

  discard_input(pipe.reader.get());

  CHECK(steady_clock::now() - start < std::chrono::seconds(1));
}

TEST_CASE("discarding endless input takes limited time", "[fd]") {
  const Fd zeros(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  const auto start = steady_clock::now();

  discard_input(zeros.get());

  CHECK(steady_clock::now() - start < std::chrono::seconds(3));
}

TEST_CASE("discarding an unreadable stream has no effect", "[fd]") { CHECK_NOTHROW(discard_input(-1)); }

TEST_CASE("writes all bytes to a slow reader", "[fd]") {
  const std::string text(1'000'000, 'x');
  tests::Pipe pipe = tests::make_pipe();
  std::string read;
  std::thread reader([&pipe, &read] { read = to_text(read_all(pipe.reader.get(), 2'000'000)); });

  write_all(pipe.writer.get(), text);
  pipe.writer.close();
  reader.join();

  CHECK(read == text);
}

TEST_CASE("writing no bytes succeeds on any descriptor", "[fd]") { CHECK_NOTHROW(write_all(-1, "")); }

TEST_CASE("a failed write is a system error", "[fd]") {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));

  CHECK_THROWS_AS(write_all(-1, "x"), std::system_error);
  CHECK_THROWS_AS(write_all(full.get(), "x"), std::system_error);
}

TEST_CASE("a closed pipe is a system error while SIGPIPE is ignored", "[fd]") {
  const int code = tests::exit_code_in_child([] {
    ::signal(SIGPIPE, SIG_IGN);
    tests::Pipe pipe = tests::make_pipe();
    pipe.reader.close();
    try {
      write_all(pipe.writer.get(), "x");
    } catch (const std::system_error& error) {
      return error.code().value() == EPIPE ? 0 : 1;
    }
    return 2;
  });

  CHECK(code == 0);
}

}  // namespace sase::os
