#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <set>
#include <zlib.h>

#include "daemon/api/page.hpp"
#include "daemon/api/recent.hpp"
#include "fakes.hpp"

using namespace assent;
using namespace assent::api;
using Door = core::Peer::Door;

namespace {

struct World {
  FakeClock clock;
  fake::Core core;
  Service service{{fake::catalogue(), Language::en, {}, [] { return std::uint64_t{1}; }},
                  core,
                  clock,
                  std::make_unique<fake::Model>()};

  HttpResponse get(std::string target, Door door = Door::status, std::string etag = {}) {
    Call call;
    call.peer = {door, door == Door::person ? "li" : "", door == Door::agent ? "snmp" : ""};
    call.trusted = door == Door::person;
    call.request.method = "GET";
    call.request.target = std::move(target);
    call.request.host = "localhost";
    call.request.if_none_match = std::move(etag);
    std::mutex mutex;
    std::condition_variable rung;
    std::optional<Later> kept;
    auto now = service.handle(call, [&](Later later) {
      const std::lock_guard lock(mutex);
      kept = std::move(later);
      rung.notify_one();
    });
    if (now) return std::move(*now);
    std::unique_lock lock(mutex);
    rung.wait(lock, [&] { return kept.has_value(); });
    return service.finish(call, std::move(*kept));
  }
  json::object space(const std::string& query) {
    const auto answer = get("/restconf/data/assent-status:space?" + query);
    BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.body);
    return json::parse(answer.body).as_object().at("assent-status:space").as_object();
  }
  void put(Kind kind, Id id, const json::object& body) {
    core.kept.contents.put(kind, id, 1, canonical(body));
  }
};

std::string unpacked(const std::string& packed) {
  std::string out(1u << 20, '\0');
  z_stream stream{};
  BOOST_REQUIRE(inflateInit2(&stream, 31) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  BOOST_REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(page)

BOOST_FIXTURE_TEST_CASE(the_page_is_at_the_status_port_and_at_no_other_door, World) {
  const auto page = get("/");
  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.content_type == "text/html; charset=utf-8");
  BOOST_TEST(unpacked(page.body).find("<!doctype html>") == 0u);
  BOOST_TEST(get("/", Door::person).status == 404);
  BOOST_TEST(get("/", Door::agent).status == 404);
  BOOST_TEST(get("/page/no-such.js").status == 404);
  BOOST_TEST(get("/page/../index.html").status == 404);
}

BOOST_FIXTURE_TEST_CASE(nothing_inline_and_nothing_from_elsewhere_is_allowed_and_copies_are_asked_about,
                        World) {
  const auto page = get("/");
  const std::string head = response_head(page, true);
  for (const char* wanted :
       {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'",
        "Content-Encoding: gzip\r\n", "X-Content-Type-Options: nosniff\r\n",
        "Referrer-Policy: no-referrer\r\n", "Cache-Control: no-cache\r\n", "ETag: \""})
    BOOST_TEST(head.find(wanted) != std::string::npos, wanted);
  BOOST_TEST(head.find("unsafe") == std::string::npos);
  const auto again = get("/", Door::status, page.etag);
  BOOST_TEST(again.status == 304);
  BOOST_TEST(again.body.empty());
}

BOOST_FIXTURE_TEST_CASE(every_file_that_the_page_names_is_there_and_all_are_under_60_kB, World) {
  std::set<std::string> known, wanted{""};
  std::size_t size = 0;
  while (!wanted.empty()) {
    const std::string name = *wanted.begin();
    wanted.erase(wanted.begin());
    const auto file = get(name.empty() ? "/" : "/page/" + name);
    BOOST_REQUIRE_MESSAGE(file.status == 200, name);
    known.insert(name);
    size += file.body.size();
    const std::string text = unpacked(file.body);
    for (const std::string_view lead : {"\"/page/", "from './"})
      for (auto at = text.find(lead); at != std::string::npos; at = text.find(lead, at + 1)) {
        const auto begin = at + lead.size();
        const auto found = text.substr(begin, text.find_first_of("'\"", begin) - begin);
        if (!known.contains(found)) wanted.insert(found);
      }
  }
  for (const char* language : {"en.json", "zh_CN.json"}) {
    const auto texts = get(std::string("/page/") + language);
    size += texts.body.size();
    BOOST_TEST(json::parse(unpacked(texts.body)).as_object().contains("page.overview"));
  }
  BOOST_TEST(known.size() > 5);
  BOOST_TEST_MESSAGE("the page is " << size << " bytes");
  BOOST_TEST(size < 60'000);
}

BOOST_FIXTURE_TEST_CASE(the_summary_counts_what_the_figures_count, World) {
  core.present.gauges = {{"register_objects{kind=\"device\"}", 6},
                         {"tickets{state=\"open\"}", 2},
                         {"findings_open", 3},
                         {"read_only", 1}};
  core.present.ready = true;
  const auto answer = get("/restconf/data/assent-status:summary");
  BOOST_TEST(answer.status == 200);
  const auto body = json::parse(answer.body).as_object().at("assent-status:summary").as_object();
  BOOST_TEST(number_of(object_of(body, "objects"), "device") == 6);
  BOOST_TEST(number_of(object_of(body, "tickets"), "open") == 2);
  BOOST_TEST(number_of(body, "findings") == 3);
  BOOST_TEST(flag_of(body, "read-only"));
  BOOST_TEST(get("/restconf/data/assent-status:summary", Door::agent).status == 403);
}

BOOST_FIXTURE_TEST_CASE(space_tells_what_lies_in_a_prefix_and_how_full_it_is, World) {
  put(Kind::block, 1, {{"network", 2}, {"prefix", "10.0.0.0/8"}, {"organisation", 1}});
  put(Kind::prefix, 1, {{"network", 2}, {"prefix", "10.0.0.0/9"}, {"organisation", 1}});
  put(Kind::prefix, 2,
      {{"network", 2}, {"prefix", "10.1.2.0/24"}, {"organisation", 1}, {"status", "active"}});
  put(Kind::prefix, 3, {{"network", 3}, {"prefix", "10.1.0.0/16"}, {"organisation", 1}});
  put(Kind::address, 1, {{"network", 2}, {"address", "10.1.2.9"}, {"organisation", 1}, {"name", "b"}});
  put(Kind::address, 2, {{"network", 2}, {"address", "10.1.2.8"}, {"organisation", 1}, {"name", "a"}});
  put(Kind::address, 3, {{"network", 2}, {"address", "10.200.0.1"}, {"organisation", 1}});
  const auto blocks = space("network=2");
  BOOST_REQUIRE(array_of(blocks, "children").size() == 1);
  const auto& block = array_of(blocks, "children").at(0).as_object();
  BOOST_TEST(text_of(block, "kind") == "block");
  BOOST_TEST(block.at("share").as_double() == 0.5);
  BOOST_TEST(number_of(block, "prefixes") == 2);
  BOOST_TEST(number_of(block, "addresses") == 3);

  const auto half = space("network=2&prefix=10.0.0.0/9");
  BOOST_TEST(array_of(half, "path").size() == 2);
  BOOST_REQUIRE(array_of(half, "cells").size() == 256);
  BOOST_TEST(half.at("cells").at(2).as_double() == 1.0 / 128,
             boost::test_tools::tolerance(0.01)); // 10.1.0.0/17
  BOOST_TEST(half.at("cells").at(3).to_number<double>() == 0);

  const auto leaf = space("network=2&prefix=10.1.2.0/24");
  BOOST_REQUIRE(array_of(leaf, "addresses").size() == 2);
  BOOST_TEST(text_of(array_of(leaf, "addresses").at(0).as_object(), "name") == "a");
  BOOST_TEST(leaf.at("cells").at(8).to_number<double>() == 1);
  BOOST_TEST(leaf.at("cells").at(10).to_number<double>() == 0);

  // A part between a prefix and what lies in it.
  const auto part = space("network=2&prefix=10.1.0.0/17");
  BOOST_TEST(array_of(part, "children").size() == 1);
  BOOST_TEST(text_of(array_of(part, "path").at(1).as_object(), "prefix") == "10.0.0.0/9");
}

BOOST_FIXTURE_TEST_CASE(space_follows_the_register_and_refuses_what_is_none, World) {
  put(Kind::block, 1, {{"network", 2}, {"prefix", "2001:db8::/32"}, {"organisation", 1}});
  BOOST_TEST(array_of(space("network=2&prefix=2001:db8::/32"), "children").empty());
  put(Kind::prefix, 1, {{"network", 2}, {"prefix", "2001:db8:1::/48"}, {"organisation", 1}});
  core.kept.contents.decisions.push_back({journal::Stream::decisions, 1, {}, {}});
  auto now = space("network=2&prefix=2001:db8::/32");
  // On a machine that stood still while it was read it may be a little older.
  for (int i = 0; array_of(now, "children").empty() && i < 10'000; ++i)
    now = space("network=2&prefix=2001:db8::/32");
  BOOST_TEST(array_of(now, "children").size() == 1);
  BOOST_TEST(now.at("cells").at(0).as_double() == 1.0 / 256, boost::test_tools::tolerance(0.02));
  const std::string at = "/restconf/data/assent-status:space";
  BOOST_TEST(get(at + "?network=2&prefix=192.0.2.0/24").status == 404);
  for (const char* wrong : {"", "?network=x", "?network=2&prefix=10.0.0.1/8", "?network=2&other=1"})
    BOOST_TEST(get(at + wrong).status == 400, wrong);
  BOOST_TEST(get(at + "?network=2", Door::agent).status == 403);
}

BOOST_AUTO_TEST_SUITE_END()
