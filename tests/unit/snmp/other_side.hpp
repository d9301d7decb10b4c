// An authoritative engine of SNMPv3, as a device has it, in memory.
#pragma once

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

#include "agents/snmp/pdu.hpp"
#include "agents/snmp/usm.hpp"
#include "agents/snmp/usm_keys.hpp"

namespace other_side {

using namespace assent::snmp;
using namespace assent::snmp::usm;

inline UserKeys reader_keys(const char* password = "authpassword", const char* privacy = "privpassword") {
  return user_keys("reader", Auth::sha256, password, Priv::aes128, privacy);
}

struct Engine {
  explicit Engine(std::string name, const UserKeys& user = reader_keys())
      : id(std::string("\x80\x00\x7e\xd9\x05", 5) + std::move(name)), keys(user, id) {}

  std::string report(const Header& to, const Oid& counter, Level level) {
    std::array<char, 256> room{};
    BerWriter out(room);
    write_report(out, 0, counter, 1);
    return send(to.message_id, level, out.view());
  }
  std::string response(const Header& to, Level level) {
    std::array<char, 256> room{};
    BerWriter out(room);
    write_pdu(out, pdu::response, 7, 0, 0, {});
    return send(to.message_id, level, out.view());
  }
  /// A message of its own clock.
  std::string send(std::uint32_t message_id, Level level, std::string_view bytes,
                   std::string_view user = "reader") {
    return build({.message_id = message_id,
                  .level = level,
                  .reportable = false,
                  .engine = id,
                  .boots = boots,
                  .time = time,
                  .user = level == Level::none ? std::string_view() : user,
                  .context_engine = id,
                  .context_name = {},
                  .pdu = bytes,
                  .salt = ++salt},
                 &keys);
  }
  /// As RFC 3414 section 3.2 answers.
  std::string answer(const std::string& bytes) {
    Header header;
    BOOST_REQUIRE(peek(bytes, header));
    if (header.engine != id) return report(header, unknown_engines, Level::none);
    if (!keys.verify(header)) return report(header, wrong_digests, Level::none);
    const std::uint32_t apart = header.time > time ? header.time - time : time - header.time;
    if (header.boots != boots || apart > time_window) return report(header, not_in_windows, Level::auth);
    return response(header, header.level);
  }

  std::string id;
  EngineKeys keys;
  std::uint32_t boots = 3, time = 5000;
  std::uint64_t salt = 0;
};

} // namespace other_side
