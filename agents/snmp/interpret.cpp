#include "agents/snmp/interpret.hpp"

#include <algorithm>
#include <map>

#include "agents/snmp/values.hpp"

namespace assent::snmp {
namespace {

constexpr std::size_t max_unknown = 1024;

class Interpreter {
 public:
  Interpreter(const Profile& profile, const Gathered& gathered, const std::set<Oid>& seen_before,
              const std::set<std::string>& empty_before)
      : profile_(profile), gathered_(gathered), seen_before_(seen_before), empty_before_(empty_before) {}

  Interpreted run() {
    out_.names = interface_names(profile_, gathered_);
    believe_empty();
    for (const Oid& oid : profile_.names)
      note_seen(oid);
    for (const std::string& name : out_.names.sets)
      out_.notes.insert("interfaces-that-nothing-tells-apart: " + name);
    // Names that were there and are gone are not an empty device.
    names_known_ = out_.names.known && std::ranges::none_of(profile_.names, [&](const Oid& oid) {
                     return vanished(oid) && out_.names.by_index.empty();
                   });
    if (out_.names.shared && profile_.mac && vanished(*profile_.mac)) names_known_ = false;
    for (const ScalarRule& scalar : profile_.scalars)
      take_scalar(scalar);
    for (const TableRule& table : profile_.tables)
      take_table(table);
    show_sets();
    for (const std::string& path : out_.unknown)
      out_.invisible.erase(path);
    for (const auto& [path, said] : nothing_)
      if (said && !out_.unknown.contains(path)) out_.empty.insert(path);
    return std::move(out_);
  }

 private:
  const Column* column(const Oid& oid) const {
    const auto found = gathered_.columns.find(oid);
    return found == gathered_.columns.end() ? nullptr : &found->second;
  }

  void note_seen(const Oid& oid) {
    if (const Column* found = column(oid); found != nullptr && !found->rows.empty()) out_.seen.insert(oid);
  }

  bool vanished(const Oid& oid) const {
    const Column* found = column(oid);
    return seen_before_.contains(oid) && !emptied_.contains(oid) && (found == nullptr || found->rows.empty());
  }

  /// An agent that shows no interface either has lost more than one table.
  void believe_empty() {
    if (out_.names.by_index.empty()) return;
    out_.empty_tables = gathered_.empty_tables;
    for (const TableRule& table : profile_.tables)
      if (out_.empty_tables.contains(table.name) && empty_before_.contains(table.name))
        for (Oid& oid : table.oids())
          emptied_.insert(std::move(oid));
  }

  /// The device said that a leaf has nothing, as far as this table goes; all that give the leaf must say so.
  void note_nothing(const std::string& path, bool said) {
    const auto [at, first] = nothing_.try_emplace(path, said);
    if (!first) at->second = at->second && said;
  }

  /// Read to its end, and not suddenly empty.
  bool known(const Oid& oid) const {
    const Column* found = column(oid);
    return found != nullptr && found->complete && !vanished(oid);
  }

  void take_scalar(const ScalarRule& rule) {
    const auto found = gathered_.scalars.find(rule.value.oid);
    if (found == gathered_.scalars.end()) {
      out_.unknown.insert(rule.path);
      return;
    }
    if (!found->second) {
      (seen_before_.contains(rule.value.oid) ? out_.unknown : out_.invisible).insert(rule.path);
      return;
    }
    out_.seen.insert(rule.value.oid);
    if (const auto text = plain_value(*found->second, rule.value, profile_.encoding))
      out_.tree.set(rule.path, *text);
  }

  /// The table that this one stands in for was read and has no row.
  enum class Turn { ours, not_ours, unknown };
  Turn turn_of(const TableRule& table) const {
    if (table.when_empty.empty()) return Turn::ours;
    for (const TableRule& other : profile_.tables) {
      if (other.name != table.when_empty) continue;
      const bool read =
          std::ranges::all_of(other.columns, [&](const ColumnRule& c) { return known(c.value.oid); });
      const bool rows = std::ranges::any_of(other.columns, [&](const ColumnRule& c) {
        const Column* found = column(c.value.oid);
        return found != nullptr && !found->rows.empty();
      });
      return rows ? Turn::not_ours : read ? Turn::ours : Turn::unknown;
    }
    return Turn::ours;
  }

  void take_table(const TableRule& table) {
    const Turn turn = turn_of(table);
    if (turn == Turn::not_ours) return;
    const bool needs_names =
        table.index == Index::interface || table.index == Index::join || table.index == Index::inet_address;
    bool readable = turn == Turn::ours && (!needs_names || names_known_);
    if (table.index == Index::join) {
      note_seen(profile_.joins.at(table.join));
      readable = readable && known(profile_.joins.at(table.join));
    }
    for (const OnlyRule& only : table.only) {
      note_seen(only.oid);
      readable = readable && known(only.oid);
    }
    for (const ColumnRule& rule : table.columns) {
      note_seen(rule.value.oid);
      take_column(table, rule, readable && readable_column(rule));
    }
  }

  bool readable_column(const ColumnRule& rule) {
    bool readable = known(rule.value.oid);
    if (rule.value.as == As::interface) readable = readable && names_known_;
    if (rule.value.as == As::ports) {
      note_seen(profile_.joins.at(rule.ports_join));
      readable = readable && names_known_ && known(profile_.joins.at(rule.ports_join));
    }
    if (rule.untagged) {
      note_seen(*rule.untagged);
      readable = readable && known(*rule.untagged);
    }
    return readable;
  }

  void take_column(const TableRule& table, const ColumnRule& rule, bool readable) {
    const std::string path = table.leaf_path(rule);
    if (!readable) {
      if (out_.unknown.size() < max_unknown) out_.unknown.insert(path);
      return;
    }
    const Column& values = *column(rule.value.oid);
    bool shown = false, nothing = !values.rows.empty() || emptied_.contains(rule.value.oid);
    for (const auto& [index, value] : values.rows) {
      if (!counts(table, index) || on_passing(table, index)) continue;
      const std::optional<std::string> key = key_of(table, index);
      nothing = nothing && key && rule.value.as == As::ports && value.type == Type::octets;
      if (!key) continue;
      const std::string entry = table.path + watch::key_predicate(table.key, *key);
      shown = true;
      if (rule.value.as == As::ports)
        nothing = !take_ports(table, entry, rule, index, value) && nothing;
      else if (const auto text = value_text(rule, value))
        set(table, names_set(*key), entry + "/" + rule.leaf, *text);
    }
    note_nothing(path, nothing);
    if (shown) shown_.insert(path);
    if (shown_.contains(path))
      out_.invisible.erase(path);
    else
      out_.invisible.insert(path);
  }

  bool counts(const TableRule& table, const Oid& index) const {
    return std::ranges::all_of(table.only, [&](const OnlyRule& only) {
      const Column* found = column(only.oid);
      const auto row = found->rows.find(index);
      return row == found->rows.end() ||
             std::ranges::find(only.values, static_cast<std::int64_t>(row->second.number)) !=
                 only.values.end();
    });
  }

  std::optional<std::string> name_of_index(std::uint64_t index) const {
    const InterfaceName* found = out_.names.shown(index);
    return found == nullptr ? std::nullopt : std::optional(found->name);
  }

  /// The ifIndex that a join gives for a number.
  std::optional<std::uint64_t> index_of(const std::string& join, std::uint32_t number) const {
    const Column* map = column(profile_.joins.at(join));
    const auto row = map->rows.find({number});
    return row == map->rows.end() ? std::nullopt : std::optional(row->second.number);
  }

  std::optional<std::string> joined(const std::string& join, std::uint32_t number) const {
    const auto index = index_of(join, number);
    return index ? name_of_index(*index) : std::nullopt;
  }

  /// The row belongs to an interface that comes and goes by itself: an address of a dialled-in session.
  bool on_passing(const TableRule& table, const Oid& index) const {
    return std::ranges::any_of(table.columns, [&](const ColumnRule& rule) {
      const Column* points = rule.value.as == As::interface ? column(rule.value.oid) : nullptr;
      if (points == nullptr) return false;
      const auto row = points->rows.find(index);
      return row != points->rows.end() && out_.names.passing(row->second.number);
    });
  }

  /// The key is a set's name, or holds it as the zone of a link-local address.
  bool names_set(const std::string& key) const {
    const std::size_t zone = key.find('%');
    return out_.names.sets.contains(key) ||
           (zone != std::string::npos && out_.names.sets.contains(key.substr(zone + 1)));
  }

  std::optional<std::string> key_of(const TableRule& table, const Oid& index) {
    switch (table.index) {
    case Index::interface:
      return index.size() == 1 ? name_of_index(index[0]) : std::nullopt;
    case Index::join:
      return index.size() == 1 ? joined(table.join, index[0]) : std::nullopt;
    case Index::number:
    case Index::time_filter:
      return std::to_string(index.back());
    case Index::ipv4:
      return index.size() == 4 ? octets_key(OidView(index)) : std::nullopt;
    case Index::inet_address:
      return inet_key(table, index);
    }
    return std::nullopt;
  }

  static std::optional<std::string> octets_key(OidView parts) {
    std::string octets;
    for (const std::uint32_t part : parts)
      if (part > 255)
        return std::nullopt;
      else
        octets += static_cast<char>(part);
    std::string text = address_value(octets);
    return text.empty() ? std::nullopt : std::optional(std::move(text));
  }

  /// InetAddressType 1 ipv4, 2 ipv6, 3 ipv4z, 4 ipv6z: then a length, the octets, and 4 octets of zone with a
  /// z.
  std::optional<std::string> inet_key(const TableRule& table, const Oid& index) const {
    if (index.size() < 6 || index[0] < 1 || index[0] > 4 || index[1] != index.size() - 2) return std::nullopt;
    const std::size_t length = index[0] % 2 == 1 ? 4 : 16;
    if (index.size() < 2 + length) return std::nullopt;
    std::optional<std::string> text = octets_key(OidView(index).subspan(2, length));
    // A link-local address exists once for each link; the zone's number would move with the ifIndex.
    const bool local = text && length == 16 && index[2] == 0xfe && (index[3] & 0xc0U) == 0x80U;
    if (!local) return text;
    for (const ColumnRule& rule : table.columns) {
      if (rule.value.as != As::interface || !known(rule.value.oid)) continue;
      const auto row = column(rule.value.oid)->rows.find(index);
      if (row == column(rule.value.oid)->rows.end()) continue;
      const auto name = name_of_index(row->second.number);
      return name ? std::optional(*text + "%" + *name) : std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<std::string> value_text(const ColumnRule& rule, const Value& value) const {
    if (rule.value.as == As::interface) return value.is_number() ? name_of_index(value.number) : std::nullopt;
    return plain_value(value, rule.value, profile_.encoding);
  }

  /// False where the list names no port.
  bool take_ports(const TableRule& table, const std::string& entry, const ColumnRule& rule, const Oid& index,
                  const Value& value) {
    bool any = false;
    std::set<std::uint32_t> bare;
    if (rule.untagged) {
      const Column* untagged = column(*rule.untagged);
      if (const auto row = untagged->rows.find(index); row != untagged->rows.end()) {
        const auto ports = ports_value(row->second.octets, rule.first_bit);
        bare.insert(ports.begin(), ports.end());
      }
    }
    for (const std::uint32_t port : ports_value(value.octets, rule.first_bit)) {
      const auto at = index_of(rule.ports_join, port);
      if (at && out_.names.passing(*at)) continue;
      std::optional<std::string> name = at ? name_of_index(*at) : std::nullopt;
      if (!name) {
        name = "port-" + std::to_string(port);
        if (out_.notes.size() < 64) out_.notes.insert("port-without-interface: " + *name);
      }
      const std::string mode = !rule.untagged ? rule.mode : bare.contains(port) ? "untagged" : "tagged";
      set(table, out_.names.sets.contains(*name),
          entry + "/" + rule.leaf + watch::key_predicate("name", *name) + "/mode", mode);
      any = true;
    }
    return any;
  }

  /// The first table that gives a leaf wins.
  void set(const TableRule& table, bool in_set, const std::string& path, const std::string& value) {
    const auto [owner, first] = paths_.try_emplace(path, &table);
    if (in_set && owner->second == &table)
      ++sets_[path][value];
    else if (first)
      out_.tree.set(path, value);
  }

  /// Rows that nothing tells apart have one leaf together: each value and how many show it, so that their
  /// order says nothing and a change of one of them is still seen.
  void show_sets() {
    for (const auto& [path, values] : sets_) {
      std::string text;
      for (const auto& [value, count] : values)
        text += (text.empty() ? "" : ", ") + value + " ×" + std::to_string(count);
      out_.tree.set(path, text);
    }
  }

  const Profile& profile_;
  const Gathered& gathered_;
  const std::set<Oid>& seen_before_;
  const std::set<std::string>& empty_before_;
  std::set<Oid> emptied_;               ///< columns of tables that are believed to be empty
  std::map<std::string, bool> nothing_; ///< by schema path: see note_nothing
  Interpreted out_;
  bool names_known_ = false;
  std::set<std::string> shown_;
  std::map<std::string, const TableRule*> paths_; ///< who gave each leaf first
  std::map<std::string, std::map<std::string, std::size_t>>
      sets_; ///< leaves of sets: values and their number
};

} // namespace

Interpreted interpret(const Profile& profile, const Gathered& gathered, const std::set<Oid>& seen_before,
                      const std::set<std::string>& empty_before) {
  return Interpreter(profile, gathered, seen_before, empty_before).run();
}

} // namespace assent::snmp
