#include <algorithm>

#include "common/hash.hpp"
#include "common/text.hpp"
#include "daemon/trust/key_blob.hpp"
#include "daemon/trust/openssl_key.hpp"

namespace assent::trust {

namespace {
constexpr std::size_t longest_line = 16 * 1024;
}

Result<PublicKey> public_key_from(std::string_view blob) {
  auto parts = parts_of(blob);
  if (!parts) return std::move(parts).error();
  PublicKey key;
  key.algorithm = parts->algorithm->name;
  key.blob = blob;
  const auto digest = sha256(blob);
  std::string print = to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
  print.erase(print.find_last_not_of('=') + 1);
  key.fingerprint = "SHA256:" + print;
  key.text = key.algorithm + ' ' + to_base64(blob);
  return key;
}

Result<PublicKey> parse_public_key(std::string_view line) {
  if (line.size() > longest_line) return fail(Fault::invalid, "trust.too-long");
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
    line.remove_suffix(1);
  if (line.find_first_of(std::string_view("\n\r\0", 3)) != std::string_view::npos)
    return fail(Fault::invalid, "trust.not-a-key-line");
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return fail(Fault::invalid, "trust.not-a-key-line");
  const auto name = line.substr(0, space);
  auto rest = line.substr(space + 1);
  rest = rest.substr(0, rest.find_first_of(" \t"));
  if (!algorithm_of(name))
    return fail(Fault::invalid, "trust.unknown-algorithm-name",
                {{"name", for_terminal(to_utf8(name.substr(0, 64)))}});
  std::string blob;
  if (rest.empty() || !from_base64(rest, blob)) return fail(Fault::invalid, "trust.not-a-key-line");
  auto key = public_key_from(blob);
  if (key && key->algorithm != name) return fail(Fault::invalid, "trust.bad-key", {{"why", "algorithm"}});
  return key;
}

} // namespace assent::trust
