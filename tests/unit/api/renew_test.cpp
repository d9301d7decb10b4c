// Doors that open, close and change hands while the server runs.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/client.hpp"
#include "daemon/api/server.hpp"
#include "daemon/api/sockets.hpp"
#include "fakes.hpp"

using namespace assent;
using namespace assent::api;
using Door = core::Peer::Door;

namespace {

struct Renewed {
  Renewed() {
    std::string pattern = (std::filesystem::temp_directory_path() / "assent-renew-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
    Server::Options options;
    options.doors = now.doors = {{Door::person, path("people"), 0600, "", ""},
                                 {Door::agent, path("agent"), 0600, "snmp", ""}};
    options.make_model = [] { return std::unique_ptr<model::Model>(new fake::Model); };
    options.catalogue = fake::catalogue();
    auto started = Server::start(std::move(options), core, clock, bell);
    BOOST_REQUIRE(started.ok());
    server = std::move(started).value();
  }
  ~Renewed() {
    server.reset();
    std::filesystem::remove_all(folder);
  }
  std::string path(const std::string& name) const { return folder + "/" + name; }
  int connect(const std::string& door) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path(door).copy(address.sun_path, sizeof address.sun_path - 1);
    const int handle = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return handle;
    ::close(handle);
    return -1;
  }
  bool answers(const std::string& door) const {
    return ApiClient({.socket = path(door), .deadline = std::chrono::seconds(20)}).get_text("/livez").ok();
  }
  /// The other side closes within 20 s.
  static bool ends(int handle) {
    pollfd watched{handle, POLLIN, 0};
    char byte = 0;
    return ::poll(&watched, 1, 20'000) > 0 &&
           ::read(handle, &byte, 1) <= 0; // or reset, before it was accepted
  }
  static bool open(int handle) {
    pollfd watched{handle, POLLIN, 0};
    return ::poll(&watched, 1, 100) == 0;
  }

  std::string folder;
  fake::Core core;
  FakeClock clock;
  Bell bell;
  Server::Renewal now;
  std::unique_ptr<Server> server;
};

} // namespace

BOOST_AUTO_TEST_SUITE(renewal)

BOOST_FIXTURE_TEST_CASE(a_new_door_opens_and_connections_of_the_others_go_on, Renewed) {
  ApiClient kept({.socket = path("people"), .deadline = std::chrono::seconds(20)});
  BOOST_REQUIRE(kept.get_text("/livez").ok());
  const int agent = connect("agent");
  now.doors.push_back({Door::agent, path("second"), 0600, "other", ""});
  BOOST_REQUIRE(server->renew(now).ok());
  const int second = connect("second");
  BOOST_TEST(second >= 0);
  BOOST_TEST(open(agent));
  BOOST_TEST(kept.get_text("/livez").ok());
  struct stat status {};
  BOOST_REQUIRE(::stat(path("second").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777) == 0600u);
  ::close(agent);
  ::close(second);
}

BOOST_FIXTURE_TEST_CASE(a_door_that_is_gone_closes_with_its_connections, Renewed) {
  const int agent = connect("agent");
  BOOST_REQUIRE(agent >= 0);
  now.doors.pop_back();
  BOOST_REQUIRE(server->renew(now).ok());
  BOOST_TEST(ends(agent));
  BOOST_TEST(connect("agent") < 0);
  BOOST_TEST(!std::filesystem::exists(path("agent")));
  BOOST_TEST(answers("people"));
  ::close(agent);
  // And it may come back.
  now.doors.push_back({Door::agent, path("agent"), 0600, "snmp", ""});
  BOOST_REQUIRE(server->renew(now).ok());
  BOOST_TEST(connect("agent") >= 0);
}

BOOST_FIXTURE_TEST_CASE(a_door_that_changes_hands_lets_nobody_of_before_stay, Renewed) {
  const int before = connect("agent");
  now.doors[1].agent = "other";
  BOOST_REQUIRE(server->renew(now).ok());
  BOOST_TEST(ends(before));
  const int after = connect("agent");
  BOOST_TEST(after >= 0);
  ::close(before);
  ::close(after);
}

BOOST_FIXTURE_TEST_CASE(where_one_door_can_not_be_opened_everything_stays, Renewed) {
  std::ofstream(path("file")) << "no socket";
  const int agent = connect("agent");
  auto wrong = now;
  wrong.doors.pop_back();
  wrong.doors.push_back({Door::agent, path("second"), 0600, "other", ""});
  wrong.doors.push_back({Door::agent, path("file"), 0600, "third", ""});
  const auto renewed = server->renew(wrong);
  BOOST_REQUIRE(!renewed.ok());
  BOOST_TEST(renewed.error().what.id == "api.not-a-socket");
  BOOST_TEST(!std::filesystem::exists(path("second")));
  BOOST_TEST(open(agent));
  BOOST_TEST(answers("people"));
  ::close(agent);
  auto nobody = now;
  nobody.doors[0].mode = 0666;
  nobody.doors[1].owner = "no-such-account-of-assent";
  BOOST_TEST(!server->renew(nobody).ok());
  struct stat status {};
  BOOST_REQUIRE(::stat(path("people").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777) == 0600u);
  BOOST_TEST(answers("people"));
}

BOOST_FIXTURE_TEST_CASE(the_status_port_opens_moves_and_closes, Renewed) {
  auto wanted = now;
  wanted.status = Server::Status{"127.0.0.1", 0}; // any free port
  BOOST_REQUIRE(server->renew(wanted).ok());
  BOOST_REQUIRE(server->renew(wanted).ok()); // the same again changes nothing
  wanted.status = Server::Status{"192.0.2.1", 9723};
  BOOST_TEST(!server->renew(wanted).ok());
  BOOST_TEST(server->renew(now).ok());
}

BOOST_AUTO_TEST_CASE(a_regrant_takes_away_what_an_access_list_gave) {
  std::string pattern = (std::filesystem::temp_directory_path() / "assent-grant-XXXXXX").string();
  BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  const std::string path = pattern + "/socket";
  auto handle = listen_local(path, 0600);
  BOOST_REQUIRE(handle.ok());
  BOOST_TEST(regrant(path, 0640, "").ok());
  struct stat status {};
  BOOST_REQUIRE(::stat(path.c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777) == 0640u);
  char list[256];
  BOOST_TEST(::getxattr(path.c_str(), "system.posix_acl_access", list, sizeof list) < 0);
  BOOST_TEST(!regrant(path, 0600, "no-such-account-of-assent").ok());
  ::close(*handle);
  std::filesystem::remove_all(pattern);
}

BOOST_AUTO_TEST_SUITE_END()
