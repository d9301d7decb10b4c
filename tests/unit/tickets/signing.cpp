#define BOOST_TEST_DYN_LINK
#include "signing.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "daemon/trust/ssh_signature.hpp"

namespace assent::tickets::test {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void run(const std::string& command) {
  BOOST_REQUIRE_MESSAGE(std::system(command.c_str()) == 0, command);
}

} // namespace

Signing::Signing() {
  auto name = (std::filesystem::temp_directory_path() / "assent-signing-XXXXXX").string();
  BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
  folder_ = name;
}

Signing::~Signing() {
  std::error_code ignored; // a folder that stays in /tmp harms no test
  std::filesystem::remove_all(folder_, ignored);
}

std::string Signing::public_key(const std::string& who) {
  auto& key = keys_[who];
  if (key.empty()) {
    run("ssh-keygen -q -t ed25519 -N '' -C '' -f " + (folder_ / who).string());
    key = trust::parse_public_key(content(folder_ / (who + ".pub"))).value().text;
  }
  return key;
}

std::string Signing::fingerprint(const std::string& who) {
  return trust::parse_public_key(public_key(who)).value().fingerprint;
}

std::string Signing::sign(const std::string& who, const std::string& name_space, const std::string& text) {
  public_key(who);
  const auto path = folder_ / "text";
  std::ofstream(path, std::ios::binary) << text;
  std::filesystem::remove(folder_ / "text.sig");
  run("ssh-keygen -q -Y sign -f " + (folder_ / who).string() + " -n " + name_space + " " + path.string() +
      " 2>&1");
  return content(folder_ / "text.sig");
}

} // namespace assent::tickets::test
