// The file around the database: who holds it, whether it is ours and whole, and how new files come to be.
#pragma once

#include <string>

#include "common/result.hpp"
#include "daemon/store/sqlite.hpp"

namespace assent::store {

/// PATH.lock, held as long as this object lives. The kernel lets go when the process ends, however it ends.
class FileLock {
 public:
  FileLock() = default;
  static Result<FileLock> take(const std::string& path);
  FileLock(FileLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  int descriptor_ = -1;
};

/// Makes an empty file of mode 0600; refuses where something stands there.
Status make_private_file(const std::string& path);

/// Flushes a file and then its directory to the disk.
Status sync_file(const std::string& path);
Status sync_directory_of(const std::string& path);

/// Gives the finished file `from` its name `to`, never over another; durable when it returns.
Status put_in_place(const std::string& from, const std::string& to);

/// Is there a file, is it ours, of a version that we know, whole, and do the newest entries hang together
/// with each other and with the tables? One clear sentence where not. Reads little: a full check is the
/// audit's. Whether tables and indexes are exactly ours is asked of a file of this version only.
Status check_file(Database& database, const std::string& path);

/// The first part of that: application and version, so that a damaged copy can still be audited.
Status check_identity(Database& database, const std::string& path);

/// The plain part of that: something stands there and it is a regular file.
Status check_exists(const std::string& path);

} // namespace assent::store
