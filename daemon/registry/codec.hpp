// Rows from and to JSON, by the list of members that each row type visits. Nothing is guessed: an unknown
// member, a wrong type or an out-of-range value is a mistake, and all mistakes of a body are told at once.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "common/json.hpp"
#include "common/result.hpp"
#include "daemon/registry/records.hpp"

namespace assent::registry {

/// A number of an object, out of JSON; 0 where it is not one.
Id id_of(const json::value& value);

/// Is the text of that form?
bool has_form(std::string_view text, record::Form form);

/// Fills a row from a body. References may be `"$N"`: what edit N of the same ticket made.
class Decoder {
 public:
  Decoder(const json::object& in, std::span<const Ref> made = {}) : in_(in), made_(made) {}

  template <class TextLike>
  void text(std::string_view name, TextLike& out, record::Form form, bool required) {
    if (const auto* value = member(name, required))
      if (const auto read = text_value(name, *value, form, required)) out = TextLike(*read);
  }
  void choice(std::string_view name, std::uint8_t& out, std::span<const std::string_view> words,
              bool required);
  void ref(std::string_view name, Id& out, Kind kind, bool required);
  void named(std::string_view name, std::string& out, Kind, bool required) {
    text(name, out, record::Form::name, required);
  }
  void texts(std::string_view name, std::vector<std::string>& out, record::Form form);
  void number(std::string_view name, std::uint64_t& out, std::uint64_t low, std::uint64_t high,
              bool required);
  void flag(std::string_view name, bool& out);
  void address(std::string_view name, Address& out);
  void prefix(std::string_view name, Prefix& out);
  void separation(std::string_view name, std::vector<record::Separation>& out);

  /// After the visit: what was wrong, or Done.
  Status finish(Kind kind);

 private:
  const json::value* member(std::string_view name, bool required);
  std::optional<std::string_view> text_value(std::string_view name, const json::value& value,
                                             record::Form form, bool required);
  Id reference(std::string_view name, const json::value& value, Kind kind);
  void wrong(std::string_view name, std::string id, std::string expected);

  const json::object& in_;
  std::span<const Ref> made_;
  std::array<std::string_view, 24> names_{};
  std::size_t known_ = 0, found_ = 0;
  std::vector<Mistake> mistakes_;
};

template <class Row>
Result<Row> decode(const json::object& body, std::span<const Ref> made = {}) {
  Row row;
  Decoder decoder(body, made);
  Row::visit(row, decoder);
  if (auto status = decoder.finish(Row::kind); !status) return std::move(status).error();
  return row;
}

/// Prints a row; members that are not set are left out.
class Encoder {
 public:
  explicit Encoder(json::object& out) : out_(out) {}
  void text(std::string_view name, const std::string& value, record::Form, bool) { put(name, value); }
  void text(std::string_view name, const Text& value, record::Form, bool) { put(name, value.view()); }
  void choice(std::string_view name, std::uint8_t value, std::span<const std::string_view> words, bool) {
    put(name, words[value]);
  }
  void ref(std::string_view name, Id id, Kind, bool) { number(name, id, 0, 0, false); }
  void named(std::string_view name, const std::string& value, Kind, bool) { put(name, value); }
  void texts(std::string_view name, const std::vector<std::string>& values, record::Form);
  void number(std::string_view name, std::uint64_t value, std::uint64_t, std::uint64_t, bool) {
    if (value != 0) out_.emplace(name, value);
  }
  void flag(std::string_view name, bool value) { out_.emplace(name, value); }
  void address(std::string_view name, const Address& value) { put(name, value.text()); }
  void prefix(std::string_view name, const Prefix& value) { put(name, value.text()); }
  void separation(std::string_view name, const std::vector<record::Separation>& values);

 private:
  void put(std::string_view name, std::string_view value) {
    if (!value.empty()) out_.emplace(name, value);
  }
  json::object& out_;
};

template <class Row>
json::object encode(const Row& row) {
  json::object out;
  out.reserve(8);
  Row::visit(row, Encoder(out));
  return out;
}

/// Calls `call(member, kind, id)` for each reference by number that is set, and `named(member, kind, name)`
/// for each by name; with `all`, for those that are not set too.
template <class ById, class ByName>
struct References {
  ById by_id;
  ByName by_name;
  bool all = false;
  void ref(std::string_view name, Id id, Kind kind, bool) {
    if (all || id != 0) by_id(name, kind, id);
  }
  void named(std::string_view name, const std::string& value, Kind kind, bool) {
    if (all || !value.empty()) by_name(name, kind, std::string_view(value));
  }
  void separation(std::string_view name, const std::vector<record::Separation>& values) {
    for (const auto& each : values)
      by_id(name, Kind::network, each.network);
  }
  template <class T>
  void text(std::string_view, const T&, record::Form, bool) {}
  void choice(std::string_view, std::uint8_t, std::span<const std::string_view>, bool) {}
  void texts(std::string_view, const std::vector<std::string>&, record::Form) {}
  void number(std::string_view, std::uint64_t, std::uint64_t, std::uint64_t, bool) {}
  void flag(std::string_view, bool) {}
  void address(std::string_view, const Address&) {}
  void prefix(std::string_view, const Prefix&) {}
};

template <class Row, class ById, class ByName>
void each_reference(const Row& row, ById&& by_id, ByName&& by_name, bool all = false) {
  References<ById, ByName> references{std::forward<ById>(by_id), std::forward<ByName>(by_name), all};
  Row::visit(row, references);
}

} // namespace assent::registry
