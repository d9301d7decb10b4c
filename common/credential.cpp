#include "common/credential.hpp"

#include <cstdlib>
#include <string_view>

namespace assent {

std::string credential_path(const std::string& text) {
  constexpr std::string_view scheme = "credential:";
  if (!text.starts_with(scheme)) return text;
  const std::string name = text.substr(scheme.size());
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  const bool good = directory != nullptr && *directory == '/' && !name.empty() && name.front() != '.' &&
                    name.find('/') == std::string::npos;
  return good ? std::string(directory) + "/" + name : text;
}

} // namespace assent
