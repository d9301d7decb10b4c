// What becomes of SNMPv3 informs, for which our engine is authoritative: the decision table of the trap desk.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "v3_desk.hpp"

using namespace v3_desk;

BOOST_FIXTURE_TEST_SUITE(v3_informs, Desk)

BOOST_AUTO_TEST_CASE(who_looks_for_our_engine_and_its_time_is_told_and_its_inform_is_answered) {
  const std::string hello =
      usm::build({.message_id = 4242, .level = Level::none, .pdu = notification(pdu::get)}, nullptr);
  const std::string engine = hear(hello);
  BOOST_TEST((reported(engine) == usm::Report::unknown_engine));
  const std::string time = hear(to_us({0, 0}));
  BOOST_TEST((reported(time, Level::auth) == usm::Report::not_in_window));
  BOOST_TEST(figures().discovery == 2U);
  Header header;
  BOOST_REQUIRE(usm::peek(time, header));
  usm::EngineKeys keys(reader_keys(), our_engine);
  BOOST_TEST(keys.verify(header));
  BOOST_TEST(header.boots == 6U);
  const std::string inform = to_us({header.boots, header.time});
  const std::string answer = hear(inform);
  Header answered;
  BOOST_REQUIRE(usm::peek(answer, answered));
  BOOST_TEST(answered.message_id == 4242U);
  BOOST_TEST((answered.level == Level::priv));
  BOOST_TEST(keys.verify(answered));
  std::string room(answer.size(), '\0');
  const auto plain = keys.decrypt(answered, room);
  BOOST_REQUIRE(plain.has_value());
  usm::Scoped scoped;
  BOOST_REQUIRE(usm::read_scoped(*plain, false, scoped));
  BOOST_TEST(scoped.tag == pdu::response);
  BOOST_TEST(scoped.context_name == "there");
  PduReader reader;
  Answer fields;
  BOOST_REQUIRE(reader.read(scoped.pdu, fields));
  BOOST_TEST(fields.request_id == 77U);
  BOOST_TEST(fields.varbinds.size() == 2U);
  BOOST_TEST(figures().hint == 1U);
  // Our answer was lost: it is given again, and nothing is heard twice.
  BOOST_TEST(!hear(inform).empty());
  BOOST_TEST(figures().again == 1U);
  BOOST_TEST(figures().hint == 1U);
  BOOST_TEST(heard.notices.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_inform_that_may_not_pass_is_told_why_and_never_acknowledged) {
  const usm::EngineStamp good{6, 0};
  BOOST_TEST((reported(hear(to_us({6, 151})), Level::auth) == usm::Report::not_in_window));
  BOOST_TEST(figures().replay == 1U);
  BOOST_TEST((reported(hear(to_us({5, 0})), Level::auth) == usm::Report::not_in_window)); // of our last run
  BOOST_TEST((reported(hear(to_us(good, reader_keys("guessed password")))) == usm::Report::wrong_digest));
  BOOST_TEST((reported(hear(to_us(good, reader_keys("authpassword", "guessed privacy")))) ==
              usm::Report::decryption_error));
  BOOST_TEST((reported(hear(to_us(good, reader_keys(), Level::auth))) == usm::Report::unsupported_level));
  usm::UserKeys nobody = reader_keys();
  nobody.user = "nobody";
  BOOST_TEST((reported(hear(to_us(good, nobody))) == usm::Report::unknown_user));
  BOOST_TEST(hear(to_us(good, reader_keys("guessed password"), Level::priv, pdu::inform, false)).empty());
  BOOST_TEST(hear(to_us(good, reader_keys(), Level::priv, pdu::get)).empty()); // no notification at all
  BOOST_TEST(hear(to_us(good), "10.0.0.2").empty());
  BOOST_TEST(heard.notices.empty());
  BOOST_TEST(figures().hint + figures().no_hint == 0U);
  BOOST_TEST(total() == 9U);
}

BOOST_AUTO_TEST_CASE(an_inform_to_the_devices_own_engine_is_heard_and_told_of_ours) {
  meet(device);
  const std::string body = notification(pdu::inform);
  const std::string bytes = usm::build({.message_id = 4242,
                                        .level = Level::priv,
                                        .engine = device.id,
                                        .boots = device.boots,
                                        .time = device.time,
                                        .user = "reader",
                                        .context_engine = device.id,
                                        .context_name = {},
                                        .pdu = body,
                                        .salt = 99},
                                       &device.keys);
  BOOST_TEST((reported(hear(bytes)) == usm::Report::unknown_engine));
  BOOST_TEST(total() == 1U);
  BOOST_TEST(figures().hint == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
