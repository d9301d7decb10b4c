// TCP receivers of this process: what waits is sent in order, what was in doubt is sent again. They wait on
// sockets, never for a time.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "daemon/syslog/sender.hpp"

using namespace assent;
using namespace assent::syslog;

BOOST_AUTO_TEST_SUITE(syslog_stream)

namespace {

/// A receiver that reads octet-counted messages, one connection at a time.
struct Collector {
  std::string folder;
  Target target;
  int listening = -1, socket = -1;
  std::string text;

  Collector() {
    char name[] = "/tmp/assent-stream-XXXXXX";
    BOOST_REQUIRE(mkdtemp(name));
    folder = name;
    target.kind = Target::Kind::tcp;
    target.address = "127.0.0.1";
    target.spool = folder + "/spool";
    start();
  }
  ~Collector() {
    stop();
    std::filesystem::remove_all(folder);
  }
  void start() {
    listening = ::socket(AF_INET, SOCK_STREAM, 0);
    const int yes = 1;
    ::setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (target.port != 514) address.sin_port = htons(target.port);
    socklen_t length = sizeof address;
    BOOST_REQUIRE(::bind(listening, reinterpret_cast<sockaddr*>(&address), length) == 0);
    BOOST_REQUIRE(::listen(listening, 1) == 0);
    BOOST_REQUIRE(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    target.port = ntohs(address.sin_port);
  }
  void stop() {
    for (int* handle : {&socket, &listening}) {
      if (*handle >= 0) ::close(*handle);
      *handle = -1;
    }
    text.clear();
  }
  bool readable(int handle) {
    pollfd polled{handle, POLLIN, 0};
    return ::poll(&polled, 1, 20'000) == 1;
  }
  /// The next message's sentence.
  std::string next() {
    while (true) {
      const auto blank = text.find(' ');
      if (blank != std::string::npos) {
        const std::size_t length = std::stoul(text.substr(0, blank));
        if (text.size() >= blank + 1 + length) {
          const std::string message = text.substr(blank + 1, length);
          text.erase(0, blank + 1 + length);
          return message.substr(message.find("] ") + 2);
        }
      }
      if (socket < 0) {
        if (!readable(listening)) return "nobody came";
        socket = ::accept(listening, nullptr, nullptr);
      }
      char buffer[4096];
      if (!readable(socket)) return "nothing came";
      const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
      if (got <= 0) return "closed";
      text.append(buffer, static_cast<std::size_t>(got));
    }
  }
};

Event event(const std::string& text) {
  Event out;
  out.msgid = "test";
  out.text = text;
  out.params = {{"records", text}};
  return out;
}

Sender::Options sentences() {
  return {[](const Message& message) {
    std::string out = message.id;
    for (const auto& [name, value] : message.args)
      out += " " + name + "=" + value;
    return out;
  }};
}

} // namespace

BOOST_AUTO_TEST_CASE(what_is_sent_while_nobody_listens_arrives_in_order) {
  Collector collector;
  collector.stop();
  auto sender = Sender::start({collector.target});
  for (int i = 0; i < 300; ++i)
    sender->send(event(std::to_string(i)));
  collector.start();
  for (int i = 0; i < 300; ++i)
    BOOST_REQUIRE(collector.next() == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(what_waits_survives_a_restart_of_the_sender) {
  Collector collector;
  collector.stop();
  for (int run = 0; run < 3; ++run) {
    auto sender = Sender::start({collector.target});
    for (int i = 0; i < 10; ++i)
      sender->send(event(std::to_string(run * 10 + i)));
  }
  collector.start();
  auto sender = Sender::start({collector.target});
  for (int i = 0; i < 30; ++i)
    BOOST_REQUIRE(collector.next() == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(a_receiver_that_dies_with_something_unread_gets_it_again) {
  Collector collector;
  auto sender = Sender::start({collector.target});
  for (int i = 0; i < 100; ++i)
    sender->send(event(std::to_string(i)));
  BOOST_REQUIRE(collector.next() == "0");
  BOOST_REQUIRE(collector.readable(collector.socket)); // the rest lies unread in its system
  collector.stop();
  sender->send(event("100"));
  collector.start();
  // From wherever in doubt on, without a gap, to the end.
  std::string text = collector.next();
  BOOST_REQUIRE(std::stoi(text) <= 1);
  for (int i = std::stoi(text); i < 100; ++i)
    BOOST_REQUIRE(collector.next() == std::to_string(i + 1));
}

BOOST_AUTO_TEST_CASE(an_end_leaves_nothing_behind_that_could_be_sent) {
  Collector collector;
  {
    auto sender = Sender::start({collector.target});
    for (int i = 0; i < 50; ++i)
      sender->send(event(std::to_string(i)));
    BOOST_REQUIRE(collector.next() == "0");
  }
  for (int i = 1; i < 50; ++i)
    BOOST_REQUIRE(collector.next() == std::to_string(i));
  BOOST_TEST(collector.next() == "closed");
  collector.stop();
  collector.start();
  // What had arrived is not sent again by the next run.
  auto sender = Sender::start({collector.target});
  sender->send(event("new"));
  BOOST_TEST(collector.next() == "new");
}

BOOST_AUTO_TEST_CASE(a_full_spool_keeps_the_beginning_and_tells_what_is_missing) {
  Collector collector;
  collector.stop();
  collector.target.spool_bytes = 64u << 10;
  auto sender = Sender::start({collector.target}, sentences());
  for (int i = 0; i < 2000; ++i)
    sender->send(event(std::to_string(i)));
  while (sender->receivers().front().lost == 0) // it is its own thread that fills the spool
    std::this_thread::yield();
  collector.start();
  int i = 0;
  std::string text;
  while ((text = collector.next()) == std::to_string(i))
    ++i;
  BOOST_TEST(i > 100);
  BOOST_TEST(i < 2000);
  BOOST_TEST(text == "event.syslog-gap lost=" + std::to_string(2000 - i) + " reason=spool-full");
  sender->send(event("after"));
  BOOST_TEST(collector.next() == "after");
  BOOST_TEST(sender->counters().dropped == static_cast<unsigned>(2000 - i));
}

BOOST_AUTO_TEST_CASE(a_receiver_that_reads_nothing_delays_nobody) {
  Collector slow, quick;
  auto sender = Sender::start({slow.target, quick.target});
  for (int i = 0; i < 20'000; ++i)
    sender->send(event(std::to_string(i)));
  for (int i = 0; i < 20'000; ++i)
    BOOST_REQUIRE(quick.next() == std::to_string(i));
  for (int i = 0; i < 20'000; ++i)
    BOOST_REQUIRE(slow.next() == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(a_spool_that_cannot_be_used_is_said_and_messages_still_go_out) {
  Collector collector;
  collector.target.spool = "/proc/nowhere/spool";
  auto sender = Sender::start({collector.target});
  sender->send(event("one"));
  BOOST_TEST(collector.next() == "one");
  while (!sender->receivers().front().spool_trouble) // its thread says so with its next round
    std::this_thread::yield();
}

BOOST_AUTO_TEST_SUITE_END()
