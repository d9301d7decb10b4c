#include "daemon/store/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace assent::store {

namespace {

Error trouble(std::string id, const std::string& path, int error) {
  return fail(Fault::outside, std::move(id), {{"path", path}, {"why", std::strerror(error)}});
}

struct Descriptor {
  int number = -1;
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

Status sync(const std::string& path, int flags) {
  Descriptor file(::open(path.c_str(), flags | O_CLOEXEC));
  if (file.number < 0 || ::fsync(file.number) != 0) return trouble("store.cannot-sync", path, errno);
  return Done{};
}

} // namespace

Result<FileLock> FileLock::take(const std::string& path) {
  const std::string name = path + ".lock";
  FileLock lock;
  lock.descriptor_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock.descriptor_ < 0) return trouble("store.cannot-open", name, errno);
  if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return trouble("store.cannot-open", name, errno);
    char text[24] = {};
    std::string process;
    if (::pread(lock.descriptor_, text, sizeof text - 1, 0) > 0)
      for (const char* c = text; *c >= '0' && *c <= '9'; ++c)
        process += *c;
    return fail(Fault::conflict, "store.held",
                {{"path", path}, {"process", process.empty() ? "?" : process}});
  }
  const std::string process = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.descriptor_, 0) != 0 ||
      ::pwrite(lock.descriptor_, process.data(), process.size(), 0) != static_cast<ssize_t>(process.size()))
    return trouble("store.cannot-open", name, errno);
  return lock;
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status make_private_file(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.number < 0) {
    if (errno == EEXIST) return fail(Fault::conflict, "store.file-exists", {{"path", path}});
    return trouble("store.cannot-create", path, errno);
  }
  return Done{};
}

Status sync_file(const std::string& path) {
  return sync(path, O_RDWR);
}

Status sync_directory_of(const std::string& path) {
  const auto directory = std::filesystem::path(path).parent_path().string();
  return sync(directory.empty() ? "." : directory, O_RDONLY | O_DIRECTORY);
}

Status put_in_place(const std::string& from, const std::string& to) {
  if (auto status = sync_file(from); !status) return status;
  if (::link(from.c_str(), to.c_str()) != 0) {
    if (errno == EEXIST) return fail(Fault::conflict, "store.file-exists", {{"path", to}});
    return trouble("store.cannot-create", to, errno);
  }
  if (::unlink(from.c_str()) != 0) return trouble("store.cannot-create", from, errno);
  return sync_directory_of(to);
}

Status check_exists(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT) return fail(Fault::not_found, "store.missing", {{"path", path}});
    return trouble("store.cannot-open", path, errno);
  }
  if (!S_ISREG(about.st_mode)) return fail(Fault::invalid, "store.foreign", {{"path", path}});
  return Done{};
}

} // namespace assent::store
