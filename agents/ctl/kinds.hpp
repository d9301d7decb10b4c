// What the kinds of the register look like on a command line and in a table: one row a field. The daemon's
// YANG stays the judge of values; this only says which words people may use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assent::ctl {

enum class FieldType {
  text,
  number,
  flag,      ///< true or false
  words,     ///< a list of texts
  reference, ///< the id of an object of `of`
  file,      ///< text, given as the name of a file that holds it
  time,
  mac,  ///< any notation of 48 bits
  rate, ///< bit/s: 100M, 1G
  pairs ///< list of {network, kind}, given as NETWORK=physical|logical
};

struct Field {
  std::string_view name;
  FieldType type = FieldType::text;
  std::string_view of; ///< reference: the kind; text: allowed words divided by `|`
  enum class Shown { always, wide, never } shown = Shown::always;
  bool given = true;    ///< people may set it
  bool indexed = false; ///< the daemon filters by it (docs/formats/store.md)
};

struct KindRow {
  std::string_view name;
  std::string_view primary;  ///< the field that names an object
  bool edited = true;        ///< created, modified and deleted by edits of its own
  std::vector<Field> fields; ///< the primary field first
};

const std::vector<KindRow>& kinds();
const KindRow* kind_row(std::string_view name);
const Field* field_of(const KindRow& kind, std::string_view field);
/// How a verb of a kind is used; empty where no example is kept (examples.cpp).
std::string example_of(std::string_view noun, std::string_view verb);

} // namespace assent::ctl
