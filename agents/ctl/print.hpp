// Rows for people and for programs: one listing, seven forms.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/ctl/session.hpp"

namespace assent::ctl {

enum class Format { table, wide, json, jsonl, yaml, csv, name };
std::optional<Format> format_of(std::string_view name);

struct Column {
  std::string field; ///< member of the row; its heading is the message `ctl.field.FIELD`
  bool wide = false; ///< shown only by wide and csv
  /// The cell as people read it; where empty, the member's plain text.
  std::function<std::string(const json::object&)> cell;
};

struct Listing {
  std::vector<Column> columns;
  json::array rows; ///< objects, printed as they are by json, jsonl and yaml
  std::function<std::string(const json::object&)> named; ///< for -o name
};

/// Prints it in the format that was asked for. False where the format's name is unknown; main has checked
/// that.
void print(const Session& session, const Listing& listing);
/// One object: field and value a line, or the object in the format that was asked for.
void print_one(const Session& session, const Listing& listing, const json::object& row);

/// The columns of a kind: names in place of ids, local times.
Listing listing_of(const Session& session, std::string_view kind);

/// The value of an edit on one line: names in place of ids, texts of several lines only by their size.
std::string edit_value(const Session& session, std::string_view kind, const json::object& value);

std::string plain(const json::value& value);      ///< a member as text: lists joined by commas
std::string local_time(std::string_view rfc3339); ///< `2026-11-23 17:55:00` of the machine's zone
std::string pretty(const json::value& value, std::size_t depth = 0); ///< JSON over several lines
/// On one line. What a terminal would act on is escaped, here and in pretty() and as_yaml(): the value is the
/// same.
std::string compact(const json::value& value);
std::string as_yaml(const json::value& value);
/// Tables for a terminal: columns aligned by display width; cut where `columns` is not 0 and too small.
std::string align(const std::vector<std::vector<std::string>>& lines, std::size_t columns);
std::string csv_line(const std::vector<std::string>& cells); ///< RFC 4180, CRLF

} // namespace assent::ctl
