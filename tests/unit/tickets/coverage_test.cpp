#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "daemon/tickets/coverage.hpp"

using namespace assent;
using namespace assent::tickets;

namespace {

Instant at(int minute) {
  return Instant{std::chrono::seconds{1'800'000'000}} + std::chrono::minutes{minute};
}

Permit permit(Id device, std::string_view path, PathOperation operation = PathOperation::any,
              std::optional<std::string> value = {}) {
  return {device, "", PathPattern::parse(path).value(), operation, std::move(value)};
}

PermitTicket open_ticket(Id ticket, std::vector<Permit> permits, int opens = 0, int closes = 60) {
  return {ticket, "open", at(opens), {}, at(closes), std::move(permits), ""};
}

Deviation change(Id device, std::string path, int earliest = 10, int latest = 15) {
  Deviation deviation;
  deviation.device = device;
  deviation.path = std::move(path);
  deviation.before = "1";
  deviation.after = "2";
  deviation.earliest = at(earliest);
  deviation.latest = at(latest);
  return deviation;
}

Judgement judge(std::vector<PermitTicket> tickets, const Deviation& deviation) {
  Permits permits;
  for (auto& ticket : tickets)
    permits.put(std::move(ticket));
  return permits.judge(deviation);
}

constexpr auto mtu = "/interfaces/interface[name='Gi0/1']/mtu";

bool matches(std::string_view pattern, std::string_view path) {
  return PathPattern::parse(pattern).value().matches(path);
}

} // namespace

BOOST_AUTO_TEST_SUITE(coverage)

BOOST_AUTO_TEST_CASE(a_change_inside_the_window_of_its_permit_is_covered) {
  const auto judgement = judge({open_ticket(7, {permit(4, "/vlans/**"), permit(4, mtu)})}, change(4, mtu));
  BOOST_TEST(name_of(judgement.verdict) == "covered");
  BOOST_TEST(judgement.ticket == 7u);
  BOOST_TEST(judgement.permit == 1u);
  BOOST_TEST(judgement.nearest.empty());
}

BOOST_AUTO_TEST_CASE(the_window_includes_its_edges) {
  BOOST_TEST(name_of(judge({open_ticket(7, {permit(4, mtu)}, 10, 15)}, change(4, mtu)).verdict) == "covered");
  // The change came after the reading at minute 10, so a window that ended there cannot have held it.
  BOOST_TEST(name_of(judge({open_ticket(7, {permit(4, mtu)}, 0, 10)}, change(4, mtu)).verdict) ==
             "not-covered");
}

BOOST_AUTO_TEST_CASE(an_interval_over_either_edge_is_undecidable_and_names_the_ticket) {
  for (const auto& [opens, closes] : {std::pair{12, 60}, {0, 12}, {11, 12}}) {
    const auto judgement = judge({open_ticket(7, {permit(4, mtu)}, opens, closes)}, change(4, mtu));
    BOOST_TEST(name_of(judgement.verdict) == "undecidable");
    BOOST_TEST(judgement.ticket == 7u);
    BOOST_REQUIRE(!judgement.nearest.empty());
    BOOST_TEST(judgement.nearest[0].missing.id == "coverage.window-edge");
  }
}

BOOST_AUTO_TEST_CASE(a_trusted_stamp_narrows_the_interval_and_decides) {
  auto deviation = change(4, mtu);
  deviation.stamp = at(13);
  BOOST_TEST(name_of(judge({open_ticket(7, {permit(4, mtu)}, 12, 60)}, deviation).verdict) == "covered");
  deviation.stamp = at(11);
  const auto judgement = judge({open_ticket(7, {permit(4, mtu)}, 12, 60)}, deviation);
  BOOST_TEST(name_of(judgement.verdict) == "not-covered");
  BOOST_TEST(judgement.nearest.at(0).missing.id == "coverage.window-not-open");
}

BOOST_AUTO_TEST_CASE(a_stamp_outside_the_interval_is_not_believed) {
  auto deviation = change(4, mtu, 61, 65);
  deviation.stamp = at(30);
  const auto judgement = judge({open_ticket(7, {permit(4, mtu)})}, deviation);
  BOOST_TEST(name_of(judgement.verdict) == "not-covered");
  BOOST_TEST(judgement.nearest.at(0).missing.id == "coverage.window-closed");
  BOOST_TEST(judgement.nearest.at(0).missing.args.at(0).second == "1m");
}

BOOST_AUTO_TEST_CASE(without_an_earlier_reading_nothing_but_a_stamp_can_cover) {
  auto deviation = change(4, mtu);
  deviation.earliest = Instant{};
  BOOST_TEST(name_of(judge({open_ticket(7, {permit(4, mtu)})}, deviation).verdict) == "undecidable");
  deviation.stamp = at(13);
  BOOST_TEST(name_of(judge({open_ticket(7, {permit(4, mtu)})}, deviation).verdict) == "covered");
}

BOOST_AUTO_TEST_CASE(two_windows_do_not_add_up_to_one) {
  const auto judgement = judge(
      {open_ticket(7, {permit(4, mtu)}, 0, 12), open_ticket(8, {permit(4, mtu)}, 12, 60)}, change(4, mtu));
  BOOST_TEST(name_of(judgement.verdict) == "undecidable");
}

BOOST_AUTO_TEST_CASE(permission_ends_with_revocation_and_never_later_than_the_window) {
  auto revoked = open_ticket(7, {permit(4, mtu)});
  revoked.state = "revoked";
  revoked.closed = at(9);
  BOOST_TEST(name_of(judge({revoked}, change(4, mtu)).verdict) == "not-covered");
  auto closed_late = open_ticket(7, {permit(4, mtu)}, 0, 9);
  closed_late.state = "closed";
  closed_late.closed = at(60);
  BOOST_TEST(name_of(judge({closed_late}, change(4, mtu)).verdict) == "not-covered");
  closed_late.closes = at(60);
  BOOST_TEST(name_of(judge({closed_late}, change(4, mtu)).verdict) == "covered");
}

BOOST_AUTO_TEST_CASE(a_window_without_an_end_permits_nothing) {
  auto ticket = open_ticket(7, {permit(4, mtu)});
  ticket.closes = Instant{};
  BOOST_TEST(name_of(judge({ticket}, change(4, mtu)).verdict) == "not-covered");
}

BOOST_AUTO_TEST_CASE(what_was_missing_is_said_for_each_near_ticket) {
  const auto missing = [](PermitTicket ticket, const Deviation& deviation) {
    const auto judgement = judge({std::move(ticket)}, deviation);
    BOOST_TEST(name_of(judgement.verdict) == "not-covered");
    BOOST_REQUIRE_EQUAL(judgement.nearest.size(), 1u);
    return judgement.nearest[0].missing.id;
  };
  const auto deviation = change(4, mtu);
  BOOST_TEST(missing(open_ticket(7, {permit(5, mtu)}), deviation) == "coverage.wrong-device");
  BOOST_TEST(missing(open_ticket(7, {permit(4, "/vlans/**")}), deviation) == "coverage.wrong-path");
  BOOST_TEST(missing(open_ticket(7, {permit(4, mtu, PathOperation::remove)}), deviation) ==
             "coverage.wrong-operation");
  BOOST_TEST(missing(open_ticket(7, {permit(4, mtu, PathOperation::any, "3")}), deviation) ==
             "coverage.other-value");
  BOOST_TEST(missing(open_ticket(7, {permit(4, mtu)}, 0, 5), deviation) == "coverage.window-closed");
  BOOST_TEST(missing(open_ticket(7, {permit(4, mtu)}, 20, 30), deviation) == "coverage.window-not-open");
  BOOST_TEST(missing({7, "submitted", {}, {}, at(60), {permit(4, mtu)}, "owner"}, deviation) ==
             "coverage.not-approved");
  BOOST_TEST(missing({7, "approved", {}, {}, at(60), {permit(4, mtu)}, ""}, deviation) ==
             "coverage.window-waiting");
  BOOST_TEST(missing({7, "rejected", {}, at(3), at(60), {permit(4, mtu)}, ""}, deviation) ==
             "coverage.never-open");
  auto label = permit(4, mtu);
  label.device = 0, label.label = "access";
  BOOST_TEST(missing(open_ticket(7, {label}), deviation) == "coverage.wrong-label");
}

BOOST_AUTO_TEST_CASE(the_only_permitted_value_covers_and_a_deletion_has_no_value) {
  auto deviation = change(4, mtu);
  BOOST_TEST(
      name_of(judge({open_ticket(7, {permit(4, mtu, PathOperation::modify, "2")})}, deviation).verdict) ==
      "covered");
  deviation.operation = PathOperation::remove;
  deviation.after.reset();
  BOOST_TEST(name_of(judge({open_ticket(7, {permit(4, mtu, PathOperation::any, "2")})}, deviation).verdict) ==
             "not-covered");
}

BOOST_AUTO_TEST_CASE(a_label_permits_on_devices_that_carry_it) {
  auto label = permit(0, mtu);
  label.label = "access";
  auto deviation = change(4, mtu);
  deviation.labels = {"core"};
  BOOST_TEST(name_of(judge({open_ticket(7, {label})}, deviation).verdict) == "not-covered");
  deviation.labels = {"core", "access"};
  BOOST_TEST(name_of(judge({open_ticket(7, {label})}, deviation).verdict) == "covered");
}

BOOST_AUTO_TEST_CASE(the_three_nearest_come_nearest_first_and_each_ticket_once) {
  const auto judgement =
      judge({open_ticket(1, {permit(5, mtu)}), open_ticket(2, {permit(4, "/vlans/**"), permit(4, mtu)}, 0, 5),
             open_ticket(3, {permit(4, mtu)}, 0, 8), open_ticket(4, {permit(4, mtu, PathOperation::create)})},
            change(4, mtu));
  BOOST_REQUIRE_EQUAL(judgement.nearest.size(), 3u);
  BOOST_TEST(judgement.nearest[0].ticket == 3u);
  BOOST_TEST(judgement.nearest[1].ticket == 2u);
  BOOST_TEST(judgement.nearest[2].ticket == 4u);
}

BOOST_AUTO_TEST_CASE(putting_a_ticket_again_replaces_it_and_dropping_forgets_it) {
  Permits permits;
  permits.put(open_ticket(7, {permit(4, mtu)}));
  permits.put(open_ticket(7, {permit(4, "/vlans/**")}));
  BOOST_TEST(permits.size() == 1u);
  BOOST_TEST(name_of(permits.judge(change(4, mtu)).verdict) == "not-covered");
  permits.drop(7);
  permits.drop(7);
  BOOST_TEST(permits.size() == 0u);
  BOOST_TEST(permits.judge(change(4, mtu)).nearest.empty());
}

BOOST_AUTO_TEST_CASE(a_star_stands_for_one_segment_or_one_whole_key_value) {
  BOOST_TEST(matches("/interfaces/interface[name='*']/mtu", mtu));
  BOOST_TEST(matches("/*/*/mtu", mtu));
  BOOST_TEST(matches("/interfaces/**", mtu));
  BOOST_TEST(matches("/**", mtu));
  BOOST_TEST(matches("/vlans/**", "/vlans"));
  BOOST_TEST(!matches("/interfaces/*", mtu));
  BOOST_TEST(!matches("/interfaces/interface/mtu", mtu));
  BOOST_TEST(!matches("/interfaces/interface[name='Gi0/1']", mtu));
  BOOST_TEST(!matches("/interfaces/interface[name='*']/mtu", "/interfaces/interface[index='1']/mtu"));
  BOOST_TEST(matches("/a/b[x='*'][y='2']/c", "/a/b[x='1'][y='2']/c"));
  BOOST_TEST(!matches("/a/b[x='*'][y='2']/c", "/a/b[x='1'][y='3']/c"));
  BOOST_TEST(!matches("/vlan/**", "/vlans/x"));
}

BOOST_AUTO_TEST_CASE(a_hostile_key_value_cannot_step_out_of_its_quotes) {
  // An interface named  x'][y='2  and one named  x']/mtu .
  BOOST_TEST(!matches("/a/b[x='*'][y='2']/c", R"(/a/b[x='1\'][y=\'2']/c)"));
  BOOST_TEST(
      !matches("/interfaces/interface[name='x']/mtu", R"(/interfaces/interface[name='x\']/mtu']/mtu)"));
  BOOST_TEST(matches("/interfaces/interface[name='*']/mtu", R"(/interfaces/interface[name='x\']/mtu']/mtu)"));
  BOOST_TEST(matches(R"(/i/j[name='a\'b\\']/mtu)", R"(/i/j[name='a\'b\\']/mtu)"));
  BOOST_TEST(matches(R"(/i/j[name='\*']/mtu)", "/i/j[name='*']/mtu"));
  BOOST_TEST(!matches(R"(/i/j[name='\*']/mtu)", "/i/j[name='a']/mtu"));
  for (const auto* path : {"", "/", "//", "a/b", "/a//b", "/a/b[x='1]/c", "/a/b[x='1\\", "/a/"})
    BOOST_TEST(!matches("/**", path));
}

BOOST_AUTO_TEST_CASE(malformed_patterns_are_refused) {
  for (const auto* text :
       {"", "/", "vlans", "/a//b", "/a/**/b", "/a/b[x]", "/a/b[x='1'", "/a/b[x=1]", "/a/b[x='\n']",
        "/a/b[x='\\q']", "/a*", "/a/b[x='1']y", "/***", "/a\xff", "/1a", "/a/b[x='\\x1']"})
    BOOST_TEST(!PathPattern::parse(text).ok(), text);
  BOOST_TEST(!PathPattern::parse("/" + std::string(9000, 'a')).ok());
  std::string deep;
  for (int i = 0; i < 40; ++i)
    deep += "/a";
  BOOST_TEST(!PathPattern::parse(deep).ok());
}

BOOST_AUTO_TEST_CASE(a_permit_reads_back_as_it_was_written) {
  auto given = permit(4, mtu, PathOperation::modify, "9000");
  const auto object = to_json(given);
  BOOST_TEST(
      canonical(object) ==
      R"({"device":4,"operation":"modify","path":"/interfaces/interface[name='Gi0/1']/mtu","value":"9000"})");
  BOOST_TEST(canonical(to_json(permit_from_json(object).value())) == canonical(object));
  given.device = 0, given.label = "access", given.value.reset();
  BOOST_TEST(canonical(to_json(permit_from_json(to_json(given)).value())) == canonical(to_json(given)));
}

BOOST_AUTO_TEST_CASE(a_permit_names_either_a_device_or_a_label) {
  for (const auto* text :
       {R"({"path":"/a"})", R"({"path":"/a","device":1,"label":"x"})", R"({"path":"a","device":1})",
        R"({"path":"/a","device":1,"operation":"write"})", R"({"path":"/a","device":1,"value":1})"})
    BOOST_TEST(!permit_from_json(parse_json(text).value().as_object()).ok(), text);
}

BOOST_AUTO_TEST_SUITE_END()
