#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "agents/snmp/gets.hpp"
#include "agents/snmp/walk.hpp"
#include "world.hpp"

using namespace world;

namespace {

const Oid first_column = oid("1.3.6.1.2.1.2.2.1.2");
const Oid second_column = oid("1.3.6.1.2.1.2.2.1.4");

struct Walked {
  explicit Walked(std::vector<Walk::Column> columns) : walk(std::move(columns)) {}

  bool ask() { return walk.next(request, 20, {}); }
  void hear(Reply& reply) {
    reply.bind();
    walk.answered(reply.answer, reply.varbinds.size() * 24 + 40,
                  [&](std::size_t column, OidView index, const Varbind& each) {
                    seen[column].emplace_back(oid_text(index), each.number);
                  });
  }
  void finish(Agent& agent) {
    while (ask()) {
      Reply reply;
      BOOST_REQUIRE(agent.reply(request, reply));
      hear(reply);
    }
  }

  Walk walk;
  Request request;
  std::map<std::size_t, std::vector<std::pair<std::string, std::uint64_t>>> seen;
};

Oid row(const Oid& column, std::uint32_t index) {
  Oid out = column;
  out.push_back(index);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(walk)

BOOST_AUTO_TEST_CASE(reads_whole_columns_through_answers_that_are_cut_in_mid_row) {
  Agent agent;
  agent.most_varbinds = 7;
  for (std::uint32_t i = 1; i <= 50; ++i) {
    agent.objects[row(first_column, i)] = integer(i);
    if (i % 3 != 0) agent.objects[row(second_column, i)] = integer(i * 2);
  }
  Walked walked({{first_column}, {second_column}});
  walked.finish(agent);
  BOOST_TEST(walked.seen[0].size() == 50U);
  BOOST_TEST(walked.seen[1].size() == 34U);
  BOOST_TEST(int(walked.walk.columns()[0].end) == int(Walk::End::complete));
  BOOST_TEST(int(walked.walk.columns()[1].end) == int(Walk::End::complete));
}

BOOST_AUTO_TEST_CASE(an_oid_that_does_not_grow_cuts_the_column_and_keeps_what_came) {
  Walked walked({{first_column}});
  BOOST_REQUIRE(walked.ask());
  Reply reply;
  reply.add(row(first_column, 1), integer(1));
  reply.add(row(first_column, 2), integer(2));
  reply.add(row(first_column, 2), integer(3));
  reply.add(row(first_column, 4), integer(4));
  walked.hear(reply);
  BOOST_TEST(walked.seen[0].size() == 2U);
  BOOST_TEST(int(walked.walk.columns()[0].end) == int(Walk::End::cut));
  BOOST_TEST(walked.walk.oddities() == 1U);
  BOOST_TEST(!walked.ask());
}

BOOST_AUTO_TEST_CASE(an_oid_before_the_column_is_no_end_of_it) {
  Walked walked({{first_column}});
  BOOST_REQUIRE(walked.ask());
  Reply reply;
  reply.add(oid("1.3.6.1.2.1.1.1.0"), integer(1));
  walked.hear(reply);
  BOOST_TEST(int(walked.walk.columns()[0].end) == int(Walk::End::cut));
}

BOOST_AUTO_TEST_CASE(an_empty_answer_is_no_end_of_a_column) {
  Walked walked({{first_column}});
  BOOST_REQUIRE(walked.ask());
  Reply empty;
  walked.hear(empty);
  BOOST_TEST(int(walked.walk.columns()[0].end) == int(Walk::End::walking));
  // Once more, one row at a time; a device that can do that is read on.
  BOOST_REQUIRE(walked.ask());
  BOOST_TEST(int(walked.request.kind) == int(Request::Kind::get_next));
  walked.hear(empty);
  BOOST_TEST(int(walked.walk.columns()[0].end) == int(Walk::End::cut));
}

BOOST_AUTO_TEST_CASE(exceptions_end_a_column) {
  for (const Type type : {Type::end_of_view, Type::no_object, Type::no_instance}) {
    Walked walked({{first_column}});
    BOOST_REQUIRE(walked.ask());
    Reply reply;
    reply.add(first_column, {type, 0, {}, {}});
    walked.hear(reply);
    BOOST_TEST(int(walked.walk.columns()[0].end) == int(Walk::End::complete));
  }
}

BOOST_AUTO_TEST_CASE(an_error_cuts_the_column_that_it_names) {
  Walked walked({{first_column}, {second_column}});
  BOOST_REQUIRE(walked.ask());
  Reply reply;
  reply.answer.error_status = 5; // genErr
  reply.answer.error_index = 2;
  walked.hear(reply);
  BOOST_TEST(int(walked.walk.columns()[0].end) == int(Walk::End::walking));
  BOOST_TEST(int(walked.walk.columns()[1].end) == int(Walk::End::cut));
}

BOOST_AUTO_TEST_CASE(too_big_for_one_row_of_all_columns_is_met_with_fewer_columns) {
  Agent agent;
  agent.too_big_above = 1;
  std::vector<Walk::Column> columns;
  for (std::uint32_t column = 1; column <= 5; ++column) {
    columns.push_back({row(oid("1.3.6.1.2.1.17.7.1.4.3.1"), column)});
    for (std::uint32_t vlan = 1; vlan <= 3; ++vlan)
      agent.objects[row(columns.back().oid, vlan)] = integer(vlan);
  }
  Walked walked(std::move(columns));
  while (walked.walk.next(walked.request, 1, {})) {
    Reply reply;
    BOOST_REQUIRE(agent.reply(walked.request, reply));
    walked.hear(reply);
  }
  for (std::size_t column = 0; column < 5; ++column) {
    BOOST_TEST(walked.seen[column].size() == 3U);
    BOOST_TEST(int(walked.walk.columns()[column].end) == int(Walk::End::complete));
  }
  agent.too_big_above = 0; // not even one: the end
  Walked none({{first_column}, {second_column}});
  none.finish(agent);
  BOOST_TEST(int(none.walk.columns()[1].end) == int(Walk::End::cut));
}

BOOST_AUTO_TEST_CASE(a_time_filter_ends_where_rows_come_again) {
  Agent agent;
  for (const char* index : {".0.10", ".0.20", ".1.10", ".1.20"})
    agent.objects[oid("1.3.6.1.2.1.17.7.1.4.2.1.4" + std::string(index))] = integer(1);
  Walked walked({{oid("1.3.6.1.2.1.17.7.1.4.2.1.4"), true}});
  walked.finish(agent);
  BOOST_TEST(walked.seen[0].size() == 2U);

  Agent own_marks; // each row once, under the time of its own change
  for (const char* index : {".5.20", ".900.10", ".12000.1"})
    own_marks.objects[oid("1.3.6.1.2.1.17.7.1.4.2.1.4" + std::string(index))] = integer(1);
  Walked rows({{oid("1.3.6.1.2.1.17.7.1.4.2.1.4"), true}});
  rows.finish(own_marks);
  BOOST_TEST(rows.seen[0].size() == 3U);
  BOOST_TEST(int(rows.walk.columns()[0].end) == int(Walk::End::complete));
}

BOOST_AUTO_TEST_CASE(asks_for_no_more_than_an_ethernet_frame_holds) {
  Agent agent;
  agent.most_varbinds = 1000;
  for (std::uint32_t i = 1; i <= 40; ++i)
    agent.objects[row(first_column, i)] = octets(std::string(300, 'x'));
  Walked walked({{first_column}});
  std::vector<int> asked;
  while (walked.ask()) {
    asked.push_back(walked.request.repetitions);
    Reply reply;
    BOOST_REQUIRE(agent.reply(walked.request, reply));
    reply.bind();
    walked.walk.answered(reply.answer, reply.varbinds.size() * 320,
                         [](std::size_t, OidView, const Varbind&) {});
  }
  BOOST_REQUIRE(asked.size() > 2);
  BOOST_TEST(asked[1] * 320 <= 1472);
}

BOOST_AUTO_TEST_CASE(a_get_that_fails_drops_the_one_that_it_names_and_repeats_the_rest) {
  Gets gets({sys_uptime, engine_boots, oid("1.3.6.1.2.1.1.5.0")});
  Request request;
  BOOST_REQUIRE(gets.next(request));
  Reply error;
  error.answer.error_status = 5;
  error.answer.error_index = 2;
  gets.answered(error.answer);
  BOOST_REQUIRE(gets.next(request));
  BOOST_TEST(request.oids.size() == 2U);
  Reply reply;
  reply.add(oid("1.3.6.1.2.1.1.5.0"), octets("name")); // in another order than asked
  reply.add(sys_uptime, ticks(5));
  reply.bind();
  gets.answered(reply.answer);
  BOOST_TEST(!gets.next(request));
  BOOST_TEST(gets.number(sys_uptime).value_or(0) == 5U);
  BOOST_TEST(!gets.results().contains(engine_boots));
}

BOOST_AUTO_TEST_CASE(a_get_whose_answers_say_something_else_comes_to_an_end) {
  Gets gets({sys_uptime, engine_boots});
  Request request;
  int asked = 0;
  while (gets.next(request)) {
    BOOST_REQUIRE(++asked < 10);
    Reply reply;
    reply.add(oid("1.3.6.1.9.9"), integer(1));
    reply.bind();
    gets.answered(reply.answer);
  }
  BOOST_TEST(gets.results().empty());
}

BOOST_AUTO_TEST_SUITE_END()
