// Older files are brought forward to the tables of this version. What is of record stands in the journal and
// in the rows' bodies, whose form no step here changes; tables, columns and indexes follow from the bodies.
#pragma once

#include <cstdint>
#include <string>

#include "common/result.hpp"
#include "daemon/store/sqlite.hpp"

namespace assent::store {

/// The file's schema version; it was found to be ours and not newer (check_identity).
Result<std::int32_t> version_of(Database& database);

/// Makes an older file (version 1 at least) exactly what this version would have made, in one transaction: on
/// failure, or a crash in the middle, it is as before. What the older version did not have is made empty; the
/// columns of a kind whose look-ups changed are cut out of its bodies again; indexes are made anew where they
/// differ. A table that no version had, a view or a trigger is refused as damage. A file of this version is
/// left alone. Blocks for as long as it takes to copy the tables that changed.
Status migrate(Database& database, const std::string& path);

} // namespace assent::store
