#include "agents/ctl/print.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <ctime>

#include "agents/ctl/kinds.hpp"
#include "common/text.hpp"

namespace assent::ctl {

namespace {

/// A column is never cut below this.
constexpr std::size_t narrowest = 8;

std::string heading(const Session& session, std::string_view field) {
  return session.say("ctl.field." + std::string(field));
}

std::string cell_of(const Column& column, const json::object& row) {
  if (column.cell) return column.cell(row);
  const auto* member = row.if_contains(column.field);
  return member ? plain(*member) : std::string();
}

std::vector<const Column*> shown(const Listing& listing, Format format) {
  std::vector<const Column*> columns;
  for (const auto& column : listing.columns)
    if (!column.wide || format != Format::table) columns.push_back(&column);
  return columns;
}

/// A literal block gives back exactly this text: several lines, one line end at the end, nothing odd in
/// between.
bool fits_literal(std::string_view text) {
  if (text.size() < 2 || !text.ends_with('\n') || text.ends_with("\n\n")) return false;
  if (text.find('\n') + 1 == text.size() || text[0] == ' ' || text[0] == '\n') return false;
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == '\x7f'; });
}

/// JSON, or YAML whose such strings are in double quotes: what a terminal would act on, or show as something
/// else, is written as a \uXXXX, which means the same to every reader.
std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    std::size_t length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    length = std::min(length, text.size() - at);
    const std::string_view one = text.substr(at, length);
    at += length;
    // for_terminal writes \u{202e}. Line ends are the printer's own: those of a string are escaped already.
    const std::string shown = lead < 0x7f ? std::string() : for_terminal(one);
    if (!shown.starts_with("\\u{")) {
      out += one;
      continue;
    }
    const std::string digits = shown.substr(3, shown.size() - 4);
    out.append("\\u").append(4 - std::min<std::size_t>(4, digits.size()), '0').append(digits);
  }
  return out;
}

void emit(YAML::Emitter& out, const json::value& value) {
  if (const auto* object = value.if_object()) {
    if (object->empty()) out << YAML::Flow;
    out << YAML::BeginMap;
    for (const auto& [key, member] : *object) {
      out << YAML::Key << std::string(key) << YAML::Value;
      emit(out, member);
    }
    out << YAML::EndMap;
  } else if (const auto* array = value.if_array()) {
    if (array->empty()) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const auto& member : *array)
      emit(out, member);
    out << YAML::EndSeq;
  } else if (const auto* text = value.if_string()) {
    const std::string_view view(*text);
    if (fits_literal(view) && harmless(view) == view)
      out << YAML::Literal;
    else
      out << YAML::DoubleQuoted;
    out << std::string(view);
  } else if (value.is_null()) {
    out << YAML::Null;
  } else {
    out << json::serialize(value);
  }
}

Format wanted(const Session& session) {
  return format_of(session.asked.text("--output", "table")).value_or(Format::table);
}

} // namespace

std::optional<Format> format_of(std::string_view name) {
  if (name == "table") return Format::table;
  if (name == "wide") return Format::wide;
  if (name == "json") return Format::json;
  if (name == "jsonl") return Format::jsonl;
  if (name == "yaml") return Format::yaml;
  if (name == "csv") return Format::csv;
  if (name == "name") return Format::name;
  return std::nullopt;
}

std::string plain(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_null()) return {};
  if (const auto* array = value.if_array()) {
    std::string text;
    for (const auto& member : *array)
      text += (text.empty() ? "" : ", ") + plain(member);
    return text;
  }
  if (const auto* object = value.if_object()) {
    std::string text;
    for (const auto& [key, member] : *object)
      text += (text.empty() ? "" : " ") + std::string(key) + "=" + plain(member);
    return text;
  }
  return json::serialize(value);
}

std::string edit_value(const Session& session, std::string_view kind, const json::object& value) {
  const KindRow* shape = kind_row(kind);
  std::string line;
  for (const auto& [key, member] : value) {
    const Field* field = shape ? field_of(*shape, key) : nullptr;
    std::string text = plain(member);
    if (field && field->type == FieldType::reference && member.is_number())
      text = session.name_of(field->of, number_of(value, key));
    if (text.find('\n') != std::string::npos) text = "(" + std::to_string(text.size()) + " bytes)";
    line += (line.empty() ? "" : " ") + std::string(key) + "=" + text;
  }
  return line;
}

std::string local_time(std::string_view rfc3339) {
  auto at = parse_instant(rfc3339);
  if (!at.ok()) return std::string(rfc3339);
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(*at).time_since_epoch().count();
  std::tm parts{};
  char text[40];
  if (!localtime_r(&seconds, &parts) || std::strftime(text, sizeof text, "%F %T", &parts) == 0)
    return std::string(rfc3339);
  return text;
}

std::string pretty(const json::value& value, std::size_t depth) {
  const std::string inner(2 * depth + 2, ' '), outer(2 * depth, ' ');
  std::string text;
  if (const auto* object = value.if_object(); object && !object->empty()) {
    for (const auto& [key, member] : *object)
      text +=
          (text.empty() ? "{\n" : ",\n") + inner + json::serialize(key) + ": " + pretty(member, depth + 1);
    return text + "\n" + outer + "}";
  }
  if (const auto* array = value.if_array(); array && !array->empty()) {
    for (const auto& member : *array)
      text += (text.empty() ? "[\n" : ",\n") + inner + pretty(member, depth + 1);
    return text + "\n" + outer + "]";
  }
  return compact(value);
}

std::string compact(const json::value& value) {
  return harmless(json::serialize(value));
}

std::string as_yaml(const json::value& value) {
  YAML::Emitter out;
  out.SetIndent(2);
  emit(out, value);
  return harmless(std::string_view(out.c_str(), out.size())) + "\n";
}

std::string align(const std::vector<std::vector<std::string>>& lines, std::size_t columns) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], display_width(line[i]));
  }
  const auto total = [&] {
    std::size_t sum = widths.empty() ? 0 : 2 * (widths.size() - 1);
    for (auto width : widths)
      sum += width;
    return sum;
  };
  while (columns != 0 && total() > columns) {
    auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= narrowest) break;
    *widest -= std::min(total() - columns, *widest - narrowest);
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i)
      row += (i == 0 ? "" : "  ") + fit(line[i], widths[i]);
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) line += ',';
    if (cells[i].find_first_of(",\"\r\n") == std::string::npos) {
      line += cells[i];
      continue;
    }
    line += '"';
    for (char c : cells[i])
      line += c == '"' ? "\"\"" : std::string(1, c);
    line += '"';
  }
  return line + "\r\n";
}

void print(const Session& session, const Listing& listing) {
  const Format format = wanted(session);
  auto& console = session.console;
  if (format == Format::json) return console.out(pretty(listing.rows) + "\n");
  if (format == Format::yaml) return console.out(as_yaml(listing.rows));
  if (format == Format::jsonl) {
    for (const auto& row : listing.rows)
      console.out(compact(row) + "\n");
    return;
  }
  if (format == Format::name) {
    for (const auto& row : listing.rows)
      console.out(for_terminal(listing.named(row.as_object())) + "\n");
    return;
  }
  const auto columns = shown(listing, format);
  std::vector<std::vector<std::string>> lines;
  auto& top = lines.emplace_back();
  for (const auto* column : columns)
    top.push_back(format == Format::csv ? column->field : heading(session, column->field));
  for (const auto& row : listing.rows) {
    auto& line = lines.emplace_back();
    for (const auto* column : columns) {
      auto cell = cell_of(*column, row.as_object());
      line.push_back(for_terminal(cell));
    }
  }
  if (format == Format::csv) {
    for (const auto& line : lines)
      console.out(csv_line(line));
    return;
  }
  if (listing.rows.empty()) return session.tell("ctl.nothing-to-list");
  std::string text = align(lines, console.columns());
  if (console.colour()) {
    const auto end = text.find('\n');
    text = "\x1b[1m" + text.substr(0, end) + "\x1b[0m" + text.substr(end);
  }
  console.out(text);
}

void print_one(const Session& session, const Listing& listing, const json::object& row) {
  const Format format = wanted(session);
  auto& console = session.console;
  if (format == Format::json) return console.out(pretty(row) + "\n");
  if (format == Format::yaml) return console.out(as_yaml(row));
  if (format != Format::table && format != Format::wide) {
    Listing one{listing.columns, {row}, listing.named};
    return print(session, one);
  }
  std::vector<std::vector<std::string>> lines;
  for (const auto& column : listing.columns) {
    const auto cell = cell_of(column, row);
    if (!cell.empty()) lines.push_back({heading(session, column.field), for_terminal(cell)});
  }
  console.out(align(lines, 0));
}

Listing listing_of(const Session& session, std::string_view kind) {
  Listing listing;
  listing.columns.push_back({"id", false, {}});
  const KindRow* shape = kind_row(kind);
  for (const auto& field : shape->fields) {
    if (field.shown == Field::Shown::never) continue;
    Column column{std::string(field.name), field.shown == Field::Shown::wide, {}};
    const std::string name(field.name), of(field.of);
    if (field.type == FieldType::reference)
      column.cell = [&session, name, of](const json::object& row) {
        return session.name_of(of, number_of(row, name));
      };
    if (field.type == FieldType::time)
      column.cell = [name](const json::object& row) {
        const auto text = text_of(row, name);
        return text.empty() ? text : local_time(text);
      };
    if (field.type == FieldType::pairs)
      column.cell = [&session, name](const json::object& row) {
        std::string text;
        for (const auto& pair : array_of(row, name))
          if (const auto* object = pair.if_object())
            text += (text.empty() ? "" : ", ") + session.name_of("network", number_of(*object, "network")) +
                    "=" + text_of(*object, "kind");
        return text;
      };
    listing.columns.push_back(std::move(column));
  }
  listing.columns.push_back({"version", true, {}});
  const std::string primary(shape->primary), kind_name(kind);
  listing.named = [&session, primary, kind_name](const json::object& row) {
    if (primary.empty() || primary == "device") return std::to_string(number_of(row, "id"));
    return kind_name == "organisation" ? session.name_of("organisation", number_of(row, "id"))
                                       : text_of(row, primary);
  };
  return listing;
}

} // namespace assent::ctl
