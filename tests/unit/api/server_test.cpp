// The server with real Unix sockets and a fake core: what only shows with bytes on a wire.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include "common/client.hpp"
#include "daemon/api/server.hpp"
#include "daemon/api/sockets.hpp"
#include "fakes.hpp"

using namespace assent;
using namespace assent::api;
using Door = core::Peer::Door;

namespace {

struct Served {
  Served() {
    std::string pattern = (std::filesystem::temp_directory_path() / "assent-api-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
  }
  ~Served() {
    server.reset();
    std::filesystem::remove_all(folder);
  }
  void start() {
    options.doors = {{Door::person, path("people"), 0600, "", ""},
                     {Door::agent, path("agent"), 0600, "snmp", ""}};
    options.make_model = [] { return std::unique_ptr<model::Model>(new fake::Model); };
    options.catalogue = fake::catalogue();
    auto started = Server::start(options, core, clock, bell);
    BOOST_REQUIRE(started.ok());
    server = std::move(started).value();
  }
  std::string path(const std::string& name) const { return folder + "/" + name; }
  ApiClient client(const std::string& door = "people") {
    return ApiClient({.socket = path(door), .deadline = std::chrono::seconds(20)});
  }
  /// A raw connection.
  int connect(const std::string& door = "people") const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path(door).copy(address.sun_path, sizeof address.sun_path - 1);
    const int handle = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BOOST_REQUIRE(::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return handle;
  }
  static void say(int handle, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(handle, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Everything until the server closes, or until `enough` occurs.
  static std::string hear(int handle, std::string_view enough = {}) {
    std::string out;
    char piece[4096];
    while (enough.empty() || out.find(enough) == std::string::npos) {
      pollfd watched{handle, POLLIN, 0};
      if (::poll(&watched, 1, 20'000) <= 0) break;
      const auto got = ::read(handle, piece, sizeof piece);
      if (got <= 0) break;
      out.append(piece, static_cast<std::size_t>(got));
    }
    return out;
  }
  std::string exchange(std::string_view bytes, const std::string& door = "people") const {
    const int handle = connect(door);
    say(handle, bytes);
    const std::string out = hear(handle);
    ::close(handle);
    return out;
  }

  SystemClock clock;
  fake::Core core;
  Bell bell;
  Server::Options options;
  std::string folder;
  std::unique_ptr<Server> server;
};

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t times = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    ++times;
  return times;
}

store::StoredEntry entry(std::uint64_t number) {
  journal::Header header;
  header.installation = std::string(64, 'a');
  header.number = number;
  header.previous = header.body = std::string(64, '0');
  return {journal::Stream::decisions, number, journal::header_text(header), R"({"event":"ticket-closed"})"};
}

} // namespace

BOOST_AUTO_TEST_SUITE(server)

BOOST_FIXTURE_TEST_CASE(the_client_and_the_server_understand_each_other, Served) {
  start();
  core.kept.contents.put(Kind::device, 7, 3, R"({"name":"sw1"})");
  auto people = client();
  for (int round = 0; round < 3; ++round) {
    auto answer = people.call("assent-ticket:prepare", {{"reason", "中"}}, "key" + std::to_string(round));
    BOOST_REQUIRE(answer.ok());
    BOOST_TEST(answer->at("echo").at("reason").as_string() == "中");
  }
  auto row = people.get("/restconf/data/assent-registry:device=7");
  BOOST_REQUIRE(row.ok());
  BOOST_TEST(row->at("assent-registry:device").at(0).at("name").as_string() == "sw1");
  auto refused = people.call("assent-agent:report", {});
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.error().fault == Fault::refused));
  BOOST_TEST(refused.error().what.id == "api.agents-door-only");
  const std::lock_guard lock(core.mutex);
  BOOST_REQUIRE(core.posted.size() == 3);
  BOOST_TEST(core.posted[0].peer.account == account_of(::getuid()));
  BOOST_TEST(core.posted[2].idempotency_key == "key2");
}

BOOST_FIXTURE_TEST_CASE(each_agent_is_known_by_its_socket, Served) {
  start();
  auto agent = client("agent");
  BOOST_TEST(agent.call("assent-agent:report", {}).ok());
  BOOST_TEST(!agent.call("assent-ticket:prepare", {}).ok());
  BOOST_TEST(!agent.get("/restconf/data/assent-registry:device").ok());
  const std::lock_guard lock(core.mutex);
  BOOST_REQUIRE(core.posted.size() == 1);
  BOOST_TEST((core.posted[0].peer.door == Door::agent));
  BOOST_TEST(core.posted[0].peer.agent == "snmp");
  struct stat status {};
  BOOST_REQUIRE(::stat(path("agent").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777) == 0600);
}

BOOST_FIXTURE_TEST_CASE(requests_sent_ahead_are_answered_in_order, Served) {
  start();
  std::string bytes;
  for (int i = 0; i < 50; ++i)
    bytes += "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
  bytes += "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  const auto said = exchange(bytes);
  BOOST_TEST(count(said, "HTTP/1.1 200 OK") == 50);
  BOOST_TEST(said.rfind("404 Not Found") > said.rfind("200 OK"));
}

BOOST_FIXTURE_TEST_CASE(a_request_may_arrive_byte_by_byte, Served) {
  start();
  const int handle = connect();
  for (const char c :
       std::string("POST /restconf/operations/assent-ticket:prepare HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 31\r\nConnection: close\r\n\r\n{\"assent-ticket:input\":{\"a\":1}} "))
    say(handle, std::string_view(&c, 1));
  BOOST_TEST(hear(handle).find("{\"echo\":{\"a\":1}}") != std::string::npos);
  ::close(handle);
}

BOOST_FIXTURE_TEST_CASE(nonsense_is_refused_and_the_next_client_is_served, Served) {
  start();
  BOOST_TEST(exchange("\x16\x03\x01\x02garbage\r\n\r\n").substr(0, 12) == "HTTP/1.1 400");
  BOOST_TEST(
      exchange("GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n").substr(0, 12) ==
      "HTTP/1.1 400");
  BOOST_TEST(exchange("GET / HTTP/1.1\r\nX: " + std::string(20000, 'a') + "\r\n\r\n").substr(0, 12) ==
             "HTTP/1.1 431");
  BOOST_TEST(exchange("POST /restconf/operations/assent-ticket:prepare HTTP/1.1\r\nHost: x\r\n"
                      "Content-Length: 999999999\r\n\r\n")
                 .substr(0, 12) == "HTTP/1.1 413");
  BOOST_TEST(exchange("POST /restconf/operations/assent-ticket:prepare HTTP/1.1\r\nHost: x\r\n"
                      "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n")
                 .substr(0, 12) == "HTTP/1.1 400");
  BOOST_TEST(client().get_text("/livez").ok());
}

BOOST_FIXTURE_TEST_CASE(a_body_over_the_limit_is_cut_off_even_when_chunked, Served) {
  options.person_body = 10'000;
  start();
  std::string bytes = "POST /restconf/operations/assent-ticket:prepare HTTP/1.1\r\nHost: "
                      "x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 20; ++i)
    bytes += "400\r\n" + std::string(1024, ' ') + "\r\n";
  BOOST_TEST(exchange(bytes).substr(0, 12) == "HTTP/1.1 413");
}

BOOST_FIXTURE_TEST_CASE(a_large_body_is_asked_for_and_taken, Served) {
  start();
  const std::string text(6u << 20, 'a');
  const std::string body = R"({"assent-agent:input":{"text":")" + text + R"("}})";
  const int handle = connect("agent");
  say(handle, "POST /restconf/operations/assent-agent:report HTTP/1.1\r\nHost: x\r\nExpect: "
              "100-continue\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n");
  BOOST_TEST(hear(handle, "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  auto answer = std::async(std::launch::async, [&] { return hear(handle); });
  say(handle, body);
  BOOST_TEST(answer.get().size() > text.size());
  ::close(handle);
}

BOOST_FIXTURE_TEST_CASE(large_bodies_together_are_bounded, Served) {
  options.bodies = 3u << 20;
  start();
  const std::string head = "POST /restconf/operations/assent-ticket:prepare HTTP/1.1\r\nHost: "
                           "x\r\nContent-Length: 2000000\r\n\r\n{";
  const int first = connect();
  say(first, head + std::string(1000, ' '));
  // The second must find the first accounted for: it is asked again until it is.
  std::string said;
  for (int tries = 0; tries < 1000 && said.substr(0, 12) != "HTTP/1.1 503"; ++tries) {
    const int second = connect();
    say(second, head);
    pollfd watched{second, POLLIN, 0};
    if (::poll(&watched, 1, 50) > 0) said = hear(second, "\r\n\r\n");
    ::close(second);
  }
  BOOST_TEST(said.substr(0, 12) == "HTTP/1.1 503");
  BOOST_TEST(said.find("Retry-After: 1") != std::string::npos);
  ::close(first);
}

BOOST_FIXTURE_TEST_CASE(connections_over_the_limit_are_closed_and_places_come_free_again, Served) {
  options.connections = 4;
  start();
  std::vector<int> held;
  for (int i = 0; i < 4; ++i) {
    held.push_back(connect());
    say(held.back(), "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(hear(held.back(), "ok\n").find("200 OK") != std::string::npos);
  }
  BOOST_TEST(exchange("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").empty());
  for (const int handle : held)
    ::close(handle);
  std::string said;
  for (int tries = 0; tries < 1000 && said.empty(); ++tries)
    said = exchange("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  BOOST_TEST(said.find("200 OK") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_follower_hears_what_happens_and_resumes_where_he_was, Served) {
  core.kept.contents.decisions = {entry(0)};
  start();
  std::promise<void> begun;
  std::vector<std::string> ids;
  auto follower = client();
  auto heard = std::async(std::launch::async, [&] {
    bool first = true;
    return follower.stream("/restconf/streams/events", "0.0", [&](const StreamEvent& event) {
      if (event.type == "open") return true;
      ids.push_back(event.id);
      if (first) begun.set_value();
      first = false;
      return ids.size() < 3;
    });
  });
  const auto happens = [&](std::uint64_t number) {
    {
      const std::lock_guard lock(core.kept.contents.mutex);
      core.kept.contents.decisions.push_back(entry(number));
    }
    core::Event event;
    event.msgid = "ticket-closed";
    bell.ring(event);
  };
  happens(1);
  BOOST_REQUIRE((begun.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready));
  happens(2);
  happens(3);
  BOOST_TEST(heard.get().ok());
  BOOST_TEST(ids == (std::vector<std::string>{"1.0", "2.0", "3.0"}), boost::test_tools::per_element());
  auto again = client();
  ids.clear();
  BOOST_TEST(again
                 .stream("/restconf/streams/events", "2.0",
                         [&](const StreamEvent& event) {
                           if (event.type == "open") return true;
                           ids.push_back(event.id);
                           return false;
                         })
                 .ok());
  BOOST_TEST(ids == (std::vector<std::string>{"3.0"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_waiting_call_can_be_interrupted, Served) {
  core.hold = true;
  start();
  auto waiting = client("agent");
  auto answer = std::async(std::launch::async, [&] { return waiting.call("assent-agent:report", {}); });
  for (bool posted = false; !posted; std::this_thread::yield()) {
    const std::lock_guard lock(core.mutex);
    posted = !core.posted.empty();
  }
  waiting.interrupt();
  const auto result = answer.get();
  BOOST_REQUIRE(!result.ok());
  BOOST_TEST(result.error().what.id == "common.interrupted");
}

BOOST_FIXTURE_TEST_CASE(silence_is_a_deadline_passed, Served) {
  core.hold = true;
  start();
  ApiClient impatient({.socket = path("people"), .deadline = std::chrono::milliseconds(50)});
  const auto result = impatient.get("/metrics");
  BOOST_REQUIRE(!result.ok());
  BOOST_TEST(result.error().what.id == "common.deadline-passed");
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_comes_after_its_client_has_gone_harms_nobody, Served) {
  start();
  core.hold = true;
  for (int i = 0; i < 20; ++i) {
    const int handle = connect();
    say(handle, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    ::close(handle);
  }
  std::vector<std::function<void(core::Figures)>> held;
  while (held.size() < 20) {
    const std::lock_guard lock(core.mutex);
    held = core.held;
  }
  core.hold = false;
  for (const auto& answer : held)
    answer({});
  BOOST_TEST(client().get_text("/livez").ok());
  server.reset();
  for (const auto& answer : held)
    answer({});
}

BOOST_FIXTURE_TEST_CASE(the_client_connects_again_when_the_server_has_restarted, Served) {
  start();
  auto people = client();
  BOOST_TEST(people.get_text("/livez").ok());
  server.reset();
  const auto away = people.get_text("/livez");
  BOOST_REQUIRE(!away.ok());
  BOOST_TEST(away.error().what.id == "common.daemon-unreachable");
  BOOST_TEST((away.error().fault == Fault::unavailable));
  start();
  BOOST_TEST(people.get_text("/livez").ok());
}

BOOST_FIXTURE_TEST_CASE(a_dead_socket_is_replaced_and_a_living_one_is_not, Served) {
  start();
  Bell other;
  auto second = Server::start(options, core, clock, other);
  BOOST_REQUIRE(!second.ok());
  BOOST_TEST(second.error().what.id == "api.socket-in-use");
  BOOST_TEST(client().get_text("/livez").ok());
  const auto handle = listen_local(path("dead"), 0600);
  BOOST_REQUIRE(handle.ok());
  ::close(*handle);
  const auto again = listen_local(path("dead"), 0600);
  BOOST_REQUIRE(again.ok());
  ::close(*again);
  std::ofstream(path("file")) << "precious";
  BOOST_TEST(listen_local(path("file"), 0600).error().what.id == "api.not-a-socket");
  BOOST_TEST(std::filesystem::exists(path("file")));
}

BOOST_AUTO_TEST_CASE(the_status_port_listens_on_loopback_only) {
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1", "localhost", "", "128.0.0.1"})
    BOOST_TEST(listen_loopback(address, 0).error().what.id == "api.status-not-loopback", address);
  const auto handle = listen_loopback("127.0.0.1", 0);
  BOOST_REQUIRE(handle.ok());
  ::close(*handle);
}

BOOST_AUTO_TEST_SUITE_END()
