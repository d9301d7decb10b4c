// A sender without a socket is no sender: these few cases use datagram sockets of this process, and wait on
// them.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "daemon/syslog/sender.hpp"

using namespace assent;
using namespace assent::syslog;

BOOST_AUTO_TEST_SUITE(syslog_sender)

namespace {

struct Receiver {
  std::string folder;
  Target target;
  int socket = -1;

  Receiver() {
    char name[] = "/tmp/assent-syslog-XXXXXX";
    BOOST_REQUIRE(mkdtemp(name));
    folder = name;
    target.address = folder + "/log";
  }
  ~Receiver() {
    stop();
    std::filesystem::remove_all(folder);
  }
  void start() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, target.address.c_str(), sizeof address.sun_path - 1);
    socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    BOOST_REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  void stop() {
    if (socket >= 0) ::close(socket);
    socket = -1;
    ::unlink(target.address.c_str());
  }
  std::string next() {
    pollfd polled{socket, POLLIN, 0};
    if (::poll(&polled, 1, 10'000) != 1) return "nothing came";
    std::string out(4096, '\0');
    out.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::recv(socket, out.data(), out.size(), 0))));
    return out;
  }
};

Event event(const std::string& text) {
  Event out;
  out.msgid = "test";
  out.text = text;
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(what_is_sent_before_the_receiver_is_there_arrives_in_order) {
  Receiver receiver;
  auto sender = Sender::start({receiver.target});
  sender->send(event("one"));
  sender->send(event("two"));
  receiver.start();
  BOOST_TEST(receiver.next().ends_with("] one"));
  BOOST_TEST(receiver.next().ends_with("] two"));
}

BOOST_AUTO_TEST_CASE(a_restarted_receiver_gets_what_comes_next) {
  Receiver receiver;
  receiver.start();
  auto sender = Sender::start({receiver.target});
  sender->send(event("one"));
  BOOST_TEST(receiver.next().ends_with("] one"));
  receiver.stop();
  receiver.start();
  sender->send(event("two"));
  BOOST_TEST(receiver.next().ends_with("] two"));
  sender.reset();
}

BOOST_AUTO_TEST_CASE(a_receiver_that_is_away_delays_no_other_and_overflow_is_counted) {
  Receiver away, here;
  here.start();
  auto sender = Sender::start({away.target, here.target});
  for (std::size_t i = 0; i < max_waiting + 10; ++i) {
    sender->send(event(std::to_string(i)));
    BOOST_REQUIRE(here.next().ends_with("] " + std::to_string(i)));
  }
  BOOST_TEST(sender->counters().sent >= max_waiting);
  BOOST_TEST(sender->counters().dropped == 10u);
}

BOOST_AUTO_TEST_CASE(an_end_sends_what_waits) {
  Receiver receiver;
  receiver.start();
  {
    auto sender = Sender::start({receiver.target});
    for (int i = 0; i < 5; ++i)
      sender->send(event(std::to_string(i)));
  }
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(receiver.next().ends_with("] " + std::to_string(i)));
}

BOOST_AUTO_TEST_CASE(a_udp_receiver_gets_the_exact_datagram) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  BOOST_REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), length) == 0);
  BOOST_REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  Target target;
  target.kind = Target::Kind::udp;
  target.address = "127.0.0.1";
  target.port = ntohs(address.sin_port);
  auto sender = Sender::start({target});
  sender->send(event("到"));
  Receiver reader;
  reader.socket = socket;
  BOOST_TEST(reader.next() == format(event("到"), target, ::getpid()));
}

BOOST_AUTO_TEST_CASE(an_address_that_is_none_is_a_counted_failure) {
  Target target;
  target.kind = Target::Kind::udp;
  target.address = "not-an-address";
  Receiver receiver;
  receiver.start();
  auto sender = Sender::start({target, receiver.target});
  sender->send(event("one"));
  BOOST_TEST(receiver.next().ends_with("] one"));
  BOOST_TEST(sender->counters().failed == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
