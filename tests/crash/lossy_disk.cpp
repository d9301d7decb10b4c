#include "lossy_disk.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>

namespace assent::crash {

namespace {

LossyDisk* the_disk = nullptr;
sqlite3_vfs* below = nullptr;

/// SQLite's handle; the real file's handle lies behind it.
struct Handle {
  sqlite3_file base;
  std::string* path; ///< nullptr for nameless temporary files
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

Handle* handle_of(sqlite3_file* file) {
  return reinterpret_cast<Handle*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
  return handle_of(file)->real();
}
const sqlite3_io_methods* methods(sqlite3_file* file) {
  return real(file)->pMethods;
}

int close_file(sqlite3_file* file) {
  const int code = methods(file)->xClose(real(file));
  delete handle_of(file)->path;
  return code;
}

int read_file(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
  return methods(file)->xRead(real(file), out, size, at);
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  if (the_disk->is_full() && handle_of(file)->path) return SQLITE_FULL;
  const int code = methods(file)->xWrite(real(file), bytes, size, at);
  if (code == SQLITE_OK && handle_of(file)->path) the_disk->written(*handle_of(file)->path, at, bytes, size);
  return code;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const int code = methods(file)->xTruncate(real(file), size);
  if (code == SQLITE_OK && handle_of(file)->path) the_disk->truncated(*handle_of(file)->path, size);
  return code;
}

int sync_file(sqlite3_file* file, int) {
  // The real disk is not asked: this machine keeps its power, and the test runs faster.
  if (handle_of(file)->path) the_disk->synced(*handle_of(file)->path);
  return SQLITE_OK;
}

int size_file(sqlite3_file* file, sqlite3_int64* size) {
  return methods(file)->xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return methods(file)->xLock(real(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return methods(file)->xUnlock(real(file), level);
}
int check_lock(sqlite3_file* file, int* out) {
  return methods(file)->xCheckReservedLock(real(file), out);
}
int sector_size(sqlite3_file*) {
  return 512;
}
int characteristics(sqlite3_file*) {
  return 0;
}

int control_file(sqlite3_file* file, int operation, void* argument) {
  // Growing ahead would write past the shim.
  if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
  return methods(file)->xFileControl(real(file), operation, argument);
}

int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return methods(file)->xShmMap(real(file), page, size, extend, out);
}
int shm_lock(sqlite3_file* file, int at, int count, int flags) {
  return methods(file)->xShmLock(real(file), at, count, flags);
}
void shm_barrier(sqlite3_file* file) {
  methods(file)->xShmBarrier(real(file));
}
int shm_unmap(sqlite3_file* file, int erase) {
  return methods(file)->xShmUnmap(real(file), erase);
}

const sqlite3_io_methods lossy_methods = {
    2,         close_file,  read_file,  write_file,   truncate_file, sync_file,       size_file,
    lock_file, unlock_file, check_lock, control_file, sector_size,   characteristics, shm_map,
    shm_lock,  shm_barrier, shm_unmap,  nullptr,      nullptr};

int open_file(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* flags_out) {
  auto* handle = new (file) Handle{};
  const int code = below->xOpen(below, name, handle->real(), flags, flags_out);
  if (code != SQLITE_OK) return code;
  handle->base.pMethods = &lossy_methods;
  if (name && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL))) {
    handle->path = new std::string(name);
    the_disk->opened(*handle->path);
  }
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* name, int sync_directory) {
  const int code = below->xDelete(below, name, sync_directory);
  if (code == SQLITE_OK) the_disk->removed(name);
  return code;
}

sqlite3_vfs* lossy_vfs() {
  static sqlite3_vfs vfs;
  vfs = *below;
  vfs.zName = "lossy";
  vfs.pNext = nullptr;
  vfs.szOsFile = static_cast<int>(sizeof(Handle)) + below->szOsFile;
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  return &vfs;
}

sqlite3_vfs* registered = nullptr;

} // namespace

LossyDisk::LossyDisk() {
  the_disk = this;
  below = sqlite3_vfs_find(nullptr);
  registered = lossy_vfs();
  sqlite3_vfs_register(registered, 1);
}

LossyDisk::~LossyDisk() {
  sqlite3_vfs_unregister(registered);
  sqlite3_vfs_register(below, 1);
  the_disk = nullptr;
}

void LossyDisk::opened(const std::string& path) {
  std::lock_guard lock(mutex_);
  auto [at, is_new] = files_.try_emplace(path);
  if (!is_new) return;
  std::ifstream in(path, std::ios::binary);
  at->second.durable.assign(std::istreambuf_iterator<char>(in), {});
  // What was there before the test is on the disk; a file that SQLite makes now is not, until its first sync.
  at->second.exists = !at->second.durable.empty();
}

void LossyDisk::written(const std::string& path, sqlite3_int64 at, const void* bytes, int size) {
  std::lock_guard lock(mutex_);
  files_[path].pending.push_back(
      {at, std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size)), false});
}

void LossyDisk::truncated(const std::string& path, sqlite3_int64 size) {
  std::lock_guard lock(mutex_);
  files_[path].pending.push_back({size, {}, true});
}

void LossyDisk::synced(const std::string& path) {
  std::lock_guard lock(mutex_);
  File& file = files_[path];
  for (const auto& change : file.pending)
    apply(file.durable, change);
  file.pending.clear();
  file.exists = true;
  ++syncs_;
}

void LossyDisk::removed(const std::string& path) {
  std::lock_guard lock(mutex_);
  files_.erase(path);
}

std::uint64_t LossyDisk::syncs() const {
  std::lock_guard lock(mutex_);
  return syncs_;
}

void LossyDisk::apply(std::string& content, const Change& change) {
  const auto at = static_cast<std::size_t>(change.at);
  if (change.truncate) return content.resize(at, '\0');
  if (content.size() < at + change.bytes.size()) content.resize(at + change.bytes.size(), '\0');
  content.replace(at, change.bytes.size(), change.bytes);
}

std::string LossyDisk::after_cut(const File& file, Fate fate, std::mt19937& random) {
  std::string content = file.durable;
  if (fate == Fate::all_lost) return content;
  const std::size_t first = file.pending.empty() ? 0 : random() % (file.pending.size() + 1);
  for (std::size_t i = 0; i < file.pending.size(); ++i) {
    const Change& change = file.pending[i];
    if (fate == Fate::first_kept ? i >= first : random() % 2 == 0) continue;
    if (fate != Fate::torn || change.truncate) {
      apply(content, change);
      continue;
    }
    for (std::size_t sector = 0; sector < change.bytes.size(); sector += 512)
      if (random() % 2 == 0)
        apply(content,
              {change.at + static_cast<std::int64_t>(sector), change.bytes.substr(sector, 512), false});
  }
  return content;
}

void LossyDisk::cut(const std::string& directory, Fate fate, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::map<std::string, File> files;
  {
    std::lock_guard lock(mutex_);
    files = files_;
  }
  std::filesystem::create_directories(directory);
  for (const auto& [path, file] : files) {
    if (!file.exists && (fate == Fate::all_lost || file.pending.empty())) continue;
    std::ofstream(directory + "/" + std::filesystem::path(path).filename().string(), std::ios::binary)
        << after_cut(file, fate, random);
  }
}

} // namespace assent::crash
