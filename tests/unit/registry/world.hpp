// A small city in two networks, and short words for edits: what the tests of the register start from.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "daemon/registry/registry.hpp"

namespace assent::registry::testing {

inline json::object body(std::string_view text) {
  auto value = parse_json(text);
  BOOST_REQUIRE_MESSAGE(value.ok(), text);
  return value->as_object();
}

inline Edit create(Kind kind, std::string_view value) {
  return {Operation::create, kind, 0, {}, 0, body(value)};
}
inline Edit modify(Kind kind, Id id, std::string_view value) {
  return {Operation::modify, kind, id, {}, 0, body(value)};
}
inline Edit remove(Kind kind, Id id) {
  return {Operation::remove, kind, id, {}, 0, {}};
}

/// Everything in the register, printed: equal text means equal state.
inline std::string print(const Registry& registry) {
  std::string out;
  for (std::size_t i = 0; i < kind_names.size(); ++i)
    registry.each(static_cast<Kind>(i), [&](const Object& object) {
      out += std::string(kind_names[i]) + " " + std::to_string(object.id) + " " +
             std::to_string(object.version) + " " + canonical(object.body) + "\n";
    });
  return out;
}

struct World {
  Registry registry;

  /// Resolves and applies all, and keeps it; the error of the first that is refused.
  Result<std::vector<journal::Row>> change(const std::vector<Edit>& edits, Id ticket = 0) {
    Transaction trial(registry);
    std::vector<journal::Row> rows;
    for (const auto& edit : edits) {
      auto pieces = trial.expand(edit, ticket);
      if (!pieces) return std::move(pieces).error();
      for (const auto& piece : *pieces) {
        auto resolved = trial.resolve(piece, ticket);
        if (!resolved) return std::move(resolved).error();
        auto row = trial.apply(*resolved, ticket);
        if (!row) return std::move(row).error();
        rows.push_back(std::move(*row));
      }
    }
    if (auto settled = trial.settle(); !settled) return std::move(settled).error();
    trial.keep();
    return rows;
  }
  journal::Row must(const Edit& edit, Id ticket = 0) {
    auto rows = change({edit}, ticket);
    BOOST_REQUIRE_MESSAGE(rows.ok(), (rows.ok() ? "" : rows.error().what.id + why(rows.error())) + " " +
                                         canonical(to_json(edit)));
    return rows->front();
  }
  Id make(Kind kind, std::string_view value) { return must(create(kind, value)).id; }

  /// Refused, and nothing is left of it; gives what was said.
  Error refused(const std::vector<Edit>& edits, std::string_view id, Id ticket = 0) {
    const std::string before = print(registry);
    auto rows = change(edits, ticket);
    BOOST_REQUIRE_MESSAGE(!rows.ok(),
                          canonical(to_json(edits.back())) + " should be refused: " + std::string(id));
    BOOST_TEST(rows.error().what.id == id, canonical(to_json(edits.back()))
                                               << ": " << rows.error().what.id << why(rows.error()));
    BOOST_TEST(print(registry) == before);
    return rows.error();
  }
  Error refused(const Edit& edit, std::string_view id) { return refused(std::vector{edit}, id); }

  std::string value(Kind kind, Id id, std::string_view member) const {
    const auto object = registry.get(kind, id);
    return object ? text_of(object->body, member) : std::string("(gone)");
  }

  static std::string why(const Error& error) {
    std::string out;
    for (const auto& mistake : error.mistakes)
      out += " " + mistake.path + ":" + mistake.what.id + ":" + mistake.expected.id;
    return out;
  }
};

/// 九江市 with two counties and a bureau; networks 1 extranet and 2 intranet; a block and some prefixes in
/// each.
struct City : World {
  Id city, xunyang, lushan, bureau;
  Id extranet, intranet;
  Id block;

  City() {
    city = make(Kind::organisation, R"({"name":"九江市","tier":"city"})");
    xunyang = make(Kind::organisation, R"({"name":"浔阳区","tier":"county","parent":"九江市"})");
    lushan = make(Kind::organisation, R"({"name":"庐山市","tier":"county","parent":"九江市"})");
    bureau = make(Kind::organisation, R"({"name":"教育局","tier":"bureau","parent":"九江市/浔阳区"})");
    extranet = make(Kind::network, R"({"name":"extranet"})");
    intranet =
        make(Kind::network, R"({"name":"intranet","separation":[{"network":"extranet","kind":"logical"}]})");
    block = make(Kind::block, R"({"network":"extranet","prefix":"10.0.0.0/8","organisation":"九江市"})");
    make(Kind::block, R"({"network":"intranet","prefix":"10.0.0.0/8","organisation":"九江市"})");
    make(Kind::block, R"({"network":"extranet","prefix":"2001:db8::/32","organisation":"九江市"})");
  }

  Id prefix(std::string_view text, std::string_view organisation = "九江市",
            std::string_view status = "container", std::string_view network = "extranet") {
    return make(Kind::prefix, std::string(R"({"network":")") + std::string(network) + R"(","prefix":")" +
                                  std::string(text) + R"(","organisation":")" + std::string(organisation) +
                                  R"(","status":")" + std::string(status) + R"("})");
  }
  Edit wants_prefix(std::string_view text, std::string_view organisation = "九江市",
                    std::string_view status = "container") {
    return create(Kind::prefix, std::string(R"({"network":"extranet","prefix":")") + std::string(text) +
                                    R"(","organisation":")" + std::string(organisation) + R"(","status":")" +
                                    std::string(status) + R"("})");
  }
  Edit wants_address(std::string_view text, std::string_view organisation = "") {
    std::string value = R"({"network":"extranet","address":")" + std::string(text) + '"';
    if (!organisation.empty()) value += R"(,"organisation":")" + std::string(organisation) + '"';
    return create(Kind::address, value + "}");
  }
  Edit next_address(std::string_view from) {
    return create(Kind::address, R"({"network":"extranet","from":")" + std::string(from) + "\"}");
  }
  Edit next_prefix(std::string_view from, int length) {
    return create(Kind::prefix, R"({"network":"extranet","from":")" + std::string(from) + R"(","length":)" +
                                    std::to_string(length) + "}");
  }
  std::string address(std::string_view from) { return text_of(must(next_address(from)).body, "address"); }
  std::string room(std::string_view from, int length) {
    return text_of(must(next_prefix(from, length)).body, "prefix");
  }
};

} // namespace assent::registry::testing
