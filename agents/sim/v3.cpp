#include "agents/sim/v3.hpp"

#include <openssl/rand.h>

#include <algorithm>

#include "agents/snmp/pdu.hpp"
#include "common/hash.hpp"
#include "common/result.hpp"

namespace assent::sim {
namespace {

namespace usm = snmp::usm;
using usm::Level;

const snmp::Oid& counter_of(usm::Report what) {
  switch (what) {
  case usm::Report::unsupported_level:
    return usm::unsupported_levels;
  case usm::Report::not_in_window:
    return usm::not_in_windows;
  case usm::Report::unknown_user:
    return usm::unknown_users;
  case usm::Report::wrong_digest:
    return usm::wrong_digests;
  case usm::Report::decryption_error:
    return usm::decryption_errors;
  default:
    return usm::unknown_engines;
  }
}

} // namespace

V3Users::V3Users() {
  ASSENT_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&salt_), sizeof salt_) == 1);
}

std::span<char> V3Users::room(std::size_t size) {
  if (room_.size() < size) room_.resize(size);
  return room_;
}

std::string engine_id_of(std::string_view device_name) {
  std::string id("\x80\x00\x7e\xd9\x05", 5);
  const auto digest = sha256(device_name);
  id.append(reinterpret_cast<const char*>(digest.data()), 16);
  return id;
}

V3Engine::V3Engine(std::string id, V3Users& users) : id_(std::move(id)), users_(users) {
  for (const usm::UserKeys& user : users.all())
    known_.push_back({&user, nullptr});
}

V3Engine::Known* V3Engine::user_named(std::string_view name) {
  const auto found = std::ranges::find_if(known_, [&](const Known& each) { return each.user->user == name; });
  if (found == known_.end()) return nullptr;
  if (!found->keys) found->keys = std::make_unique<usm::EngineKeys>(*found->user, id_);
  return &*found;
}

void V3Engine::report(Opened& opened, const usm::Header& header, usm::Report what, usm::EngineStamp now) {
  const std::uint32_t count = ++counters_[static_cast<std::size_t>(what)];
  if (!header.reportable) return;
  // The number of the request, where it is there to be read (RFC 3412 section 7.1, 3) c).
  std::uint32_t request_id = 0;
  usm::Scoped scoped;
  if (header.level != Level::priv && usm::read_scoped(header.scoped, false, scoped))
    if (const auto request = parse_pdu(scoped.tag, scoped.pdu))
      request_id = static_cast<std::uint32_t>(request->id);
  std::array<char, 128> bytes;
  snmp::BerWriter pdu(bytes);
  snmp::write_report(pdu, request_id, counter_of(what), count);
  // Only a sender that has proved itself is told the time under the MAC.
  const bool proved = what == usm::Report::not_in_window;
  opened.report = usm::build({.message_id = header.message_id,
                              .level = proved ? Level::auth : Level::none,
                              .reportable = false,
                              .engine = id_,
                              .boots = now.boots,
                              .time = now.time,
                              .user = proved ? header.user : std::string_view(),
                              .context_engine = id_,
                              .pdu = pdu.view()},
                             proved ? opened.keys : nullptr);
}

bool V3Engine::open_scoped(std::string_view plain, bool padded, Opened& opened) const {
  usm::Scoped scoped;
  if (!usm::read_scoped(plain, padded, scoped)) return false;
  // One context, the default one (RFC 3412 section 7.2, RFC 3413 section 3.2).
  if (scoped.context_engine != id_ || !scoped.context_name.empty()) return false;
  auto request = parse_pdu(scoped.tag, scoped.pdu);
  if (!request) return false;
  opened.request = std::move(*request);
  opened.request.version = 3;
  return true;
}

V3Engine::Opened V3Engine::open(std::string_view datagram, usm::EngineStamp now) {
  Opened opened;
  usm::Header header;
  if (!usm::peek(datagram, header)) return opened;
  opened.message_id = header.message_id;
  opened.max_size = header.max_size;
  opened.level = header.level;
  opened.user = header.user;
  const auto reported = [&](usm::Report what) {
    report(opened, header, what, now);
    return std::move(opened);
  };
  if (header.engine != id_) return reported(usm::Report::unknown_engine);
  const Known* const known = user_named(header.user);
  if (known == nullptr) return reported(usm::Report::unknown_user);
  opened.keys = known->keys.get();
  if (header.level != opened.keys->level()) return reported(usm::Report::unsupported_level);
  if (header.level != Level::none) {
    if (!opened.keys->verify(header)) return reported(usm::Report::wrong_digest);
    if (!usm::in_window({header.boots, header.time}, now)) return reported(usm::Report::not_in_window);
  }
  std::string_view plain = header.scoped;
  if (header.level == Level::priv) {
    const auto text = opened.keys->decrypt(header, users_.room(plain.size()));
    if (!text) return reported(usm::Report::decryption_error);
    plain = *text;
  }
  // With a wrong AES key this is nonsense; real agents are silent then, too.
  opened.good = open_scoped(plain, opened.keys->pads(), opened);
  return opened;
}

std::string V3Engine::seal(const Opened& opened, std::string_view response, usm::EngineStamp now) {
  return usm::build({.message_id = opened.message_id,
                     .level = opened.level,
                     .reportable = false,
                     .engine = id_,
                     .boots = now.boots,
                     .time = now.time,
                     .user = opened.user,
                     .context_engine = id_,
                     .pdu = response,
                     .salt = opened.level == Level::priv ? users_.next_salt() : 0},
                    opened.keys);
}

std::size_t V3Engine::overhead(const Opened& opened) const {
  constexpr std::size_t fixed = 104; // tags, lengths and numbers, at their longest, and DES's padding
  return fixed + 2 * id_.size() + opened.user.size() + opened.keys->mac_size();
}

} // namespace assent::sim
