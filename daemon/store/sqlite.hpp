// SQLite's C interface as values that close themselves. Every failure becomes an Error with SQLite's own
// words. A Database and its Statements belong to one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/result.hpp"

namespace assent::store {

/// A prepared statement. Bound text is not copied: it must live until the next reset().
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* database, const std::string& sql); ///< ready() is false where it does not compile

  bool ready() const { return handle_ != nullptr; }
  Statement& number(int at, std::int64_t value);
  Statement& text(int at, std::string_view value);
  Statement& blob(int at, std::string_view value);
  Statement& null(int at);

  bool row();                        ///< steps: true where a row stands ready
  bool done();                       ///< steps to the end and resets: true where that went well
  int code() const { return code_; } ///< SQLite's result of the last step
  void reset();

  std::int64_t number_at(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  std::string text_at(int column) const;
  std::string_view view_at(int column) const; ///< valid until the next step
  bool null_at(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }
  sqlite3_stmt* raw() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Close> handle_;
  int code_ = SQLITE_OK;
};

/// A connection without mutex.
class Database {
 public:
  Database() = default;
  /// `name` is a path or, with SQLITE_OPEN_URI in flags, a URI.
  static Result<Database> open(const std::string& name, int flags);

  explicit operator bool() const { return handle_ != nullptr; }
  sqlite3* raw() const { return handle_.get(); }
  Status run(const std::string& sql);
  Statement prepare(const std::string& sql) const { return Statement(raw(), sql); }
  /// The first column of the first row, as text; empty where there is none.
  Result<std::string> ask(const std::string& sql);
  /// What went wrong last, as Fault::outside `store.database`.
  Error failure() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

/// A path as a file URI with the given query (`mode=ro&immutable=1`).
std::string file_uri(const std::string& path, std::string_view query);

} // namespace assent::store
