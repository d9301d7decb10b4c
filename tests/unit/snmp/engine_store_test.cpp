// What of SNMPv3 survives a restart, a crash, a plan without devices, and a file that somebody has spoilt.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "agents/snmp/engine_store.hpp"

using namespace assent;
using namespace assent::snmp;
using namespace std::chrono_literals;

namespace {

const std::string engine = std::string("\x80\x00\x7e\xd9\x05", 5) + "a device";
const std::string other = std::string("\x80\x00\x7e\xd9\x05", 5) + "another";
constexpr std::int64_t day = 86'400, today = 20'000 * day;

struct Folder {
  Folder() {
    std::string form = (std::filesystem::temp_directory_path() / "engines-XXXXXX").string();
    path = ::mkdtemp(form.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;

  std::unique_ptr<EngineStore> open(std::int64_t now = today) {
    trouble.reset();
    auto store = EngineStore::open(path, now, trouble);
    BOOST_REQUIRE(bool(store));
    return std::move(*store);
  }
  std::string text() const {
    std::ifstream in(path + "/engines.json", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& bytes) const {
    std::ofstream(path + "/engines.json", std::ios::binary | std::ios::trunc) << bytes;
  }
  EngineBook book() const {
    const auto parsed = EngineBook::parse(text());
    BOOST_REQUIRE(bool(parsed));
    return *parsed;
  }
  std::optional<Error> trouble;
};

EngineBook example() {
  EngineBook book;
  book.own_engine = engine;
  book.own_boots = 7;
  book.devices["10.0.0.1:161"] = {engine, {3, 500}, today};
  book.devices["[2001:db8::1]:161"] = {other, {usm::max_boots, usm::max_boots}, 0};
  return book;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(engine_stores, Folder)

BOOST_AUTO_TEST_CASE(a_book_is_read_as_it_was_written_and_nothing_else_is_a_book) {
  const EngineBook book = example();
  const std::string good = book.text();
  const auto again = EngineBook::parse(good);
  BOOST_REQUIRE(bool(again));
  BOOST_TEST(again->own_engine == engine);
  BOOST_TEST(again->own_boots == 7U);
  BOOST_TEST((again->devices == book.devices));
  for (std::size_t i = 0; i < good.size(); ++i)
    BOOST_TEST(!EngineBook::parse(good.substr(0, i)));
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const char change : {'\0', '0', '"', '}', 'x', ' '}) {
      std::string changed = good;
      changed[i] = change;
      // What is read from changed bytes is what these bytes say, to the letter.
      if (const auto read = EngineBook::parse(changed)) BOOST_TEST(read->text() == changed);
    }
}

BOOST_AUTO_TEST_CASE(own_boots_rise_at_every_start_and_are_on_disk_before_they_are_used) {
  std::string own;
  for (std::uint32_t run = 0; run < 4; ++run) {
    const auto store = open();
    BOOST_TEST(!trouble);
    if (run == 0) own = store->own_engine();
    BOOST_TEST(store->own_engine() == own);
    BOOST_TEST(store->own_boots() == 1 + run);
    BOOST_TEST(book().own_boots == 1 + run); // while it runs: a crash gives none of them out again
  }
  EngineBook last = book();
  last.own_boots = usm::max_boots - 1;
  put(last.text());
  BOOST_TEST(open()->own_boots() == usm::max_boots);
  // Latched: such an engine can prove no time any more (RFC 3414 section 2.2.2), so another takes its place.
  const auto fresh = open();
  BOOST_TEST(trouble.has_value());
  BOOST_TEST(fresh->own_engine() != own);
  BOOST_TEST(fresh->own_boots() == 1U);
}

BOOST_AUTO_TEST_CASE(a_spoilt_file_gives_a_new_engine_and_says_so) {
  const std::string own = open()->own_engine();
  for (const std::string& bytes :
       {std::string(), std::string("{}"), std::string(1000, '\0'), text().substr(0, 40), text() + " "}) {
    put(bytes);
    const auto store = open();
    BOOST_TEST(trouble.has_value());
    BOOST_TEST(store->own_engine() != own);
    BOOST_TEST(store->own_boots() == 1U);
    BOOST_TEST(store->find("10.0.0.1:161") == nullptr);
  }
}

BOOST_AUTO_TEST_CASE(a_place_that_cannot_be_written_is_an_error) {
  std::optional<Error> why;
  const auto store = EngineStore::open(path + "/nowhere", today, why);
  BOOST_REQUIRE(!bool(store));
  BOOST_TEST(store.error().what.id == "snmp.engines-unwritable");
}

BOOST_AUTO_TEST_CASE(what_was_received_is_kept_exactly_at_an_end_and_ahead_before_it) {
  {
    const auto store = open();
    store->received("10.0.0.1:161", engine, {3, 500}, today);
    store->save(0s);
    store->received("10.0.0.1:161", engine, {3, 499}, today + 1); // older: nothing
  }
  BOOST_TEST((book().devices.at("10.0.0.1:161") == EngineRecord{engine, {3, 500}, today}));
  {
    const auto store = open(today + 5);
    BOOST_REQUIRE(store->find("10.0.0.1:161") != nullptr);
    BOOST_TEST((store->find("10.0.0.1:161")->stamp == usm::EngineStamp{3, 500}));
    store->received("10.0.0.1:161", other, {1, 2}, today + 5); // another device at this address
    BOOST_TEST((store->find("10.0.0.1:161")->stamp == usm::EngineStamp{1, 2}));
  }
  BOOST_TEST(book().devices.at("10.0.0.1:161").engine == other);
}

BOOST_AUTO_TEST_CASE(a_crash_finds_the_file_ahead_of_all_that_was_received) {
  const auto store = open();
  const auto on_disk = [&] { return book().devices["10.0.0.1:161"].stamp; };
  store->received("10.0.0.1:161", engine, {3, 500}, today);
  store->save(1s);
  store->flush();
  BOOST_TEST((on_disk() == usm::EngineStamp{3, 500 + stamps_ahead}));
  // From now on whatever comes is below what the file holds, ten seconds of saving included.
  for (std::uint32_t second = 1; second < 400; ++second) {
    store->received("10.0.0.1:161", engine, {3, 500 + second}, today + second);
    store->save(1s + second * 1s);
    store->flush();
    BOOST_TEST((on_disk() >= usm::EngineStamp{3, 500 + second}));
  }
  // A reboot is not covered: where nobody asked for the message it is written without waiting for ten
  // seconds.
  store->received("10.0.0.1:161", engine, {4, 1}, today + 400, true);
  store->save(402s);
  store->flush();
  BOOST_TEST((on_disk() >= usm::EngineStamp{4, 1}));
}

BOOST_AUTO_TEST_CASE(a_plan_without_a_device_makes_nothing_new_for_thirty_days) {
  const auto nobody = [](const std::string&) { return false; };
  const auto store = open();
  store->received("a:161", engine, {3, 500}, today);
  store->received("b:161", other, {3, 500}, today + 20 * day);
  store->keep_only(nobody, today + 29 * day);
  BOOST_TEST(store->find("a:161") != nullptr);
  store->keep_only([](const std::string& device) { return device == "a:161"; }, today + 400 * day);
  BOOST_TEST(store->find("a:161") != nullptr); // silent for a year, and wanted
  BOOST_TEST(store->find("b:161") == nullptr);
  store->keep_only(nobody, today + 31 * day);
  BOOST_TEST(store->find("a:161") == nullptr);
}

BOOST_AUTO_TEST_CASE(the_file_stays_one_that_can_be_read) {
  const auto store = open();
  for (int i = 0; i < 60'000; ++i)
    store->received("device" + std::to_string(i), engine, {1, 1}, today + i);
  store->keep_only([](const std::string&) { return false; }, today);
  BOOST_TEST(store->find("device0") == nullptr);
  BOOST_TEST(store->find("device9999") == nullptr);
  BOOST_TEST(store->find("device10000") != nullptr);
  BOOST_TEST(store->find("device59999") != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
