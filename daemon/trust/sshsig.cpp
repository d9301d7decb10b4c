#include "daemon/trust/sshsig.hpp"

#include <openssl/sha.h>

#include "common/hash.hpp"
#include "common/text.hpp"
#include "daemon/trust/wire.hpp"

namespace assent::trust {

namespace {

constexpr std::string_view begin_line = "-----BEGIN SSH SIGNATURE-----";
constexpr std::string_view end_line = "-----END SSH SIGNATURE-----";
constexpr std::string_view magic = "SSHSIG";
constexpr std::size_t longest_armour = 32 * 1024;
constexpr std::size_t columns = 70;

Error malformed(std::string_view why) {
  return fail(Fault::invalid, "trust.bad-signature-file", {{"why", std::string(why)}});
}

} // namespace

Result<std::string> unarmour(std::string_view armoured) {
  if (armoured.size() > longest_armour) return fail(Fault::invalid, "trust.too-long");
  if (!armoured.starts_with(begin_line)) return malformed("begin line");
  armoured.remove_prefix(begin_line.size());
  if (armoured.empty() || (armoured[0] != '\n' && armoured[0] != '\r')) return malformed("begin line");
  const auto end = armoured.find(end_line);
  if (end == std::string_view::npos || end == 0 || armoured[end - 1] != '\n') return malformed("end line");
  const auto after = armoured.substr(end + end_line.size());
  if (after.find_first_not_of("\r\n \t") != std::string_view::npos)
    return malformed("text after the end line");
  std::string text;
  for (const char c : armoured.substr(0, end))
    if (c != '\n' && c != '\r') text += c;
  std::string bytes;
  if (text.empty() || !from_base64(text, bytes)) return malformed("base64");
  return bytes;
}

std::string armour(std::string_view bytes) {
  const std::string text = to_base64(bytes);
  std::string out(begin_line);
  out += '\n';
  for (std::size_t i = 0; i < text.size(); i += columns) {
    out.append(text, i, columns);
    out += '\n';
  }
  out += end_line;
  out += '\n';
  return out;
}

Result<SignatureParts> parse_signature(std::string_view bytes) {
  WireReader wire(bytes);
  if (wire.bytes(magic.size()) != magic) return malformed("magic");
  if (wire.number() != 1) return malformed("version");
  SignatureParts parts;
  parts.key = wire.text();
  parts.name_space = wire.text();
  const auto reserved = wire.text();
  parts.hash = wire.text();
  parts.signature = wire.text();
  if (!wire.at_end()) return malformed(wire.good() ? "trailing bytes" : "length");
  if (!reserved.empty()) return malformed("reserved field");
  if (parts.name_space.empty()) return malformed("namespace");
  if (parts.hash != "sha256" && parts.hash != "sha512") return malformed("hash");
  return parts;
}

std::string print_signature(const SignatureParts& parts) {
  std::string out(magic);
  put_number(out, 1);
  put_text(out, parts.key);
  put_text(out, parts.name_space);
  put_text(out, {});
  put_text(out, parts.hash);
  put_text(out, parts.signature);
  return out;
}

std::string signed_data(std::string_view name_space, std::string_view hash, std::string_view message) {
  std::string out(magic);
  put_text(out, name_space);
  put_text(out, {});
  put_text(out, hash);
  if (hash == "sha256") {
    const auto digest = sha256(message);
    put_text(out, {reinterpret_cast<const char*>(digest.data()), digest.size()});
  } else if (hash == "sha512") {
    unsigned char digest[SHA512_DIGEST_LENGTH];
    ::SHA512(reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest);
    put_text(out, {reinterpret_cast<const char*>(digest), sizeof digest});
  } else {
    return {};
  }
  return out;
}

} // namespace assent::trust
