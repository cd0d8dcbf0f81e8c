// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/exec_program.hpp"

#include "helper/os/stream.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace sase::os {

namespace {

/// What cannot be run leaves the process as it was, so it need not be a child.
int catch_reason(const std::vector<std::string>& words, std::span<const char* const> environment = {}) {
  try {
    exec_program(words, environment);
  } catch (const std::system_error& error) {
    return error.code().value();
  }
}

/// The same of a program that is looked for in these directories.
int reason_on_path(const std::string& directories, const std::string& program) {
  return tests::exit_code_in_child([&]() -> int {
    const std::string path = "PATH=" + directories;
    ::setenv("PATH", directories.c_str(), /*replace=*/1);
    return catch_reason({program}, std::array{"HOME=/", path.c_str()});
  });
}

}  // namespace

TEST_CASE("a process becomes a program with these words and this environment alone", "[successor]") {
  tests::Pipe pipe = tests::make_pipe();
  const int code = tests::exit_code_in_child([&pipe]() -> int {
    ::dup2(pipe.writer.get(), STDOUT_FILENO);
    const std::vector<std::string> words = {"sh", "-c", "echo \"$0|$1|$A$HOME\"; exit 7", "zero", ""};
    exec_program(words, std::array{"A=b c"});
  });
  pipe.writer.close();

  CHECK(code == 7);
  CHECK(read_all(pipe.reader.get(), 100).reveal() == "zero||b c\n");
}

TEST_CASE("a program that cannot be run is told apart from one that is not there", "[successor]") {
  const tests::TemporaryDirectory directory;
  const std::string plain = directory.write("plain", "text", 0600);
  const std::string script = directory.write("script", "#!/no/such/interpreter\n", 0700);

  CHECK(catch_reason({"no-such-program-here"}) == ENOENT);
  CHECK(catch_reason({""}) == ENOENT);
  CHECK(catch_reason({directory.path("nothing")}) == ENOENT);
  CHECK(catch_reason({directory.path()}) == EACCES);
  CHECK(catch_reason({plain}) == EACCES);
  CHECK(catch_reason({script}) == ENOEXEC);
}

TEST_CASE("a program on PATH is there, whatever it lacks and whatever else is on PATH", "[successor]") {
  const tests::TemporaryDirectory directory;
  const std::string plain = directory.write("plain", "text", 0600);
  (void)directory.write("script", "#!/no/such/interpreter\n", 0700);
  const std::string directories = "/nowhere::" + directory.path();

  CHECK(reason_on_path(directories, "script") == ENOEXEC);
  CHECK(reason_on_path(directories + ":" + plain, "script") == ENOEXEC);
  CHECK(reason_on_path(directories, "plain") == EACCES);
  CHECK(reason_on_path(directories, "no-such-program-here") == ENOENT);
  CHECK(reason_on_path(directories, "") == ENOENT);
  CHECK(reason_on_path(directories + ":" + plain, "no-such-program-here") == ENOENT);
  CHECK(reason_on_path("", "script") == ENOENT);
}

}  // namespace sase::os
