#include "agents/snmp/notification.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "agents/snmp/ber.hpp"
#include "agents/snmp/values.hpp"

namespace assent::snmp {
namespace {

constexpr std::size_t max_said = 255;
constexpr unsigned char ip_address = 0x40, ticks = 0x43;
const Oid snmp_traps{1, 3, 6, 1, 6, 3, 1, 1, 5};
constexpr std::int64_t enterprise_specific = 6;

/// The content of the list of varbinds at the end of a PDU with three integers before it.
bool find_list(std::string_view content, std::string_view& list) {
  BerReader reader(content);
  std::string_view number;
  for (int i = 0; i < 3; ++i)
    if (!reader.take(pdu::integer, number)) return false;
  return reader.take(pdu::sequence, list) && reader.empty();
}

/// At most so many bytes, cut between characters.
std::string shortened(std::string text) {
  if (text.size() <= max_said) return text;
  std::size_t end = max_said;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
    --end;
  return text.substr(0, end) + "…";
}

} // namespace

bool read_community_message(std::string_view bytes, CommunityMessage& message) {
  BerReader outer(bytes);
  std::string_view content, version;
  std::int64_t number = 0;
  if (bytes.size() > max_datagram || !outer.take(pdu::sequence, content) || !outer.empty()) return false;
  BerReader reader(content);
  if (!reader.take(pdu::integer, version) || !read_integer(version, number)) return false;
  if (number != 0 && number != 1) return false;
  message.version = static_cast<int>(number);
  Element element;
  if (!reader.take(pdu::octets, message.community) || !reader.take(element) || !reader.empty()) return false;
  message.tag = element.tag;
  message.pdu = element.content;
  return true;
}

bool NotificationReader::read(bool v1, unsigned char tag, std::string_view content, Notification& to) {
  to = {};
  if (v1) return tag == pdu::trap_v1 && read_v1(content, to);
  to.inform = tag == pdu::inform;
  return (to.inform || tag == pdu::trap) && read_v2(content, to);
}

bool NotificationReader::read_v1(std::string_view content, Notification& to) {
  BerReader reader(content);
  std::string_view enterprise, address, generic, specific, uptime;
  std::int64_t which = 0;
  std::int64_t detail = 0;
  if (!reader.take(pdu::object_id, enterprise) || !reader.take(ip_address, address) ||
      !reader.take(pdu::integer, generic) || !reader.take(pdu::integer, specific) ||
      !reader.take(ticks, uptime) || !reader.take(pdu::sequence, to.list) || !reader.empty())
    return false;
  if (!read_integer(generic, which) || !read_integer(specific, detail)) return false;
  if (which < 0 || which > enterprise_specific || detail < 0 || detail > UINT32_MAX) return false;
  if (which < enterprise_specific) {
    to.kind = snmp_traps;
    to.kind.push_back(static_cast<std::uint32_t>(which + 1));
  } else {
    std::array<std::uint32_t, 128> parts{};
    std::size_t count = 0;
    if (enterprise.empty() || !read_oid(enterprise, parts.data(), parts.size(), count) || count < 2)
      return false;
    to.kind.assign(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count));
    to.kind.push_back(0);
    to.kind.push_back(static_cast<std::uint32_t>(detail));
  }
  if (address.size() == 4 && address != std::string_view("\0\0\0\0", 4)) to.claimed = address_value(address);
  return pdu_.read_list(to.list, to.varbinds);
}

bool NotificationReader::read_v2(std::string_view content, Notification& to) {
  Answer fields;
  if (!find_list(content, to.list) || !pdu_.read(content, fields)) return false;
  to.request_id = fields.request_id;
  to.varbinds = fields.varbinds;
  for (const Varbind& varbind : to.varbinds) {
    if (std::ranges::equal(varbind.oid, snmp_trap_oid) && varbind.type == Type::object_id && to.kind.empty())
      to.kind.assign(varbind.object.begin(), varbind.object.end());
    if (std::ranges::equal(varbind.oid, snmp_trap_address) && varbind.type == Type::address)
      to.claimed = address_value(varbind.octets);
  }
  return to.kind.size() >= 2;
}

std::string inform_response(const Notification& inform, std::string_view community) {
  std::string room(inform.list.size() + community.size() + 64, '\0');
  BerWriter out(room);
  write_pdu(out, pdu::response, inform.request_id, 0, 0, inform.list);
  out.octets(community);
  out.integer(1);
  out.close(0, pdu::sequence);
  return std::string(out.view());
}

Said said_by(const Profile& profile, const Notification& notification) {
  Said said;
  const auto rule = std::ranges::find(profile.notifications, notification.kind, &NotificationRule::oid);
  if (rule == profile.notifications.end()) {
    said.name = shortened(oid_text(notification.kind));
    return said;
  }
  said.name = rule->name;
  said.hint = rule->hint;
  for (const NotificationRule::Field& field : rule->fields)
    for (const Varbind& varbind : notification.varbinds) {
      if (!starts_with(varbind.oid, field.value.oid)) continue;
      const auto text = plain_value(Value::of(varbind), field.value, profile.encoding);
      if (!text || text->empty()) continue;
      std::string& to = field.says == "who" ? said.who : field.says == "from" ? said.from : said.command;
      to = shortened(field.says == "command" ? without_secrets(*text) : *text);
      break;
    }
  return said;
}

std::string without_secrets(std::string_view command) {
  constexpr std::array<std::string_view, 14> words{
      "password", "passwd", "secret",    "community",           "cipher",     "simple", "key", "psk",
      "md5",      "sha",    "encrypted", "irreversible-cipher", "passphrase", "token"};
  std::size_t at = 0;
  while (at < command.size()) {
    const std::size_t end = std::min(command.find_first_of(" \t=:\"", at), command.size());
    std::string word(command.substr(at, end - at));
    std::ranges::transform(word, word.begin(),
                           [](unsigned char each) { return static_cast<char>(std::tolower(each)); });
    const bool secret = std::ranges::any_of(words, [&](std::string_view each) {
      return word == each || word.ends_with("-" + std::string(each)) ||
             word.starts_with(std::string(each) + "-");
    });
    if (secret && end < command.size()) return std::string(command.substr(0, end)) + " …";
    at = end + 1;
  }
  return std::string(command);
}

} // namespace assent::snmp
