#include "daemon/trust/signer.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/text.hpp"
#include "daemon/trust/key_blob.hpp"
#include "daemon/trust/openssl_key.hpp"
#include "daemon/trust/sshsig.hpp"
#include "daemon/trust/wire.hpp"

namespace assent::trust {

namespace {

constexpr std::string_view begin_line = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view end_line = "-----END OPENSSH PRIVATE KEY-----";
constexpr std::string_view magic{"openssh-key-v1\0", 15};
constexpr std::size_t largest_file = 16 * 1024;

/// Text that is wiped when it goes; it has no printer.
struct Secret {
  std::string bytes;
  Secret() = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

Error unreadable(const std::string& path, std::string why) {
  return fail(Fault::outside, "trust.cannot-read-key", {{"path", path}, {"why", std::move(why)}});
}

Error unsuitable(const std::string& path) {
  return fail(Fault::invalid, "trust.not-a-checkpoint-key", {{"path", path}});
}

Status read_private_file(const std::string& path, Secret& out) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return unreadable(path, std::strerror(errno));
  struct stat about {};
  Status status = Done{};
  if (::fstat(file, &about) != 0)
    status = unreadable(path, std::strerror(errno));
  else if (!S_ISREG(about.st_mode) || about.st_size > static_cast<off_t>(largest_file))
    status = unsuitable(path);
  else if ((about.st_mode & 077) != 0)
    status = fail(Fault::refused, "trust.key-file-open-to-others", {{"path", path}});
  if (status) {
    out.bytes.resize(largest_file);
    const ssize_t got = ::read(file, out.bytes.data(), out.bytes.size());
    if (got < 0)
      status = unreadable(path, std::strerror(errno));
    else
      out.bytes.resize(static_cast<std::size_t>(got));
  }
  ::close(file);
  return status;
}

/// The bytes between the lines; false where malformed.
bool unarmour_private(std::string_view text, Secret& out) {
  const auto end = text.find(end_line);
  if (!text.starts_with(begin_line) || end == std::string_view::npos) return false;
  Secret joined;
  joined.bytes.reserve(text.size());
  for (const char c : text.substr(begin_line.size(), end - begin_line.size()))
    if (c != '\n' && c != '\r') joined.bytes += c;
  out.bytes.reserve(joined.bytes.size());
  return from_base64(joined.bytes, out.bytes);
}

/// The seed and the public blob of an unencrypted Ed25519 key (OpenSSH PROTOCOL.key); false for anything
/// else.
bool read_key(std::string_view bytes, std::string_view& seed, std::string_view& blob) {
  WireReader wire(bytes);
  if (wire.bytes(magic.size()) != magic || wire.text() != "none" || wire.text() != "none") return false;
  if (!wire.text().empty() || wire.number() != 1) return false;
  blob = wire.text();
  const auto inside = wire.text();
  if (!wire.at_end()) return false;
  WireReader key(inside);
  const auto first = key.number(), second = key.number();
  if (first != second || key.text() != "ssh-ed25519") return false;
  const auto point = key.text(), both = key.text();
  key.text();
  if (!key.good() || point.size() != 32 || both.size() != 64 || both.substr(32) != point) return false;
  std::string expected;
  put_text(expected, "ssh-ed25519");
  put_text(expected, point);
  if (blob != expected) return false;
  for (unsigned char fill = 1; !key.at_end(); ++fill)
    if (key.byte() != fill) return false;
  seed = both.substr(0, 32);
  return true;
}

class Ed25519Signer final : public Signer {
 public:
  Ed25519Signer(Pkey key, PublicKey shown) : key_(std::move(key)), shown_(std::move(shown)) {}
  std::string public_key() const override { return shown_.text; }
  std::string sign(std::string_view name_space, std::string_view message) const override {
    const std::string data = signed_data(name_space, "sha512", message);
    unsigned char out[64];
    std::size_t size = sizeof out;
    const DigestContext context(EVP_MD_CTX_new());
    ASSENT_CHECK(context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
                 EVP_DigestSign(context.get(), out, &size,
                                reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1 &&
                 size == sizeof out);
    std::string signature;
    put_text(signature, "ssh-ed25519");
    put_text(signature, {reinterpret_cast<const char*>(out), size});
    return armour(print_signature({shown_.blob, name_space, "sha512", signature}));
  }

 private:
  Pkey key_;
  PublicKey shown_;
};

} // namespace

Result<std::unique_ptr<Signer>> Signer::load(const std::string& path) {
  Secret file, bytes;
  if (auto status = read_private_file(path, file); !status) return std::move(status).error();
  std::string_view seed, blob;
  if (!unarmour_private(file.bytes, bytes) || !read_key(bytes.bytes, seed, blob)) return unsuitable(path);
  auto shown = public_key_from(blob);
  if (!shown) return unsuitable(path);
  Pkey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                        reinterpret_cast<const unsigned char*>(seed.data()), seed.size()));
  unsigned char derived[32];
  std::size_t size = sizeof derived;
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), derived, &size) != 1 ||
      std::string_view(reinterpret_cast<const char*>(derived), size) != blob.substr(blob.size() - 32))
    return unsuitable(path);
  return std::unique_ptr<Signer>(new Ed25519Signer(std::move(key), *std::move(shown)));
}

} // namespace assent::trust
