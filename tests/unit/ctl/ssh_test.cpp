// The way to another machine: what its name may be, what is started, and what comes over it.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <unistd.h>

#include "agents/ctl/ssh.hpp"
#include "tests/unit/ctl/fakes.hpp"

using namespace assent;
using namespace assent::ctl;
using namespace assent::ctl::test;

namespace {

std::string command_of(const std::string& url) {
  auto remote = parse_remote(url);
  if (!remote) return "refused";
  std::string line;
  for (const auto& word : ssh_command(*remote, ""))
    line += (line.empty() ? "" : " ") + word;
  return line;
}

} // namespace

BOOST_AUTO_TEST_SUITE(ssh)

BOOST_AUTO_TEST_CASE(a_host_becomes_a_command_that_forwards_nothing) {
  const std::string begin = "ssh -T -a -x -o ClearAllForwardings=yes ";
  BOOST_TEST(command_of("ssh://server") == begin + "-- server assentctl stdio");
  BOOST_TEST(command_of("ssh://li.na@server.example:2222/") ==
             begin + "-l li.na -p 2222 -- server.example assentctl stdio");
  BOOST_TEST(command_of("ssh://root@[fe80::1%eth0]:22") ==
             begin + "-l root -p 22 -- fe80::1%eth0 assentctl stdio");
}

BOOST_AUTO_TEST_CASE(what_ssh_could_take_for_an_option_or_a_shell_for_a_command_is_refused) {
  for (const std::string url :
       {"", "server", "http://server", "ssh://", "ssh://@server", "ssh://-oProxyCommand=x", "ssh://-v@server",
        "ssh://a b", "ssh://server;reboot", "ssh://$(x)@server", "ssh://server:0x16", "ssh://server:",
        "ssh://server:123456", "ssh://[::1", "ssh://[::1]22", "ssh://server/path", "ssh://a\nb"})
    BOOST_TEST(command_of(url) == "refused", url);
}

BOOST_AUTO_TEST_CASE(noise_before_the_greeting_is_skipped_and_what_follows_is_untouched) {
  std::string pattern = (std::filesystem::temp_directory_path() / "assent-ssh-XXXXXX").string();
  BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  const std::string program = pattern + "/ssh";
  const auto write = [&](const std::string& body) {
    std::ofstream(program) << "#!/bin/sh\n" << body;
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  };
  write("echo Welcome; echo 'assentctl stdio 1'; read line; echo \"got $line\"\n");
  auto handle = dial({"", "server", ""}, program);
  BOOST_REQUIRE(handle.ok());
  BOOST_REQUIRE(::write(*handle, "GET\n", 4) == 4);
  char answer[64];
  const auto got = ::recv(*handle, answer, 8, MSG_WAITALL);
  BOOST_TEST(std::string(answer, static_cast<std::size_t>(std::max<ssize_t>(got, 0))) == "got GET\n");
  ::close(*handle);

  write("exit 255\n");
  auto lost = dial({"", "server", ""}, program);
  BOOST_REQUIRE(!lost.ok());
  BOOST_TEST(lost.error().what.id == "ctl.no-ssh");
  BOOST_TEST(lost.error().what.args.at(1).second == program + ": 255");
  write("yes noise\n"); // for ever, until nobody reads
  BOOST_TEST(!dial({"", "server", ""}, program).ok());
  BOOST_TEST(!dial({"", "server", ""}, pattern + "/none").ok());
  std::filesystem::remove_all(pattern);
}

BOOST_AUTO_TEST_CASE(a_wrong_host_is_wrong_usage_and_no_way_to_it_is_unreachable) {
  World world;
  BOOST_TEST(world.run({"-H", "ssh://-x", "status"}) == 2);
  BOOST_TEST(world.run({"--host=server", "status"}) == 2);
  BOOST_TEST(holds(world.console.told, "ssh://[USER@]HOST[:PORT]"));
  world.console.variables["ASSENT_HOST"] = "nonsense";
  BOOST_TEST(world.run({"stdio"}) == 2);
  BOOST_TEST(world.run({"stdio", "--socket", "/run/x.sock"}) == 0);
  world.api.reachable = false;
  BOOST_TEST(world.run({"stdio", "--socket", "/run/x.sock"}) == 7);
}

BOOST_AUTO_TEST_SUITE_END()
