#include "agents/snmp/profile.hpp"

#include <algorithm>
#include <array>

namespace assent::snmp {
namespace {

template <class Enum, std::size_t N>
Enum one_of(const std::array<std::pair<std::string_view, Enum>, N>& words, std::string_view word) {
  for (const auto& [text, value] : words)
    if (text == word) return value;
  return words[0].second;
}

constexpr std::array<std::pair<std::string_view, As>, 12> as_words{{{"text", As::text},
                                                                    {"number", As::number},
                                                                    {"boolean", As::boolean},
                                                                    {"enumeration", As::enumeration},
                                                                    {"mac-address", As::mac_address},
                                                                    {"object-id", As::object_id},
                                                                    {"interface", As::interface},
                                                                    {"ports", As::ports},
                                                                    {"netmask", As::netmask},
                                                                    {"prefix-pointer", As::prefix_pointer},
                                                                    {"address", As::address},
                                                                    {"hex", As::hex}}};
constexpr std::array<std::pair<std::string_view, Index>, 6> index_words{
    {{"number", Index::number},
     {"interface", Index::interface},
     {"join", Index::join},
     {"time-filter", Index::time_filter},
     {"ipv4", Index::ipv4},
     {"inet-address", Index::inet_address}}};

std::int64_t integer_of(const json::value& value) {
  return value.is_int64()    ? value.get_int64()
         : value.is_uint64() ? static_cast<std::int64_t>(value.get_uint64())
                             : 0;
}

/// Reads the members; the first mistake is kept, because the schema has found all others before.
class Reader {
 public:
  std::shared_ptr<Profile> read(const json::object& from) {
    auto profile = std::make_shared<Profile>();
    profile->name = text_of(from, "name");
    profile->revision = number_of(from, "revision");
    profile->encoding = text_of(from, "encoding") == "gb18030" ? Encoding::gb18030 : Encoding::utf8;
    profile->repetitions = static_cast<int>(number_of(object_of(from, "bulk"), "repetitions", 20));
    profile->staleness = std::chrono::seconds(number_of(from, "staleness", 0));
    read_interfaces(object_of(from, "interfaces"), *profile);
    for (const json::value& each : array_of(from, "hints"))
      profile->hints.push_back({text_of(each.as_object(), "name"), oid(each.as_object(), "oid"),
                                flag_of(each.as_object(), "trusted-stamp"),
                                text_of(each.as_object(), "moves-on", "anything") != "anything"});
    for (const json::value& each : array_of(from, "scalars"))
      profile->scalars.push_back({text_of(each.as_object(), "path"), value_rule(each.as_object())});
    for (const json::value& each : array_of(from, "tables"))
      profile->tables.push_back(table(each.as_object(), *profile));
    for (const json::value& each : array_of(from, "counters"))
      profile->counters.push_back({text_of(each.as_object(), "name"), oid(each.as_object(), "oid"),
                                   maybe_oid(each.as_object(), "otherwise"),
                                   number_of(each.as_object(), "times", 1)});
    for (const json::value& each : array_of(from, "notifications"))
      profile->notifications.push_back(notification(each.as_object()));
    return profile;
  }

  std::optional<Error> trouble;

 private:
  void mistake(std::string id, std::string name) {
    if (!trouble) trouble = fail(Fault::invalid, std::move(id), {{"name", std::move(name)}});
  }

  Oid oid(const json::object& from, std::string_view member) {
    const std::string text = text_of(from, member);
    std::optional<Oid> parsed = parse_oid(text);
    if (!parsed) {
      mistake("snmp.bad-oid", text);
      return Oid{0, 0};
    }
    return *std::move(parsed);
  }

  std::optional<Oid> maybe_oid(const json::object& from, std::string_view member) {
    if (!from.contains(member)) return std::nullopt;
    return oid(from, member);
  }

  void read_interfaces(const json::object& from, Profile& to) {
    for (const json::value& each : array_of(from, "names")) {
      std::optional<Oid> parsed = parse_oid(std::string_view(each.as_string()));
      if (parsed)
        to.names.push_back(*std::move(parsed));
      else
        mistake("snmp.bad-oid", std::string(each.as_string()));
    }
    to.mac = maybe_oid(from, "mac");
    to.changed = maybe_oid(from, "changed");
    for (const json::value& each : array_of(from, "volatile"))
      to.passing.emplace_back(each.as_string());
    if (from.contains("fixed-from"))
      to.fixed_from = static_cast<std::uint32_t>(number_of(from, "fixed-from"));
    for (const json::value& each : array_of(from, "joins"))
      to.joins.emplace(text_of(each.as_object(), "name"), oid(each.as_object(), "oid"));
  }

  ValueRule value_rule(const json::object& from) {
    ValueRule rule{oid(from, "oid"), one_of(as_words, text_of(from, "as", "text")), {}};
    for (const json::value& each : array_of(from, "values"))
      rule.names.emplace(integer_of(each.as_object().at("number")), text_of(each.as_object(), "name"));
    return rule;
  }

  ColumnRule column(const json::object& from, const Profile& profile) {
    ColumnRule rule{text_of(from, "leaf"),
                    value_rule(from),
                    maybe_oid(from, "untagged"),
                    text_of(from, "ports-join"),
                    1,
                    text_of(from, "mode", "member")};
    rule.first_bit = static_cast<unsigned>(number_of(from, "first-bit", 1));
    if (!rule.ports_join.empty() && !profile.joins.contains(rule.ports_join))
      mistake("snmp.unknown-join", rule.ports_join);
    if (rule.value.as == As::ports && rule.ports_join.empty()) mistake("snmp.ports-without-join", rule.leaf);
    return rule;
  }

  NotificationRule notification(const json::object& from) {
    NotificationRule rule;
    rule.name = text_of(from, "name");
    rule.oid = oid(from, "oid");
    rule.hint = flag_of(from, "hint", true);
    for (const json::value& each : array_of(from, "says"))
      rule.fields.push_back({text_of(each.as_object(), "what"), value_rule(each.as_object())});
    return rule;
  }

  TableRule table(const json::object& from, const Profile& profile) {
    TableRule rule;
    rule.name = text_of(from, "name");
    rule.path = text_of(from, "path");
    rule.key = text_of(from, "key");
    rule.index = one_of(index_words, text_of(from, "index"));
    rule.join = text_of(from, "join");
    rule.when_empty = text_of(from, "when-empty");
    rule.counted_by = maybe_oid(from, "counted-by");
    if (rule.index == Index::join && !profile.joins.contains(rule.join))
      mistake("snmp.unknown-join", rule.join);
    const auto earlier = [&](const TableRule& each) { return each.name == rule.when_empty; };
    if (!rule.when_empty.empty() && std::ranges::none_of(profile.tables, earlier))
      mistake("snmp.unknown-table", rule.when_empty);
    for (const json::value& each : array_of(from, "only")) {
      OnlyRule only{oid(each.as_object(), "oid"), {}};
      for (const json::value& value : array_of(each.as_object(), "values"))
        only.values.push_back(integer_of(value));
      rule.only.push_back(std::move(only));
    }
    for (const json::value& each : array_of(from, "columns"))
      rule.columns.push_back(column(each.as_object(), profile));
    return rule;
  }
};

} // namespace

std::string TableRule::leaf_path(const ColumnRule& column) const {
  return path + "/" + column.leaf + (column.value.as == As::ports ? "/mode" : "");
}

std::vector<Oid> TableRule::oids() const {
  std::vector<Oid> out;
  for (const ColumnRule& column : columns) {
    out.push_back(column.value.oid);
    if (column.untagged) out.push_back(*column.untagged);
  }
  for (const OnlyRule& rule : only)
    out.push_back(rule.oid);
  return out;
}

Result<std::shared_ptr<const Profile>> profile_from_json(const json::object& content) {
  Reader reader;
  std::shared_ptr<Profile> profile = reader.read(content);
  if (profile->names.empty() && !reader.trouble)
    return fail(Fault::invalid, "snmp.no-names", {{"name", profile->name}});
  if (reader.trouble) return *std::move(reader.trouble);
  return std::shared_ptr<const Profile>(std::move(profile));
}

} // namespace assent::snmp
