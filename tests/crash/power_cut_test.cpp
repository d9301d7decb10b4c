#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "lossy_disk.hpp"
#include "temp_store.hpp"

using namespace assent;
using namespace assent::store;
using namespace assent::store::testing;
using crash::LossyDisk;
using journal::Stream;

namespace {

/// One address and its record: both or neither.
Batch allocation(Id id) {
  Batch out;
  const std::string text = "10." + std::to_string(id >> 16 & 255) + "." + std::to_string(id >> 8 & 255) +
                           "." + std::to_string(id & 255);
  out.entries.push_back(decision("standard-applied", {row(Kind::address, id, 1, address(1, text))}, id));
  out.entries.push_back(record("made", {{"id", id}}, id));
  return out;
}

struct Image {
  std::string path;
  std::vector<Id> acknowledged; ///< before the power went
};

/// Clients allocate until `allocations` are made; the power is cut `cuts` times on the way.
class Load {
 public:
  Load(bool full, int clients, Id allocations, int cuts) {
    temp.close();
    LossyDisk disk;
    temp.options.synchronous_full = full;
    temp.open();
    std::vector<std::thread> threads;
    for (int i = 0; i < clients; ++i)
      threads.emplace_back([this, allocations] {
        for (Id id = next++; id <= allocations; id = next++) {
          if (!temp.commit(allocation(id)).done) continue;
          std::lock_guard lock(mutex);
          acknowledged.push_back(id);
        }
      });
    for (int i = 0; i < cuts; ++i) {
      const auto enough = allocations * static_cast<Id>(i + 1) / static_cast<Id>(cuts + 1);
      while (count() < enough)
        std::this_thread::yield();
      const auto fate = static_cast<LossyDisk::Fate>(i % 4);
      Image image;
      {
        std::lock_guard lock(mutex);
        image.acknowledged = acknowledged;
      }
      const auto directory = temp.directory.file("image" + std::to_string(i));
      disk.cut(directory, fate, static_cast<std::uint32_t>(i) + 1);
      image.path = directory + "/assent.db";
      images.push_back(std::move(image));
    }
    for (auto& thread : threads)
      thread.join();
    syncs = disk.syncs();
    temp.close();
  }

  TempStore temp;
  std::vector<Image> images;
  std::uint64_t syncs = 0;

 private:
  Id count() {
    std::lock_guard lock(mutex);
    return acknowledged.size();
  }
  std::mutex mutex;
  std::vector<Id> acknowledged;
  std::atomic<Id> next{1};
};

/// How many acknowledged allocations an image has lost; checks that what it has is whole.
std::size_t lost_in(const Image& image) {
  Options options;
  options.path = image.path;
  auto opened = Store::open(options);
  BOOST_TEST_REQUIRE(opened.ok(), (opened ? "opened" : opened.error().what.id));
  auto reader = (*opened)->read();
  BOOST_TEST_REQUIRE(reader.ok());
  auto result = audit(**reader, {});
  BOOST_TEST_REQUIRE(result.ok());
  for (const auto& problem : result->problems)
    BOOST_TEST(problem.id.empty(), problem.id);
  BOOST_TEST(*(*reader)->head(Stream::decisions) == *(*reader)->head(Stream::records));
  BOOST_TEST(result->rows == *(*reader)->head(Stream::decisions) + 2);
  std::size_t lost = 0;
  for (const Id id : image.acknowledged)
    if (!(*reader)->get(Kind::address, id).ok()) ++lost;
  return lost;
}

} // namespace

BOOST_AUTO_TEST_SUITE(power_cut)

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_and_nothing_is_half_done) {
  const bool is_long = std::getenv("ASSENT_LONG") != nullptr;
  // Enough for the log to be folded into the file several times.
  const Load load(true, 8, is_long ? 20'000 : 4'000, is_long ? 80 : 16);
  BOOST_TEST_REQUIRE(load.images.size() >= 16u);
  for (const auto& image : load.images) {
    BOOST_TEST(!image.acknowledged.empty());
    BOOST_TEST(lost_in(image) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(without_full_synchronisation_acknowledged_work_is_lost) {
  // The test above is worth something because this one fails to keep its promise.
  const Load load(false, 8, 1'000, 8);
  std::size_t lost = 0;
  for (const auto& image : load.images)
    lost += lost_in(image);
  BOOST_TEST(lost > 0u);
}

BOOST_AUTO_TEST_CASE(a_full_disk_stops_writing_only_until_there_is_room) {
  TempStore temp;
  temp.close();
  LossyDisk disk;
  temp.open();
  BOOST_TEST(temp.commit(allocation(1)).done);
  disk.set_full(true);
  const auto refused = temp.commit(allocation(2));
  BOOST_TEST(!refused.done);
  BOOST_TEST_REQUIRE(refused.failed.evidence.size() == 1u);
  BOOST_TEST(refused.failed.evidence[0].id == "store.disk-full");
  BOOST_TEST(!temp.store->resume().ok());
  BOOST_TEST(temp.read()->get(Kind::address, 1).ok());
  BOOST_TEST(!temp.read()->get(Kind::address, 2).ok());
  disk.set_full(false);
  BOOST_TEST(!temp.commit(allocation(2)).done);
  BOOST_TEST(temp.store->resume().ok());
  BOOST_TEST(temp.commit(allocation(2)).done);
  const auto directory = temp.directory.file("image");
  disk.cut(directory, LossyDisk::Fate::all_lost, 1);
  temp.close();
  BOOST_TEST(lost_in({directory + "/assent.db", {1, 2}}) == 0u);
}

BOOST_AUTO_TEST_CASE(many_clients_share_a_sync) {
  const Load load(true, 32, 3'000, 0);
  BOOST_TEST(load.syncs < 3'000u);
}

BOOST_AUTO_TEST_SUITE_END()
