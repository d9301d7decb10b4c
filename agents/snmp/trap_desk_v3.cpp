// Notifications in SNMPv3 (RFC 3412, 3414): traps, for which the device's engine is authoritative, and
// informs, for which ours is. What is cheap is looked at first: source, size, header, engine, user, level;
// then, as far as the source's budget goes, the MAC; only what is authentic and in time is decrypted and
// read.
#include <algorithm>
#include <array>

#include "agents/snmp/trap_desk.hpp"

namespace assent::snmp {

using usm::EngineStamp;
using usm::Level;

std::string TrapDesk::take_v3(const std::vector<Id>& devices, std::string_view bytes, Moment now) {
  usm::Header header;
  if (bytes.size() > max_v3_notification) {
    ++figures_.size;
    return {};
  }
  if (!usm::peek(bytes, header)) {
    ++figures_.malformed;
    return {};
  }
  Meant meant = meant_by(devices, header);
  if (meant.budget == nullptr) {
    ++figures_.version;
    return {};
  }
  if (!meant.known) {
    std::uint64_t& counted = header.engine.empty() ? figures_.discovery : figures_.engine;
    return refused(header, meant, counted, usm::unknown_engines, now);
  }
  if (meant.devices.empty()) return refused(header, meant, figures_.user, usm::unknown_users, now);
  std::erase_if(meant.devices,
                [&](const Device* each) { return each->credential->keys.level() != header.level; });
  if (header.level == Level::none || meant.devices.empty())
    return refused(header, meant, figures_.level, usm::unsupported_levels, now);
  if (!meant.budget->take(now.steady)) {
    ++figures_.limited;
    return {};
  }
  if (!verified(header, meant)) return refused(header, meant, figures_.digest, usm::wrong_digests, now);
  return meant.ours ? take_inform(header, meant, now) : take_trap(header, meant, now);
}

TrapDesk::Meant TrapDesk::meant_by(const std::vector<Id>& devices, const usm::Header& header) {
  Meant meant;
  meant.ours = header.engine == local_.id();
  for (const Id id : devices) {
    Device* const device = poller_.find(id);
    if (device == nullptr || device->v3 == nullptr) continue;
    if (meant.budget == nullptr) meant.budget = &device->budget;
    const std::string* const engine = device->v3->engine();
    if (!meant.ours && (engine == nullptr || *engine != header.engine)) continue;
    meant.known = true;
    if (device->credential->keys.user == header.user) meant.devices.push_back(device);
  }
  return meant;
}

/// Counts it, and says so to who may be told: in the clear, because nobody has shown a key.
std::string TrapDesk::refused(const usm::Header& header, Meant& meant, std::uint64_t& counted,
                              OidView counter, Moment now) {
  // One that comes from a wrong digest has been paid for.
  const bool paid = &counted == &figures_.digest;
  if (header.reportable && !paid && !meant.budget->take(now.steady)) {
    ++figures_.limited;
    return {};
  }
  return report(header, counter, ++counted, nullptr, now);
}

/// Finds the credential whose keys made the MAC; those of the devices stay that have it.
bool TrapDesk::verified(const usm::Header& header, Meant& meant) {
  std::vector<const Credential*> tried;
  for (Device* const device : meant.devices) {
    const Credential* const credential = device->credential;
    if (std::ranges::find(tried, credential) != tried.end()) continue;
    tried.push_back(credential);
    if (meant.ours && !own_users_.contains(credential))
      own_users_.emplace(credential, OwnUser{usm::EngineKeys(credential->keys, local_.id())});
    usm::EngineKeys* const keys = meant.ours ? &own_users_.at(credential).keys : device->v3->keys();
    if (keys == nullptr || !keys->verify(header)) continue;
    meant.credential = credential;
    meant.keys = keys;
    std::erase_if(meant.devices, [&](const Device* each) { return each->credential != credential; });
    return true;
  }
  return false;
}

std::string TrapDesk::take_inform(const usm::Header& header, Meant& meant, Moment now) {
  const EngineStamp stamp{header.boots, header.time};
  if (!local_.in_window(stamp, now.steady)) {
    // RFC 3414 section 4: boots and time of 0 ask for ours, now under a MAC.
    std::uint64_t& counted = stamp == EngineStamp{} ? figures_.discovery : figures_.replay;
    return report(header, usm::not_in_windows, ++counted, meant.keys, now);
  }
  const SeenMessages::Said seen = own_users_.at(meant.credential).heard.take(stamp, header.mac);
  if (seen == SeenMessages::Said::lost) {
    ++figures_.replay;
    return {};
  }
  usm::Scoped scoped;
  Notification notification;
  const std::uint64_t before = figures_.decryption;
  if (!open(header, meant, scoped, notification)) {
    if (figures_.decryption == before) return {};
    return report(header, usm::decryption_errors, figures_.decryption, nullptr, now);
  }
  if (seen == SeenMessages::Said::again)
    ++figures_.again; // our answer was lost, or somebody repeats it: nothing is heard twice
  else
    hear_all(meant, notification, now);
  return notification.inform ? response(header, scoped, notification, *meant.keys, now) : std::string();
}

std::string TrapDesk::take_trap(const usm::Header& header, Meant& meant, Moment now) {
  const EngineStamp stamp{header.boots, header.time};
  const bool early =
      std::ranges::none_of(meant.devices, [](const Device* each) { return each->v3->clock()->known(); });
  std::erase_if(meant.devices, [&](Device* each) {
    return !each->v3->clock_for_notifications()->notified(stamp, now.steady) ||
           each->heard.take(stamp, header.mac) != SeenMessages::Said::now;
  });
  if (meant.devices.empty()) {
    ++(early ? figures_.early : figures_.replay);
    return {};
  }
  for (const Device* device : meant.devices)
    poller_.notified(*device, now);
  usm::Scoped scoped;
  Notification notification;
  if (!open(header, meant, scoped, notification)) return {};
  hear_all(meant, notification, now);
  // An inform is addressed to our engine: who does not know it is told.
  return notification.inform ? report(header, usm::unknown_engines, figures_.engine, nullptr, now)
                             : std::string();
}

/// Decrypts and reads what is authentic; counts it where it makes no sense.
bool TrapDesk::open(const usm::Header& header, const Meant& meant, usm::Scoped& scoped,
                    Notification& notification) {
  std::string_view plain = header.scoped;
  const bool secret = header.level == Level::priv;
  if (secret) {
    plain_.resize(std::max(plain_.size(), header.scoped.size()));
    const auto decrypted = meant.keys->decrypt(header, plain_);
    if (!decrypted) {
      ++figures_.decryption;
      return false;
    }
    plain = *decrypted;
  }
  if (!usm::read_scoped(plain, secret && meant.keys->pads(), scoped)) {
    ++(secret ? figures_.decryption : figures_.malformed);
    return false;
  }
  if (reader_.read(false, scoped.tag, scoped.pdu, notification)) return true;
  ++figures_.malformed;
  return false;
}

void TrapDesk::hear_all(const Meant& meant, const Notification& notification, Moment now) {
  bool hint = false;
  for (Device* const device : meant.devices)
    hint = hear(*device, notification, "v3", true, now).hint || hint;
  ++(hint ? figures_.hint : figures_.no_hint);
}

/// A Report with one of our counters, where one may be sent (RFC 3412 section 7.1, step 3).
std::string TrapDesk::report(const usm::Header& header, OidView counter, std::uint64_t count,
                             usm::EngineKeys* keys, Moment now) {
  if (!header.reportable) return {};
  std::array<char, 256> room;
  BerWriter pdu(room);
  write_report(pdu, 0, counter, static_cast<std::uint32_t>(count));
  const EngineStamp clock = local_.now(now.steady);
  return usm::build({.message_id = header.message_id,
                     .level = keys == nullptr ? Level::none : Level::auth,
                     .reportable = false,
                     .engine = local_.id(),
                     .boots = clock.boots,
                     .time = clock.time,
                     .user = keys == nullptr ? std::string_view() : header.user,
                     .context_engine = local_.id(),
                     .context_name = {},
                     .pdu = pdu.view(),
                     .salt = 0,
                     .max_size = max_v3_notification},
                    keys);
}

std::string TrapDesk::response(const usm::Header& header, const usm::Scoped& scoped,
                               const Notification& inform, usm::EngineKeys& keys, Moment now) {
  std::string room(inform.list.size() + 64, '\0');
  BerWriter pdu(room);
  write_pdu(pdu, pdu::response, inform.request_id, 0, 0, inform.list);
  const EngineStamp clock = local_.now(now.steady);
  return usm::build({.message_id = header.message_id,
                     .level = header.level,
                     .reportable = false,
                     .engine = local_.id(),
                     .boots = clock.boots,
                     .time = clock.time,
                     .user = header.user,
                     .context_engine = scoped.context_engine,
                     .context_name = scoped.context_name,
                     .pdu = pdu.view(),
                     .salt = ++salt_,
                     .max_size = max_v3_notification},
                    &keys);
}

} // namespace assent::snmp
