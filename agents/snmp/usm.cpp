#include "agents/snmp/usm.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "agents/snmp/ber.hpp"
#include "agents/snmp/pdu.hpp"
#include "agents/snmp/usm_keys.hpp"

namespace assent::snmp::usm {
namespace {

constexpr std::int64_t version_3 = 3, user_based = 3;
constexpr unsigned char flag_auth = 1, flag_priv = 2, flag_report = 4;

/// A whole number of 0 to 2^31-1.
bool take_number(BerReader& reader, std::uint32_t& value) {
  std::string_view content;
  std::int64_t number = 0;
  if (!reader.take(pdu::integer, content) || content.empty() || !read_integer(content, number)) return false;
  if (number < 0 || number > max_boots) return false;
  value = static_cast<std::uint32_t>(number);
  return true;
}

bool take_global(std::string_view content, Header& header) {
  BerReader reader(content);
  std::string_view flags;
  std::uint32_t model = 0;
  if (!take_number(reader, header.message_id) || !take_number(reader, header.max_size)) return false;
  if (!reader.take(pdu::octets, flags) || flags.size() != 1) return false;
  if (!take_number(reader, model) || !reader.empty() || model != user_based) return false;
  const auto bits = static_cast<unsigned char>(flags[0]);
  const bool auth = (bits & flag_auth) != 0;
  const bool priv = (bits & flag_priv) != 0;
  if (priv && !auth) return false; // RFC 3412 section 7.2, 5) d
  header.level = priv ? Level::priv : auth ? Level::auth : Level::none;
  header.reportable = (bits & flag_report) != 0;
  return true;
}

bool take_security(std::string_view content, Header& header) {
  BerReader outer(content);
  std::string_view fields;
  if (!outer.take(pdu::sequence, fields) || !outer.empty()) return false;
  BerReader reader(fields);
  if (!reader.take(pdu::octets, header.engine)) return false;
  if (!take_number(reader, header.boots) || !take_number(reader, header.time)) return false;
  if (!reader.take(pdu::octets, header.user) || !reader.take(pdu::octets, header.mac)) return false;
  if (!reader.take(pdu::octets, header.salt) || !reader.empty()) return false;
  const std::size_t engine = header.engine.size();
  if (engine != 0 && (engine < 5 || engine > max_engine)) return false;
  if (header.user.size() > max_user) return false;
  if (header.mac.empty() != (header.level == Level::none) || header.mac.size() > 48) return false;
  return header.salt.size() == (header.level == Level::priv ? 8U : 0U);
}

} // namespace

std::optional<int> version_of(std::string_view bytes) {
  std::string_view message, version;
  std::int64_t number = 0;
  if (!BerReader(bytes).take(pdu::sequence, message)) return std::nullopt;
  BerReader reader(message);
  if (!reader.take(pdu::integer, version) || version.empty() || !read_integer(version, number))
    return std::nullopt;
  if (number != 0 && number != 1 && number != version_3) return std::nullopt;
  return static_cast<int>(number);
}

bool peek(std::string_view bytes, Header& header) {
  header = {};
  if (bytes.size() > max_datagram) return false;
  BerReader outer(bytes);
  std::string_view message, global, security;
  std::uint32_t version = 0;
  if (!outer.take(pdu::sequence, message) || !outer.empty()) return false;
  BerReader reader(message);
  if (!take_number(reader, version) || version != version_3) return false;
  if (!reader.take(pdu::sequence, global) || !take_global(global, header)) return false;
  if (!reader.take(pdu::octets, security) || !take_security(security, header)) return false;
  header.message = bytes;
  if (header.level == Level::priv) return reader.take(pdu::octets, header.scoped) && reader.empty();
  header.scoped = reader.rest();
  std::string_view content;
  return reader.take(pdu::sequence, content) && reader.empty();
}

bool read_scoped(std::string_view plain, bool padded, Scoped& scoped) {
  scoped = {};
  BerReader outer(plain);
  std::string_view content;
  if (!outer.take(pdu::sequence, content) || (!padded && !outer.empty())) return false;
  BerReader reader(content);
  Element element;
  if (!reader.take(pdu::octets, scoped.context_engine) || !reader.take(pdu::octets, scoped.context_name))
    return false;
  if (!reader.take(element) || !reader.empty()) return false;
  scoped.tag = element.tag;
  scoped.pdu = element.content;
  return scoped.context_engine.size() <= max_engine && scoped.context_name.size() <= 32;
}

std::string build(const Outgoing& message, EngineKeys* keys) {
  const bool auth = message.level != Level::none;
  const bool priv = message.level == Level::priv;
  if (auth && (keys == nullptr || keys->level() < message.level)) return {};
  std::array<char, 8> salt{};
  for (std::size_t i = 0; i < salt.size(); ++i)
    salt[i] = static_cast<char>(message.salt >> (56 - 8 * i));
  // Answers to informs carry the inform's varbinds back: as large as a datagram.
  std::string plain_room(message.pdu.size() + 128, '\0'), cipher_room;
  BerWriter plain(plain_room);
  plain.bytes(message.pdu);
  plain.octets(message.context_name);
  plain.octets(message.context_engine);
  plain.close(0, pdu::sequence);
  std::string_view scoped = plain.view();
  if (scoped.empty()) return {};
  if (priv) {
    cipher_room.resize(scoped.size() + 8);
    const auto encrypted =
        keys->encrypt(scoped, message.boots, message.time, {salt.data(), salt.size()}, cipher_room);
    if (!encrypted) return {};
    scoped = *encrypted;
  }
  std::string room(scoped.size() + 256, '\0');
  BerWriter out(room);
  priv ? out.octets(scoped) : out.bytes(scoped);
  const std::size_t security = out.mark();
  out.octets(priv ? std::string_view(salt.data(), salt.size()) : std::string_view());
  const std::size_t after_mac = out.mark();
  static constexpr std::array<char, 48> zeros{};
  const std::size_t mac = auth ? keys->mac_size() : 0;
  out.octets({zeros.data(), mac});
  out.octets(message.user);
  out.integer(message.time);
  out.integer(message.boots);
  out.octets(message.engine);
  out.close(security, pdu::sequence);
  out.close(security, pdu::octets);
  const std::size_t global = out.mark();
  const char flags = static_cast<char>((auth ? flag_auth : 0) | (priv ? flag_priv : 0) |
                                       (message.reportable ? flag_report : 0));
  out.integer(user_based);
  out.octets({&flags, 1});
  out.integer(message.max_size);
  out.integer(message.message_id);
  out.close(global, pdu::sequence);
  out.integer(version_3);
  out.close(0, pdu::sequence);
  const std::string_view whole = out.view();
  if (whole.empty() || whole.size() > max_datagram) return {};
  std::string bytes(whole);
  if (auth) {
    const std::size_t at = bytes.size() - after_mac - mac;
    const std::string_view digest =
        keys->mac(std::string_view(bytes).substr(0, at), std::string_view(bytes).substr(at + mac));
    std::memcpy(bytes.data() + at, digest.data(), mac);
  }
  return bytes;
}

Report report_of(OidView counter) {
  static const std::pair<const Oid*, Report> known[] = {
      {&unsupported_levels, Report::unsupported_level}, {&not_in_windows, Report::not_in_window},
      {&unknown_users, Report::unknown_user},           {&unknown_engines, Report::unknown_engine},
      {&wrong_digests, Report::wrong_digest},           {&decryption_errors, Report::decryption_error},
  };
  for (const auto& [oid, report] : known)
    if (std::ranges::equal(*oid, counter)) return report;
  return Report::none;
}

} // namespace assent::snmp::usm
