#define BOOST_TEST_DYN_LINK
#include <sqlite3.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "daemon/store/migrate.hpp"
#include "daemon/store/schema.hpp"
#include "temp_store.hpp"

using namespace assent;
using namespace assent::store;
using namespace assent::store::testing;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A file that an older version left, as tests/golden/store has it, with `more` done to it.
struct Old {
  explicit Old(const std::string& more = "") {
    options.path = directory.file("old.db");
    run(content(ASSENT_SOURCE_DIR "/tests/golden/store/version-1.sql") + more);
    ::chmod(options.path.c_str(), 0600);
  }
  void run(const std::string& sql) const {
    sqlite3* database = nullptr;
    BOOST_TEST_REQUIRE(sqlite3_open(options.path.c_str(), &database) == SQLITE_OK);
    char* why = nullptr;
    sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &why);
    BOOST_TEST_REQUIRE(why == nullptr, why);
    sqlite3_close(database);
  }
  std::string refusal() const {
    auto opened = Store::open(options);
    return opened ? "opened" : opened.error().what.id;
  }
  TempDirectory directory;
  Options options;
};

/// Opened, written, opened again; the journal and every table hold, columns and all.
void lives(const Old& old) {
  for (Id id : {10, 11}) {
    auto opened = Store::open(old.options);
    BOOST_TEST_REQUIRE(opened.ok(), old.refusal());
    std::promise<Committed> promise;
    auto answer = promise.get_future();
    (*opened)->commit(
        batch(decision("ticket-opened",
                       {row(Kind::address, id, 1, address(1, "10.0.1." + std::to_string(id)))}, id)),
        [&promise](Committed done) { promise.set_value(std::move(done)); });
    BOOST_TEST(answer.get().done);
  }
  auto copy = open_copy(old.options.path);
  BOOST_TEST_REQUIRE(copy.ok());
  auto audited = audit(**copy, {});
  BOOST_TEST_REQUIRE(audited.ok());
  for (const Message& problem : audited->problems)
    BOOST_TEST_ERROR(problem.id);
  BOOST_TEST(audited->rows == 8u); // organisation, network, device, three old addresses and two new ones
  auto found = (*copy)->list(Kind::address, {{"address", "10.0.0.9"}}, 0, 10);
  BOOST_TEST_REQUIRE(found.ok());
  BOOST_TEST(found->rows.size() == 1u);
  BOOST_TEST(*(*copy)->last_id(Kind::address) == 11u);
}

} // namespace

BOOST_AUTO_TEST_SUITE(migration)

BOOST_AUTO_TEST_CASE(a_file_of_version_1_is_brought_forward_with_all_that_it_holds) {
  const Old old;
  {
    auto opened = Store::open(old.options);
    BOOST_TEST_REQUIRE(opened.ok());
    auto reader = *(*opened)->read();
    unsigned kept = 0, readings = 0, samples = 0;
    BOOST_TEST(reader->each_kept("alarm", [&](Kept&&) { ++kept; }).ok());
    BOOST_TEST(reader->each_reading([&](Reading&&) { ++readings; }).ok());
    BOOST_TEST(reader->samples(1, 0, 7000000, [&](const Sample&) { ++samples; }).ok());
    BOOST_TEST(kept == 1u);
    BOOST_TEST(readings == 1u);
    BOOST_TEST(samples == 1u);
  }
  lives(old);
}

BOOST_AUTO_TEST_CASE(tables_that_it_did_not_have_are_made) {
  lives(Old("DROP TABLE kept; DROP TABLE sample; DROP TABLE link; DROP INDEX finding_state;"));
}

BOOST_AUTO_TEST_CASE(columns_and_indexes_that_were_otherwise_are_made_from_the_bodies) {
  lives(Old("DROP TABLE address; CREATE TABLE \"address\"(id INTEGER PRIMARY KEY, version INTEGER NOT NULL, "
            "body TEXT "
            "NOT NULL, \"name\" TEXT) STRICT;"
            "INSERT INTO address SELECT id, version, json(body), NULL FROM (SELECT 1 AS id, 1 AS version, "
            "'{\"address\":\"10.0.0.1\",\"network\":1,\"organisation\":1}' AS body UNION SELECT 2, 1, "
            "'{\"address\":\"10.0.0.2\",\"network\":1,\"organisation\":1}' UNION SELECT 3, 2, "
            "'{\"address\":\"10.0.0.9\",\"network\":1,\"organisation\":1}');"
            "CREATE INDEX address_name ON address(name); DROP INDEX device_organisation;"
            "CREATE INDEX device_organisation ON \"device\"(name);"));
}

BOOST_AUTO_TEST_CASE(an_older_copy_is_audited_without_being_touched) {
  const Old old;
  const std::string before = content(old.options.path);
  auto copy = open_copy(old.options.path);
  BOOST_TEST_REQUIRE(copy.ok());
  auto audited = audit(**copy, {});
  BOOST_TEST_REQUIRE(audited.ok());
  BOOST_TEST(audited->problems.empty());
  BOOST_TEST(audited->trees == 1u);
  BOOST_TEST((content(old.options.path) == before));
}

BOOST_AUTO_TEST_CASE(what_no_version_had_is_refused_and_nothing_is_changed) {
  for (const char* sql : {"CREATE TABLE mine(a TEXT) STRICT;", "CREATE VIEW mine AS SELECT 1;",
                          "CREATE TRIGGER mine AFTER INSERT ON record BEGIN SELECT 1; END;",
                          "DROP TABLE kept; CREATE TABLE kept(area TEXT) STRICT;"}) {
    BOOST_TEST_CONTEXT(sql) {
      const Old old(sql);
      BOOST_TEST(old.refusal() == "store.damaged");
      old.run("PRAGMA journal_mode = DELETE;");
      auto copy = Database::open(old.options.path, SQLITE_OPEN_READONLY);
      BOOST_TEST(*version_of(*copy) == 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(damage_in_an_older_file_stops_it_as_in_a_new_one) {
  const Old old("UPDATE decision SET body = replace(body, '10.0.0.9', '10.0.0.8') WHERE number = 2;");
  const std::string before = content(old.options.path);
  BOOST_TEST(old.refusal() == "store.damaged");
  BOOST_TEST((content(old.options.path) == before));
}

BOOST_AUTO_TEST_SUITE_END()
