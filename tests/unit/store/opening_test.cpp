#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

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

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// What somebody with the sqlite3 program could do.
void tamper(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  BOOST_TEST_REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  BOOST_TEST_REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

std::string refusal(const TempStore& temp) {
  auto opened = Store::open(temp.options);
  return opened ? "opened" : opened.error().what.id;
}

/// Refused with this sentence, and not a byte of the file changed.
void refused(const TempStore& temp, const std::string& id) {
  const auto before = content(temp.options.path);
  BOOST_TEST(refusal(temp) == id);
  BOOST_TEST((content(temp.options.path) == before));
}

} // namespace

BOOST_AUTO_TEST_SUITE(opening)

BOOST_AUTO_TEST_CASE(a_missing_file_is_refused_and_not_made) {
  TempDirectory directory;
  Options options;
  options.path = directory.file("none.db");
  BOOST_TEST(Store::open(options).error().what.id == "store.missing");
  BOOST_TEST(!std::filesystem::exists(options.path));
  BOOST_TEST(!std::filesystem::exists(options.path + ".lock"));
}

BOOST_AUTO_TEST_CASE(a_second_founding_of_the_same_file_is_refused) {
  TempStore temp;
  temp.close();
  const auto before = content(temp.options.path);
  auto again = Store::create(temp.options, test_installation(), test_founding());
  BOOST_TEST(again.error().what.id == "store.file-exists");
  BOOST_TEST((content(temp.options.path) == before));
}

BOOST_AUTO_TEST_CASE(a_founding_that_fails_leaves_nothing) {
  TempDirectory directory;
  Options options;
  options.path = directory.file("a.db");
  options.fail_commit = [] { return true; };
  BOOST_TEST(!Store::create(options, test_installation(), test_founding()).ok());
  BOOST_TEST(!std::filesystem::exists(options.path));
  options.fail_commit = nullptr;
  BOOST_TEST(Store::create(options, test_installation(), test_founding()).ok());
  BOOST_TEST((std::filesystem::status(options.path).permissions() == std::filesystem::perms(0600)));
  BOOST_TEST(!Store::create(options, "no hash", test_founding()).ok());
}

BOOST_AUTO_TEST_CASE(a_second_daemon_is_refused_while_the_first_lives) {
  TempStore temp;
  BOOST_TEST(refusal(temp) == "store.held");
  BOOST_TEST(temp.commit(record("started")).done);
  temp.close();
  BOOST_TEST(refusal(temp) == "opened");
}

BOOST_AUTO_TEST_CASE(a_second_daemon_is_refused_under_another_name_too) {
  TempStore temp;
  Options options;
  options.path = temp.directory.file("alias.db");
  std::filesystem::create_symlink(temp.options.path, options.path);
  BOOST_TEST(Store::open(options).error().what.id == "store.held");
}

BOOST_AUTO_TEST_CASE(a_foreign_file_is_refused) {
  TempStore temp;
  temp.close();
  const auto good = content(temp.options.path);
  write(temp.options.path, "just some text, not a database at all\n");
  refused(temp, "store.foreign");
  write(temp.options.path, "");
  refused(temp, "store.foreign");
  std::filesystem::remove(temp.options.path);
  tamper(temp.options.path, "CREATE TABLE theirs(a)");
  refused(temp, "store.foreign");
  write(temp.options.path, good);
  BOOST_TEST(refusal(temp) == "opened");
  std::filesystem::remove(temp.options.path);
  std::filesystem::create_directory(temp.options.path);
  BOOST_TEST(refusal(temp) == "store.foreign");
}

BOOST_AUTO_TEST_CASE(a_newer_file_is_refused) {
  TempStore temp;
  temp.close();
  tamper(temp.options.path, "PRAGMA user_version = " + std::to_string(schema_version + 1));
  refused(temp, "store.newer");
}

BOOST_AUTO_TEST_CASE(a_truncated_or_overwritten_file_is_refused) {
  TempStore temp;
  temp.close();
  const auto good = content(temp.options.path);
  write(temp.options.path, good.substr(0, good.size() - 4096));
  refused(temp, "store.damaged");
  write(temp.options.path, good.substr(0, good.size() / 2));
  refused(temp, "store.damaged");
  auto torn = good;
  torn.replace(8192, 4096, std::string(4096, '\xff'));
  write(temp.options.path, torn);
  refused(temp, "store.damaged");
}

BOOST_AUTO_TEST_CASE(a_changed_schema_is_refused) {
  for (const auto* sql : {"CREATE TRIGGER t AFTER INSERT ON decision BEGIN DELETE FROM decision; END",
                          "DROP INDEX person_handle", "CREATE VIEW v AS SELECT 1", "CREATE TABLE more(a)",
                          "ALTER TABLE address ADD COLUMN x TEXT"}) {
    TempStore temp;
    temp.close();
    tamper(temp.options.path, sql);
    refused(temp, "store.damaged");
  }
}

BOOST_AUTO_TEST_CASE(newest_entries_that_do_not_hang_together_are_refused) {
  for (const auto* sql :
       {"UPDATE decision SET body = replace(body, 'li', 'la') WHERE number = 2",
        "UPDATE decision SET header = replace(header, '2027', '2026') WHERE number = 1",
        "UPDATE decision SET hash = zeroblob(32) WHERE number = 2", "DELETE FROM decision WHERE number = 1",
        "DELETE FROM record", "UPDATE person SET body = replace(body, 'li', 'la') WHERE id = 1",
        "DELETE FROM person", "UPDATE person SET version = 5",
        "UPDATE meta SET value = replace(value, substr(value, 1, 1), '0') WHERE name = 'installation'"}) {
    TempStore temp;
    BOOST_TEST(temp.commit(decision("a", {row(Kind::network, 2, 1, {{"name", "n"}})})).done);
    BOOST_TEST(temp.commit(decision("b", {row(Kind::person, 1, 1, {{"handle", "li"}})})).done);
    temp.close();
    tamper(temp.options.path, sql);
    BOOST_TEST_CONTEXT(sql) {
      refused(temp, "store.damaged");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
