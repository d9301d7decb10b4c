#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "common/hash.hpp"
#include "daemon/journal/entry.hpp"

using namespace assent;
using namespace assent::journal;

namespace {

const std::string installation(64, 'a');
const std::string zeros(64, '0');

Draft full_draft() {
  Draft draft;
  draft.event = "ticket-opened";
  draft.time = Instant(std::chrono::seconds(1'800'000'000));
  draft.actor = {3, "SHA256:abc", "li\"na"};
  draft.ticket = 9;
  draft.detail = {{"z", 1}, {"a", "九江"}};
  draft.rows = {{Kind::address, 5, 1, false, {{"network", 1}, {"address", "10.0.0.5"}}},
                {Kind::link, 2, 4, true, {}}};
  return draft;
}

std::pair<std::string, std::string> entry(Stream stream, std::uint64_t number, const std::string& previous,
                                          std::uint64_t epoch = 1) {
  std::string body = "{\"event\":\"n" + std::to_string(number) + "\"}";
  return {header_text({installation, epoch, stream, number, Instant(std::chrono::seconds(1'800'000'000)),
                       previous, sha256_hex(body)}),
          body};
}

} // namespace

BOOST_AUTO_TEST_SUITE(entries)

BOOST_AUTO_TEST_CASE(a_body_is_canonical_and_complete) {
  const auto text = body_text(full_draft());
  BOOST_TEST(text ==
             R"({"account":"li\"na","detail":{"a":"九江","z":1},"event":"ticket-opened","key":"SHA256:abc",)"
             R"("person":3,"rows":[{"body":{"address":"10.0.0.5","network":1},"id":5,"kind":"address",)"
             R"("version":1},{"gone":true,"id":2,"kind":"link","version":4}],"ticket":9})");
  auto parsed = parse_json(text);
  BOOST_TEST_REQUIRE(parsed.ok());
  BOOST_TEST(canonical(*parsed) == text);
}

BOOST_AUTO_TEST_CASE(empty_members_are_left_out) {
  Draft draft;
  draft.event = "started";
  BOOST_TEST(body_text(draft) == R"({"event":"started"})");
}

BOOST_AUTO_TEST_CASE(rows_read_back_as_they_were) {
  auto rows = rows_of(parse_json(body_text(full_draft()))->get_object());
  BOOST_TEST_REQUIRE(rows.ok());
  BOOST_TEST_REQUIRE(rows->size() == 2u);
  BOOST_TEST((rows->at(0).kind == Kind::address && rows->at(0).id == 5 && rows->at(0).version == 1));
  BOOST_TEST(canonical(json::value(rows->at(0).body)) == R"({"address":"10.0.0.5","network":1})");
  BOOST_TEST((rows->at(1).gone && rows->at(1).version == 4));
}

BOOST_AUTO_TEST_CASE(malformed_rows_are_refused) {
  for (const auto* text : {R"({"rows":1})", R"({"rows":[]})", R"({"rows":[1]})",
                           R"({"rows":[{"id":1,"kind":"address","version":1}]})",
                           R"({"rows":[{"body":{},"id":0,"kind":"address","version":1}]})",
                           R"({"rows":[{"body":{},"id":-1,"kind":"address","version":1}]})",
                           R"({"rows":[{"body":{},"id":1.5,"kind":"address","version":1}]})",
                           R"({"rows":[{"body":{},"id":9007199254740992,"kind":"address","version":1}]})",
                           R"({"rows":[{"body":{},"id":1,"kind":"house","version":1}]})",
                           R"({"rows":[{"body":{},"id":1,"kind":"address","version":0}]})",
                           R"({"rows":[{"body":[],"id":1,"kind":"address","version":1}]})",
                           R"({"rows":[{"body":{},"gone":true,"id":1,"kind":"address","version":2}]})",
                           R"({"rows":[{"gone":false,"id":1,"kind":"address","version":2}]})",
                           R"({"rows":[{"gone":true,"id":1,"kind":"address","version":1}]})",
                           R"({"rows":[{"body":{},"id":1,"kind":"address","more":1,"version":1}]})"}) {
    auto parsed = parse_json(text);
    BOOST_TEST_REQUIRE(parsed.ok());
    BOOST_TEST(!rows_of(parsed->get_object()).ok(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_header_is_one_line_and_reads_back) {
  const Header header{installation,
                      2,
                      Stream::records,
                      7,
                      Instant(std::chrono::microseconds(1'800'000'000'123'456)),
                      std::string(64, 'b'),
                      std::string(64, 'c')};
  const auto text = header_text(header);
  BOOST_TEST(text == "assent-journal-1 sha256 " + installation + " 2 records 7 2027-01-15T08:00:00.123456Z " +
                         std::string(64, 'b') + " " + std::string(64, 'c') + "\n");
  auto read = parse_header(text);
  BOOST_TEST_REQUIRE(read.ok());
  BOOST_TEST(header_text(*read) == text);
}

BOOST_AUTO_TEST_CASE(there_is_one_way_to_write_a_header) {
  const auto good = entry(Stream::decisions, 0, zeros).first;
  BOOST_TEST(parse_header(good).ok());
  auto with = [&good](const std::string& what, const std::string& instead) {
    auto text = good;
    return text.replace(text.find(what), what.size(), instead);
  };
  const std::vector<std::string> bad = {"",
                                        "\n",
                                        good.substr(0, good.size() - 1),
                                        good + "\n",
                                        with("\n", " \n"),
                                        with(" 0 ", " 00 "),
                                        with(" 1 ", " 0 "),
                                        with(" 1 ", " +1 "),
                                        with(" 1 ", "  1 "),
                                        with("decisions", "Decisions"),
                                        with("journal-1", "journal-2"),
                                        with("sha256", "sha1"),
                                        with("aaaa", "AAAA"),
                                        with(".000000Z", "Z"),
                                        with("2027-01", "2027-13"),
                                        with(" 0 ", " 9007199254740992 "),
                                        with(zeros, std::string(64, '1')),
                                        with("\n", "\r\n"),
                                        std::string(100'000, 'a'),
                                        std::string(100'000, ' ')};
  for (const auto& text : bad)
    BOOST_TEST(!parse_header(text).ok(), text.substr(0, 80));
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_header_is_refused) {
  const auto good = entry(Stream::decisions, 12, std::string(64, 'b')).first;
  for (std::size_t size = 0; size < good.size(); ++size)
    BOOST_TEST(!parse_header(good.substr(0, size)).ok());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_one_line_and_reads_back) {
  const Checkpoint checkpoint{
      installation,        1, Stream::decisions, 42, Instant(std::chrono::seconds(1'800'000'000)),
      std::string(64, 'd')};
  const auto text = checkpoint_text(checkpoint);
  BOOST_TEST(text == "assent-checkpoint-1 sha256 " + installation +
                         " 1 decisions 42 2027-01-15T08:00:00.000000Z " + std::string(64, 'd'));
  auto read = parse_checkpoint(text);
  BOOST_TEST_REQUIRE(read.ok());
  BOOST_TEST(checkpoint_text(*read) == text);
  BOOST_TEST(!parse_checkpoint(text + "\n").ok());
  BOOST_TEST(!parse_checkpoint(text + " x").ok());
  for (std::size_t size = 0; size < text.size(); ++size)
    BOOST_TEST(!parse_checkpoint(text.substr(0, size)).ok());
}

BOOST_AUTO_TEST_CASE(a_chain_is_followed_to_its_head) {
  ChainVerifier chain(installation, Stream::decisions);
  std::string previous = zeros;
  for (std::uint64_t i = 0; i < 5; ++i) {
    auto [header, body] = entry(Stream::decisions, i, previous);
    BOOST_TEST(chain.next(header, body).ok());
    previous = sha256_hex(header);
  }
  BOOST_TEST(chain.count() == 5u);
  BOOST_TEST(chain.head_hash() == previous);
}

BOOST_AUTO_TEST_CASE(the_first_break_of_a_chain_is_named) {
  const auto first = entry(Stream::decisions, 0, zeros);
  const auto hash = sha256_hex(first.first);
  auto second = [&](const std::pair<std::string, std::string>& next, bool check_body = true) {
    ChainVerifier chain(installation, Stream::decisions);
    BOOST_TEST_REQUIRE(chain.next(first.first, first.second).ok());
    auto status = chain.next(next.first, next.second, check_body);
    return status ? "good" : status.error().what.id;
  };
  BOOST_TEST(second(entry(Stream::decisions, 1, hash)) == "good");
  BOOST_TEST(second(entry(Stream::decisions, 2, hash)) == "journal.entry-number");
  BOOST_TEST(second(entry(Stream::decisions, 0, zeros)) == "journal.entry-number");
  BOOST_TEST(second(entry(Stream::records, 1, hash)) == "journal.entry-header");
  BOOST_TEST(second(entry(Stream::decisions, 1, std::string(64, 'e'))) == "journal.entry-chain");
  auto changed = entry(Stream::decisions, 1, hash);
  changed.second += " ";
  BOOST_TEST(second(changed) == "journal.entry-body");
  BOOST_TEST(second(changed, false) == "good");
  ChainVerifier other(std::string(64, 'f'), Stream::decisions);
  BOOST_TEST(other.next(first.first, first.second).error().what.id == "journal.entry-installation");
  ChainVerifier late(installation, Stream::decisions);
  BOOST_TEST_REQUIRE(late.next(entry(Stream::decisions, 0, zeros, 3).first, "", false).ok());
  const auto fallen = entry(Stream::decisions, 1, late.head_hash(), 2);
  BOOST_TEST(late.next(fallen.first, fallen.second).error().what.id == "journal.entry-epoch");
}

BOOST_AUTO_TEST_SUITE_END()
