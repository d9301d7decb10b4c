// Keys and signatures as people make them, with ssh-keygen, in a folder that goes away with the object.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace assent::tickets::test {

class Signing {
 public:
  Signing();
  ~Signing();
  Signing(const Signing&) = delete;
  Signing& operator=(const Signing&) = delete;
  std::string public_key(const std::string& who); ///< made on first use
  std::string fingerprint(const std::string& who);
  std::string sign(const std::string& who, const std::string& name_space, const std::string& text);

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::string> keys_;
};

} // namespace assent::tickets::test
