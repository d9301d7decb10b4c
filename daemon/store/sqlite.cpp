#include "daemon/store/sqlite.hpp"

#include <algorithm>

namespace assent::store {

Statement::Statement(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* handle = nullptr;
  code_ = sqlite3_prepare_v3(database, sql.c_str(), static_cast<int>(sql.size()) + 1,
                             SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
}

Statement& Statement::number(int at, std::int64_t value) {
  sqlite3_bind_int64(handle_.get(), at, value);
  return *this;
}

Statement& Statement::text(int at, std::string_view value) {
  sqlite3_bind_text64(handle_.get(), at, value.data() ? value.data() : "", value.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
  return *this;
}

Statement& Statement::blob(int at, std::string_view value) {
  sqlite3_bind_blob64(handle_.get(), at, value.data() ? value.data() : "", value.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::null(int at) {
  sqlite3_bind_null(handle_.get(), at);
  return *this;
}

bool Statement::row() {
  if (!handle_) return false;
  code_ = sqlite3_step(handle_.get());
  return code_ == SQLITE_ROW;
}

bool Statement::done() {
  if (!handle_) return false;
  do
    code_ = sqlite3_step(handle_.get());
  while (code_ == SQLITE_ROW);
  sqlite3_reset(handle_.get());
  return code_ == SQLITE_DONE;
}

void Statement::reset() {
  if (handle_) sqlite3_reset(handle_.get());
}

std::string_view Statement::view_at(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  return data ? std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)))
              : std::string_view();
}

std::string Statement::text_at(int column) const {
  return std::string(view_at(column));
}

Result<Database> Database::open(const std::string& name, int flags) {
  Database database;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  database.handle_.reset(handle);
  if (code != SQLITE_OK) return database.failure();
  sqlite3_extended_result_codes(handle, 1);
  // Nothing in a file that somebody else may have written makes SQLite run code or trust a broken schema.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_busy_timeout(handle, 5000);
  return database;
}

Status Database::run(const std::string& sql) {
  if (sqlite3_exec(raw(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
  return Done{};
}

Result<std::string> Database::ask(const std::string& sql) {
  Statement statement = prepare(sql);
  if (!statement.ready()) return failure();
  if (statement.row()) return statement.text_at(0);
  if (statement.code() != SQLITE_DONE) return failure();
  return std::string();
}

Error Database::failure() const {
  const int code = raw() ? sqlite3_extended_errcode(raw()) : SQLITE_NOMEM;
  Error error =
      fail(Fault::outside, "store.database",
           {{"why", raw() ? sqlite3_errmsg(raw()) : "out of memory"}, {"code", std::to_string(code)}});
  if ((code & 0xff) == SQLITE_FULL) error.what.id = "store.disk-full";
  return error;
}

std::string file_uri(const std::string& path, std::string_view query) {
  static constexpr char hex[] = "0123456789ABCDEF";
  // Without an authority, `//` at the start would read as one.
  std::string out = "file:";
  if (path.starts_with('/')) out += "//";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || c == '/' || c == '.' || c == '-' || c == '_';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += hex[byte >> 4];
      out += hex[byte & 15];
    }
  }
  out += '?';
  out += query;
  return out;
}

} // namespace assent::store
