#include "daemon/watch/sight.hpp"

#include <algorithm>

#include "common/hash.hpp"

namespace assent::watch {
namespace {

/// Gathers the rules of each leaf; several tables may give one.
class Looking {
 public:
  explicit Looking(const json::object& profile) : profile_(profile) {
    for (const json::value& scalar : array_of(profile, "scalars"))
      if (scalar.is_object()) add_scalar(scalar.get_object());
    for (const json::value& table : array_of(profile, "tables"))
      if (table.is_object()) add_table(table.get_object());
  }

  Sight take() const {
    Sight out;
    for (const auto& [path, texts] : texts_)
      out.emplace(path, LeafRule{sha256_hex(texts.value), sha256_hex(texts.rows)});
    return out;
  }

 private:
  struct Texts {
    std::string value, rows;
  };

  void add_scalar(const json::object& rule) { texts_[text_of(rule, "path")].value += value_rule(rule); }

  void add_table(const json::object& table) {
    const std::string index = text_of(table, "index");
    std::string rows = rows_rule(table);
    if (index == "interface" || index == "join" || index == "inet-address") rows += naming();
    for (const json::value& each : array_of(table, "columns")) {
      if (!each.is_object()) continue;
      const json::object& column = each.get_object();
      const bool ports = text_of(column, "as") == "ports";
      Texts& texts = texts_[text_of(table, "path") + "/" + text_of(column, "leaf") + (ports ? "/mode" : "")];
      texts.value += value_rule(column);
      texts.rows += rows;
      // The ports of a list are entries, called as interfaces are.
      if (ports) texts.rows += value_rule(column) + naming();
    }
  }

  std::string value_rule(const json::object& rule) const {
    const std::string as = text_of(rule, "as", "text");
    std::string text = canonical(rule) + "\n";
    if (as == "text") text += "encoding " + text_of(profile_, "encoding", "utf-8") + "\n";
    if (as == "interface") text += naming();
    return text;
  }

  /// How the device's interfaces are called, and which are shown.
  std::string naming() const {
    return canonical(object_of(profile_, "interfaces")) + "\n" + "encoding " +
           text_of(profile_, "encoding", "utf-8") + "\n";
  }

  /// Which rows a table has: its columns decide only where it stands in for another.
  std::string rows_rule(const json::object& table) const {
    json::object rule = table;
    for (const char* other : {"name", "columns", "counted-by", "when-empty"})
      rule.erase(other);
    std::string text = canonical(rule) + "\n";
    const std::string first = text_of(table, "when-empty");
    for (const json::value& each : array_of(profile_, "tables"))
      if (!first.empty() && each.is_object() && text_of(each.get_object(), "name") == first)
        text += "instead of " + canonical(each) + "\n";
    return text;
  }

  const json::object& profile_;
  std::map<std::string, Texts> texts_;
};

} // namespace

Sight sight_of(const json::object& profile) {
  return Looking(profile).take();
}

Reread reread(const Sight& before, const Sight& after) {
  Reread out;
  for (const auto& [path, rule] : after) {
    const auto old = before.find(path);
    if (old == before.end()) {
      out.newly.insert(path);
    } else if (old->second != rule) {
      out.otherwise.insert(path);
      if (old->second.value != rule.value) out.revalued.insert(path);
    }
  }
  for (const auto& [path, rule] : before)
    if (!after.contains(path)) out.no_longer.insert(path);
  return out;
}

bool Reread::explains(const std::string& schema, const Difference& difference) const {
  if (newly.contains(schema) || no_longer.contains(schema) || revalued.contains(schema)) return true;
  return otherwise.contains(schema) && !(difference.before && difference.after);
}

bool Reread::concerns(std::string_view schema) const {
  const auto touches = [&](const std::set<std::string>& paths) {
    return std::ranges::any_of(
        paths, [&](const std::string& path) { return is_under(path, schema) || is_under(schema, path); });
  };
  return touches(newly) || touches(otherwise);
}

} // namespace assent::watch
