// Which columns of a row are looked up, and the tables that follow from that. Format: docs/formats/store.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/ids.hpp"
#include "common/json.hpp"

namespace assent::store {

inline constexpr std::int32_t application_id = 0x41535354; ///< "ASST"
inline constexpr std::int32_t schema_version = 2;
inline constexpr std::size_t most_columns = 5;

/// A member of the body that has a column of its own.
struct Column {
  enum class Type : std::uint8_t {
    text,
    number,
    number_or_0, ///< absent counts as 0, so that UNIQUE holds for the root organisation too
  };
  std::string_view name;
  Type type = Type::text;
};

/// A kind's look-ups. An index is a list of columns divided by commas.
struct Table {
  Kind kind{};
  std::vector<Column> columns;
  std::vector<std::string_view> unique;
  std::vector<std::string_view> indexed;
};

const Table& table_of(Kind kind);

/// A column's value; nothing where the body has no such member.
using Cell = std::variant<std::monostate, std::int64_t, std::string>;
using Cells = std::array<Cell, most_columns>;

/// The columns of a body, in the order of Table::columns.
Cells cells_of(const Table& table, const json::object& body);

/// A filter's text as the column holds it; nothing where it is not even a number.
std::optional<Cell> cell_from(const Column& column, std::string_view text);

/// A table or index, and the statement that makes it.
struct SchemaObject {
  std::string name;
  std::string sql;
};

/// Everything that a new file needs, tables before their indexes.
const std::vector<SchemaObject>& schema();

/// Whether two such statements make the same: SQLite keeps the text, and puts spaces of its own into it.
bool same_statement(std::string_view one, std::string_view other);

} // namespace assent::store
