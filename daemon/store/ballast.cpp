#include "daemon/store/ballast.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace assent::store {
namespace {
constexpr std::uint64_t hardly_any = 1U << 20;
} // namespace

std::uint64_t Ballast::room() const {
  const auto slash = path_.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  struct statvfs facts {};
  if (::statvfs(directory.c_str(), &facts) != 0) return 0;
  return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

void Ballast::fill() {
  if (bytes_ == 0 || stands_.load(std::memory_order_acquire)) return;
  const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return;
  struct stat facts {};
  // One of an earlier run stands already. As much again must be left: else it would come and go.
  bool stands = ::fstat(file, &facts) == 0 && static_cast<std::uint64_t>(facts.st_blocks) * 512 >= bytes_;
  if (!stands && room() >= 2 * bytes_) stands = ::posix_fallocate(file, 0, static_cast<off_t>(bytes_)) == 0;
  ::close(file);
  if (!stands) ::unlink(path_.c_str());
  stands_.store(stands, std::memory_order_release);
}

bool Ballast::give_up_if_full() {
  if (bytes_ == 0 || room() > hardly_any) return false;
  ::unlink(path_.c_str());
  stands_.store(false, std::memory_order_release);
  return true;
}

} // namespace assent::store
