#include "agents/snmp/secret.hpp"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/credential.hpp"

namespace assent::snmp {

Result<Secret> Secret::from_file(const std::string& named) {
  const std::string path = credential_path(named);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return fail(Fault::outside, "snmp.secret-unreadable", {{"file", path}, {"why", std::strerror(errno)}});
  struct stat about {};
  std::array<char, 4096> bytes{};
  ssize_t got = -1;
  const bool seen = ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
  const bool open_to_all = (about.st_mode & (S_IROTH | S_IWOTH)) != 0;
  if (seen && !open_to_all) got = ::read(fd, bytes.data(), bytes.size());
  ::close(fd);
  if (!seen) return fail(Fault::outside, "snmp.secret-not-a-file", {{"file", path}});
  if (open_to_all) return fail(Fault::refused, "snmp.secret-open-to-all", {{"file", path}});
  if (got < 0)
    return fail(Fault::outside, "snmp.secret-unreadable", {{"file", path}, {"why", std::strerror(errno)}});
  std::string_view text(bytes.data(), static_cast<std::size_t>(got));
  text = text.substr(0, text.find_first_of("\r\n"));
  Secret secret{std::string(text)};
  explicit_bzero(bytes.data(), bytes.size());
  if (secret.value_.empty() || secret.value_.size() > 255)
    return fail(Fault::invalid, "snmp.secret-empty", {{"file", path}});
  return secret;
}

} // namespace assent::snmp
