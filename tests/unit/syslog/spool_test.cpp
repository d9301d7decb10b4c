// The spool on disk: order, restarts, torn tails, damage, fullness.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

#include "daemon/syslog/spool.hpp"

using namespace assent;
using namespace assent::syslog;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(syslog_spool)

namespace {

struct Folder {
  std::string path;
  Folder() {
    char name[] = "/tmp/assent-spool-XXXXXX";
    BOOST_REQUIRE(mkdtemp(name));
    path = std::string(name) + "/receiver";
  }
  ~Folder() { fs::remove_all(fs::path(path).parent_path()); }
  std::unique_ptr<Spool> open(std::uint64_t size = 1u << 20) const {
    auto opened = Spool::open(path, size);
    BOOST_REQUIRE(opened.ok());
    return std::move(opened).value();
  }
  std::vector<fs::path> segments() const {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.path().extension() == ".spool") out.push_back(entry.path());
    std::ranges::sort(out);
    return out;
  }
};

std::string message(std::uint64_t i) {
  return "message " + std::to_string(i) + std::string(i % 97, 'x');
}

/// All from `from` on, in small pieces, and each is what it must be.
std::uint64_t read_all(Spool& spool, std::uint64_t from) {
  std::uint64_t count = 0;
  while (from < spool.next()) {
    auto part = spool.read(from, 300);
    BOOST_REQUIRE(part.ok());
    BOOST_REQUIRE(!part->empty());
    for (const auto& record : *part) {
      BOOST_REQUIRE(record.text == message(record.number));
      from = record.number + 1;
      ++count;
    }
  }
  return count;
}

} // namespace

BOOST_AUTO_TEST_CASE(messages_come_back_in_order_over_many_segments_and_restarts) {
  Folder folder;
  std::uint64_t written = 0;
  for (int run = 0; run < 4; ++run) {
    auto spool = folder.open(128u << 10);
    BOOST_TEST(spool->damaged() == 0u);
    BOOST_TEST(spool->next() == written + 1);
    for (int i = 0; i < 200; ++i) {
      ++written;
      BOOST_REQUIRE(*spool->append(message(written)) == written);
    }
    BOOST_TEST(read_all(*spool, spool->first()) == written - spool->first() + 1);
    BOOST_TEST(read_all(*spool, 150) == written - 149);
    spool->arrived(static_cast<std::uint64_t>(run) * 30 + 1);
  }
  BOOST_TEST(folder.segments().size() >= 2u);
}

BOOST_AUTO_TEST_CASE(what_has_arrived_is_not_given_again_after_a_restart) {
  Folder folder;
  {
    auto spool = folder.open();
    for (std::uint64_t i = 1; i <= 10; ++i)
      BOOST_REQUIRE(spool->append(message(i)).ok());
    spool->arrived(8);
  }
  auto spool = folder.open();
  BOOST_TEST(spool->first() == 8u);
  BOOST_TEST(read_all(*spool, spool->first()) == 3u);
  spool->arrived(6); // a connection ended and two are in doubt again
  BOOST_TEST(spool->first() == 6u);
}

BOOST_AUTO_TEST_CASE(a_position_that_is_none_costs_duplicates_only) {
  Folder folder;
  {
    auto spool = folder.open();
    for (std::uint64_t i = 1; i <= 10; ++i)
      BOOST_REQUIRE(spool->append(message(i)).ok());
    spool->arrived(8);
  }
  std::ofstream(folder.path + "/position") << "????????????";
  auto spool = folder.open();
  BOOST_TEST(read_all(*spool, spool->first()) == 10u);
  BOOST_TEST(spool->damaged() == 0u);
}

BOOST_AUTO_TEST_CASE(a_torn_tail_is_cut_off_and_counted_wherever_it_was_torn) {
  Folder whole;
  std::uintmax_t before = 0;
  {
    auto spool = whole.open();
    for (std::uint64_t i = 1; i <= 4; ++i)
      BOOST_REQUIRE(spool->append(message(i)).ok());
    before = fs::file_size(whole.segments().front());
    BOOST_REQUIRE(spool->append(message(5)).ok());
  }
  const auto end = fs::file_size(whole.segments().front());
  for (std::uintmax_t size = before; size <= end; ++size) {
    Folder folder;
    fs::create_directories(folder.path);
    const auto file = fs::path(folder.path) / whole.segments().front().filename();
    fs::copy_file(whole.segments().front(), file);
    fs::resize_file(file, size);
    auto spool = folder.open();
    const bool torn = size > before && size < end;
    BOOST_TEST(spool->damaged() == (torn ? 1u : 0u));
    BOOST_TEST(read_all(*spool, 1) == (size == end ? 5u : 4u));
    const std::uint64_t next = spool->next();
    BOOST_REQUIRE(*spool->append(message(next)) == next);
    spool.reset();
    BOOST_TEST(read_all(*folder.open(), 1) == next);
  }
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_loses_the_rest_of_its_segment_and_says_how_many) {
  Folder folder;
  std::uint64_t last = 0;
  {
    auto spool = folder.open(128u << 10);
    while (folder.segments().size() < 3)
      BOOST_REQUIRE(spool->append(message(++last)).ok());
  }
  const auto first = folder.segments()[0];
  const std::uint64_t second_begins = std::stoull(folder.segments()[1].stem().string(), nullptr, 16);
  {
    std::fstream file(first, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(first) / 2));
    file.put('\x7f');
  }
  auto spool = folder.open(128u << 10);
  BOOST_TEST(spool->damaged() > 10u);
  BOOST_TEST(spool->damaged() < second_begins);
  BOOST_TEST(spool->next() == last + 1);
  BOOST_TEST(read_all(*spool, 1) == last - spool->damaged());
}

BOOST_AUTO_TEST_CASE(a_full_spool_takes_nothing_until_what_arrived_makes_room) {
  Folder folder;
  auto spool = folder.open(Spool::smallest_size);
  std::uint64_t last = 0;
  while (true) {
    auto done = spool->append(message(last + 1));
    if (!done) {
      BOOST_TEST((done.error().fault == Fault::busy));
      break;
    }
    ++last;
  }
  BOOST_TEST(spool->disk_bytes() <= Spool::smallest_size);
  BOOST_TEST(spool->waiting_bytes() > Spool::smallest_size / 2);
  BOOST_TEST(read_all(*spool, 1) == last);
  spool->arrived(last / 2);
  BOOST_TEST(spool->append(message(last + 1)).ok());
  spool->arrived(last + 2);
  BOOST_TEST(spool->waiting_bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(a_spool_has_one_owner) {
  Folder folder;
  auto spool = folder.open();
  auto second = Spool::open(folder.path, 1u << 20);
  BOOST_REQUIRE(!second.ok());
  BOOST_TEST((second.error().fault == Fault::busy));
  spool.reset();
  BOOST_TEST(Spool::open(folder.path, 1u << 20).ok());
}

BOOST_AUTO_TEST_CASE(a_place_that_cannot_be_used_is_said) {
  auto spool = Spool::open("/proc/nowhere/spool", 1u << 20);
  BOOST_REQUIRE(!spool.ok());
  BOOST_TEST((spool.error().fault == Fault::outside));
}

BOOST_AUTO_TEST_SUITE_END()
