#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

#include "temp_store.hpp"

using namespace assent;
using namespace assent::store;
using namespace assent::store::testing;
using journal::Stream;

namespace {

const std::string tree_text = "/interface[name='eth0']/mtu 1500\n";

/// A small history with everything in it: creations, changes, a swap, a deletion, records, a tree.
void history(TempStore& temp) {
  auto must = [&temp](Batch what) { BOOST_TEST_REQUIRE(temp.commit(std::move(what)).done); };
  must(batch(decision("ticket-opened",
                      {row(Kind::person, 1, 1, {{"handle", "li.na"}, {"organisation", 1}}),
                       row(Kind::network, 2, 1, {{"name", "intranet"}})},
                      1)));
  for (Id id = 1; id <= 20; ++id)
    must(batch(decision("standard-applied",
                        {row(Kind::address, id, 1, address(1, "10.0.0." + std::to_string(id)))})));
  must(
      batch(decision("swap", {row(Kind::address, 1, 2, address(1, "10.0.0.2")),
                              row(Kind::address, 2, 2, address(1, "10.0.0.1")), gone(Kind::address, 3, 2)})));
  must(batch(record("refused", {{"why", "test"}}, 1)));
  Batch tree;
  tree.trees = {{"sha256:" + sha256_hex(tree_text), tree_text}};
  must(std::move(tree));
}

std::string copy_of(TempStore& temp, const std::string& sql = {}) {
  const auto path = temp.directory.file("copy.db");
  std::filesystem::remove(path);
  TempStore::must(temp.store->backup(path));
  sqlite3* database = nullptr;
  BOOST_TEST_REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  const int code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  BOOST_TEST_REQUIRE(code == SQLITE_OK, sqlite3_errmsg(database));
  sqlite3_close(database);
  return path;
}

Audit audit_of(const std::string& path, const std::vector<journal::Checkpoint>& checkpoints = {}) {
  auto reader = open_copy(path);
  TempStore::must(reader);
  auto result = audit(**reader, checkpoints);
  TempStore::must(result);
  return *std::move(result);
}

bool names(const Audit& audit, const std::string& id, const std::string& number = {}) {
  for (const auto& problem : audit.problems) {
    if (problem.id != id) continue;
    if (number.empty()) return true;
    for (const auto& [name, value] : problem.args)
      if ((name == "number" || name == "id") && value == number) return true;
  }
  return false;
}

journal::Checkpoint checkpoint_of(const std::string& path, std::uint64_t number) {
  auto reader = open_copy(path);
  TempStore::must(reader);
  journal::Checkpoint out{test_installation(), 1, Stream::decisions, number, test_time(), {}};
  TempStore::must((*reader)->entries(Stream::decisions, number, 1, [&out](StoredEntry&& entry) {
    out.hash = sha256_hex(entry.header);
    return true;
  }));
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(auditing)

BOOST_AUTO_TEST_CASE(an_honest_history_holds) {
  TempStore temp;
  history(temp);
  auto reader = temp.read();
  auto result = audit(*reader, {});
  BOOST_TEST_REQUIRE(result.ok());
  for (const auto& problem : result->problems)
    BOOST_TEST_MESSAGE(problem.id);
  BOOST_TEST(result->problems.empty());
  BOOST_TEST(result->decisions == 23u);
  BOOST_TEST(result->records == 2u);
  BOOST_TEST(result->rows == 23u); // one organisation, two networks, one person, 19 addresses
  BOOST_TEST(result->trees == 1u);
  BOOST_TEST(result->head_decisions == checkpoint_of(copy_of(temp), 22).hash);
}

BOOST_AUTO_TEST_CASE(every_kind_of_tampering_is_found_and_named) {
  struct Case {
    const char* sql;
    const char* id;
    const char* number;
  };
  const Case cases[] = {
      {"UPDATE decision SET body = replace(body, '10.0.0.5', '10.0.0.6') WHERE number = 6",
       "journal.entry-body", "6"},
      {"UPDATE decision SET header = replace(header, '2027', '2026') WHERE number = 6", "journal.entry-chain",
       "7"},
      {"DELETE FROM decision WHERE number = 6", "journal.entry-number", "6"},
      {"DELETE FROM record WHERE number = 0", "journal.entry-number", "0"},
      {"UPDATE decision SET hash = zeroblob(32) WHERE number = 4", "store.audit-columns", "4"},
      {"UPDATE decision SET authority = 0 WHERE number = 1", "store.audit-columns", "1"},
      {"UPDATE decision SET authority = 1 WHERE number = 5", "store.audit-columns", "5"},
      {"UPDATE decision SET ticket = 9 WHERE number = 1", "store.audit-columns", "1"},
      {"UPDATE record SET ticket = NULL WHERE number = 1", "store.audit-columns", "1"},
      {"UPDATE address SET body = replace(body, '10.0.0.9', '10.0.0.99') WHERE id = 9",
       "store.audit-row-differs", "9"},
      {"UPDATE address SET version = 2 WHERE id = 9", "store.audit-row-differs", "9"},
      {"UPDATE address SET address = '10.0.0.99' WHERE id = 9", "store.audit-row-differs", "9"},
      {"UPDATE address SET organisation = NULL WHERE id = 9", "store.audit-row-differs", "9"},
      {"DELETE FROM address WHERE id = 20", "store.audit-row-missing", "20"},
      {"DELETE FROM address WHERE id = 1", "store.audit-row-missing", "1"},
      {"INSERT INTO person(id, version, body, handle, organisation) VALUES(2, 1, '{}', 'eve', 1)",
       "store.audit-row-extra", "2"},
      {"INSERT INTO policy(id, version, body) VALUES(1, 1, '{}')", "store.audit-row-extra", "1"},
      {"DELETE FROM gone", "store.audit-gone", "3"},
      {"INSERT INTO gone(kind, id) VALUES(2, 7)", "store.audit-gone", "7"},
      {"UPDATE tree SET packed = zeroblob(10)", "store.tree-damaged", ""},
      {"UPDATE tree SET fingerprint = 'sha256:00'", "store.tree-damaged", ""},
  };
  TempStore temp;
  history(temp);
  for (const auto& one : cases) {
    BOOST_TEST_CONTEXT(one.sql) {
      const auto result = audit_of(copy_of(temp, one.sql));
      BOOST_TEST(names(result, one.id, one.number));
      for (const auto& problem : result.problems)
        BOOST_TEST_MESSAGE(one.sql << " -> " << problem.id);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_cut_journal_holds_by_itself_and_contradicts_a_checkpoint) {
  TempStore temp;
  history(temp);
  const auto honest = copy_of(temp);
  const std::vector<journal::Checkpoint> points = {checkpoint_of(honest, 0), checkpoint_of(honest, 10),
                                                   checkpoint_of(honest, 22)};
  BOOST_TEST(audit_of(honest, points).problems.empty());
  // Exactly what the last entry did is undone: without a checkpoint nobody could tell.
  const auto cut =
      copy_of(temp, "DELETE FROM decision WHERE number = 22; DELETE FROM gone; DELETE FROM address; "
                    "DELETE FROM person; DELETE FROM network; DELETE FROM organisation");
  BOOST_TEST(names(audit_of(cut, points), "store.audit-checkpoint-cut", "22"));
  BOOST_TEST(!names(audit_of(cut), "store.audit-checkpoint-cut"));
}

BOOST_AUTO_TEST_CASE(a_rebuilt_journal_holds_by_itself_and_contradicts_a_checkpoint) {
  TempStore temp;
  history(temp);
  const auto point = checkpoint_of(copy_of(temp), 10);
  // The same installation id, another past, all hashes right.
  TempStore other;
  for (int i = 0; i < 30; ++i)
    BOOST_TEST(other.commit(decision("other", {})).done);
  BOOST_TEST(audit_of(copy_of(other)).problems.empty());
  BOOST_TEST(names(audit_of(copy_of(other), {point}), "store.audit-checkpoint-differs", "10"));
  auto foreign = point;
  foreign.installation = std::string(64, 'f');
  BOOST_TEST(names(audit_of(copy_of(temp), {foreign}), "store.audit-checkpoint-installation", "10"));
}

BOOST_AUTO_TEST_CASE(an_entry_that_could_not_have_been_made_is_found) {
  TempStore temp;
  history(temp);
  // A body with the right hash and a header that follows, but rows that contradict what came before.
  const auto path = copy_of(temp);
  auto reader = open_copy(path);
  const auto head = *(*reader)->head(Stream::decisions);
  const std::string body = R"({"event":"forged","rows":[{"body":{},"id":3,"kind":"address","version":1}]})";
  const auto previous = checkpoint_of(path, head).hash;
  const auto header = journal::header_text(
      {test_installation(), 1, Stream::decisions, head + 1, test_time(), previous, sha256_hex(body)});
  const auto forged =
      copy_of(temp, "INSERT INTO decision VALUES(" + std::to_string(head + 1) + ", '" + header + "', '" +
                        body + "', x'" + sha256_hex(header) + "', NULL, 0)");
  const auto result = audit_of(forged);
  BOOST_TEST(names(result, "store.audit-replay", std::to_string(head + 1)));
  BOOST_TEST(names(result, "store.spent", "3"));
}

BOOST_AUTO_TEST_CASE(problems_are_bounded) {
  TempStore temp;
  std::vector<journal::Row> rows;
  for (Id id = 1; id <= 500; ++id)
    rows.push_back(row(Kind::address, id, 1,
                       address(1, "10.1." + std::to_string(id / 256) + "." + std::to_string(id % 256))));
  BOOST_TEST(temp.commit(decision("many", std::move(rows))).done);
  const auto result = audit_of(copy_of(temp, "UPDATE address SET version = 7"));
  BOOST_TEST(result.problems.size() == 201u);
  BOOST_TEST(result.problems.back().id == "store.audit-more");
}

BOOST_AUTO_TEST_SUITE_END()
