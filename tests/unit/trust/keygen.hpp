// The real ssh-keygen in a directory of its own, and keys made of raw bytes.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace assent::trust::testing {

class Keygen {
 public:
  Keygen() {
    std::string name = (std::filesystem::temp_directory_path() / "assent-keys-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  ~Keygen() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Keygen(const Keygen&) = delete;
  Keygen& operator=(const Keygen&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  bool run(const std::string& command) const {
    return std::system(("cd '" + path_ + "' && { " + command + "; } >out 2>&1 </dev/null").c_str()) == 0;
  }
  void must(const std::string& command) const {
    if (!run(command)) throw std::runtime_error(command + ": " + read("out"));
  }
  std::string read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary | std::ios::trunc) << text;
  }
  /// Makes the key `name` and `name.pub`.
  void key(const std::string& name, const std::string& kind) const {
    must("rm -f " + name + " " + name + ".pub; ssh-keygen -q -N '' -C 'a comment' -t " + kind + " -f " +
         name);
  }
  std::string sign(const std::string& key, const std::string& name_space, const std::string& message,
                   const std::string& options = "") const {
    write("message", message);
    must("rm -f message.sig; ssh-keygen -Y sign -q -f " + key + " -n " + name_space + " " + options +
         " message");
    return read("message.sig");
  }
  /// What `ssh-keygen -Y verify` says.
  bool verifies(const std::string& public_key, const std::string& name_space, const std::string& message,
                const std::string& signature) const {
    write("allowed", "somebody " + public_key + "\n");
    write("message", message);
    write("message.sig", signature);
    return run("ssh-keygen -Y verify -f allowed -I somebody -n " + name_space + " -s message.sig <message");
  }

 private:
  std::string path_;
};

} // namespace assent::trust::testing
