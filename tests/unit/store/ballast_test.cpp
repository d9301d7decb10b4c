#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>

#include "daemon/store/ballast.hpp"

using namespace assent::store;

namespace {

struct Directory {
  Directory() {
    std::string name = std::filesystem::temp_directory_path() / "assent-ballast-XXXXXX";
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::string path;
};

} // namespace

BOOST_AUTO_TEST_SUITE(ballast)

BOOST_FIXTURE_TEST_CASE(room_is_taken_and_kept_over_a_restart, Directory) {
  const std::string file = path + "/db.ballast";
  {
    Ballast ballast(file, 1U << 20);
    BOOST_TEST(ballast.missing());
    ballast.fill();
    BOOST_TEST(!ballast.missing());
    BOOST_TEST(std::filesystem::file_size(file) == 1U << 20);
  }
  Ballast again(file, 1U << 20);
  again.fill();
  BOOST_TEST(!again.missing());
  // A disk with room gives nothing up.
  BOOST_TEST(!again.give_up_if_full());
  BOOST_TEST(!again.missing());
}

BOOST_FIXTURE_TEST_CASE(where_there_is_no_room_it_is_missing_and_leaves_nothing, Directory) {
  Ballast ballast(path + "/db.ballast", std::uint64_t{1} << 60);
  ballast.fill();
  BOOST_TEST(ballast.missing());
  BOOST_TEST(!std::filesystem::exists(path + "/db.ballast"));
}

BOOST_FIXTURE_TEST_CASE(none_is_wanted_none_is_missing, Directory) {
  Ballast ballast(path + "/db.ballast", 0);
  ballast.fill();
  BOOST_TEST(!ballast.missing());
  BOOST_TEST(!std::filesystem::exists(path + "/db.ballast"));
}

BOOST_AUTO_TEST_SUITE_END()
