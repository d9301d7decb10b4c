#include "agents/snmp/v3_session.hpp"

#include <openssl/rand.h>

#include <algorithm>

#include "common/result.hpp"

namespace assent::snmp {
namespace {

using namespace std::chrono_literals;
using usm::EngineStamp;
using usm::Level;
using usm::Report;

constexpr int most_agains = 4; ///< discovery, time, and each once more
constexpr int most_candidate_failures = 3;
constexpr usm::Steady replace_pause = 60s;

constexpr std::string_view word_of(Report report) {
  switch (report) {
  case Report::unknown_user:
    return "unknown-user";
  case Report::wrong_digest:
    return "authentication-key";
  case Report::decryption_error:
    return "privacy-key";
  case Report::unsupported_level:
    return "unsupported-level";
  default:
    return {};
  }
}

} // namespace

V3Shared::V3Shared() {
  ASSENT_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&salt), sizeof salt) == 1);
}

V3Session::V3Session(const Credential& credential, V3Shared& shared, EngineKnown known, usm::Steady now)
    : credential_(credential), shared_(shared) {
  if (!known.engine.empty()) known_ = engine_of(known.engine, known.floor, known.guess, now);
}

V3Session::Engine V3Session::engine_of(std::string_view id, EngineStamp floor, EngineStamp guess,
                                       usm::Steady now) const {
  return {std::string(id), std::make_unique<usm::EngineKeys>(credential_.keys, id), usm::EngineClock(floor),
          guess, now};
}

V3Session::Engine* V3Session::target() {
  return candidate_ ? &*candidate_ : known_ ? &*known_ : nullptr;
}

V3Session::Engine* V3Session::engine_named(std::string_view id) {
  if (candidate_ && candidate_->id == id) return &*candidate_;
  return known_ && known_->id == id ? &*known_ : nullptr;
}

bool V3Session::ours(std::uint32_t message_id) const {
  return message_id != 0 && std::ranges::find(ids_, message_id) != ids_.end();
}

void V3Session::begin() {
  ids_ = {};
  agains_ = 0;
}

void V3Session::failed() {
  if (candidate_ && ++candidate_failures_ >= most_candidate_failures) candidate_.reset();
  ids_ = {};
}

std::string V3Session::message(const Request& request, std::uint32_t request_id, std::uint32_t message_id,
                               bool probe, usm::Steady now) {
  ids_[next_id_++ % ids_.size()] = message_id;
  Engine* const engine = target();
  probing_ = probe && engine != nullptr;
  std::array<char, 8192> room;
  BerWriter pdu(room);
  if (engine == nullptr || probe) {
    ++shared_.discoveries;
    write_request(pdu, Request{Request::Kind::get, 0, 0, {}}, request_id);
    return usm::build({.message_id = message_id, .level = Level::none, .pdu = pdu.view()}, nullptr);
  }
  write_request(pdu, request, request_id);
  if (pdu.view().empty()) return {};
  EngineStamp stamp = engine->clock.now(now);
  if (!engine->clock.known()) {
    const auto passed = std::chrono::duration_cast<std::chrono::seconds>(now - engine->guessed).count();
    stamp = engine->guess;
    stamp.time = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(usm::max_boots, stamp.time + static_cast<std::uint64_t>(passed)));
  }
  return usm::build({.message_id = message_id,
                     .level = engine->keys->level(),
                     .engine = engine->id,
                     .boots = stamp.boots,
                     .time = stamp.time,
                     .user = credential_.keys.user,
                     .context_engine = engine->id,
                     .context_name = credential_.context,
                     .pdu = pdu.view(),
                     .salt = shared_.salt++},
                    engine->keys.get());
}

V3Session::Got V3Session::receive(std::string_view bytes, usm::Steady now, Answer& answer) {
  usm::Header header;
  if (!usm::peek(bytes, header)) return Got::malformed;
  if (!ours(header.message_id)) return Got::stray;
  return header.level == Level::none ? unauthenticated(header, now, answer)
                                     : authenticated(header, now, answer);
}

/// A Report, which is a hint and nothing more; or an answer where the credential has no keys.
V3Session::Got V3Session::unauthenticated(const usm::Header& header, usm::Steady now, Answer& answer) {
  usm::Scoped scoped;
  if (!usm::read_scoped(header.scoped, false, scoped)) return Got::malformed;
  if (scoped.tag == pdu::report) {
    Answer counters;
    if (!shared_.pdu.read(scoped.pdu, counters) || counters.varbinds.empty()) return Got::malformed;
    return report(usm::report_of(counters.varbinds[0].oid), header, nullptr, now);
  }
  Engine* const engine = engine_named(header.engine);
  if (credential_.keys.level() != Level::none || engine == nullptr || header.user != credential_.keys.user)
    return Got::malformed;
  if (!read_answer(scoped, *engine, answer)) return Got::malformed;
  prove(*engine);
  return Got::answer;
}

V3Session::Got V3Session::authenticated(const usm::Header& header, usm::Steady now, Answer& answer) {
  Engine* const engine = engine_named(header.engine);
  if (engine == nullptr || header.user != credential_.keys.user) return Got::malformed;
  if (header.level > engine->keys->level() || !engine->keys->verify(header)) {
    ++shared_.bad_macs;
    return Got::malformed;
  }
  std::string_view plain = header.scoped;
  if (header.level == Level::priv) {
    shared_.plain.resize(std::max(shared_.plain.size(), plain.size()));
    const auto text = engine->keys->decrypt(header, shared_.plain);
    if (!text) return Got::malformed;
    plain = *text;
  }
  usm::Scoped scoped;
  const bool padded = header.level == Level::priv && engine->keys->pads();
  if (!usm::read_scoped(plain, padded, scoped)) return Got::malformed;
  if (scoped.tag == pdu::report) {
    Answer counters;
    if (!shared_.pdu.read(scoped.pdu, counters) || counters.varbinds.empty()) return Got::malformed;
    return report(usm::report_of(counters.varbinds[0].oid), header, engine, now);
  }
  // An answer has the level that was asked with: reports alone may have less.
  if (header.level != engine->keys->level()) return Got::malformed;
  const EngineStamp stamp{header.boots, header.time};
  if (!engine->clock.known()) {
    synchronise(*engine, stamp, now);
  } else if (!engine->clock.authentic(stamp, now)) {
    ++shared_.out_of_time;
    return Got::malformed;
  }
  if (!read_answer(scoped, *engine, answer)) return Got::malformed;
  prove(*engine);
  return Got::answer;
}

bool V3Session::read_answer(const usm::Scoped& scoped, const Engine& engine, Answer& answer) {
  return scoped.tag == pdu::response && scoped.context_engine == engine.id &&
         scoped.context_name == credential_.context && shared_.pdu.read(scoped.pdu, answer);
}

V3Session::Got V3Session::report(Report what, const usm::Header& header, Engine* authentic, usm::Steady now) {
  ++shared_.reports;
  const EngineStamp stamp{header.boots, header.time};
  if (what == Report::unknown_engine) return rediscovered(header, now);
  if (what == Report::not_in_window && authentic != nullptr) {
    // It carries the number of a message of ours under the MAC: it can't be an old one.
    synchronise(*authentic, stamp, now);
    return again(Got::hint);
  }
  Engine* const engine = engine_named(header.engine);
  if (what == Report::not_in_window && engine != nullptr && !engine->clock.known()) {
    engine->guess = stamp;
    engine->guessed = now;
    return again(Got::hint);
  }
  if (const std::string_view word = word_of(what); !word.empty()) trouble_ = word;
  return Got::hint;
}

V3Session::Got V3Session::rediscovered(const usm::Header& header, usm::Steady now) {
  if (header.engine.empty()) return Got::malformed;
  if (candidate_ && known_ && known_->id == header.engine) {
    // What was said to be the new engine is unknown there, and the old one is not: somebody lied, or it is
    // back.
    candidate_.reset();
    return again(Got::hint);
  }
  if (const Engine* engine = engine_named(header.engine); engine != nullptr) {
    // It lives, its engine is the one that we know, and it answers nothing that we encrypt.
    if (probing_ && engine->keys->level() == Level::priv && trouble_.empty()) trouble_ = "privacy-key";
    return Got::hint;
  }
  if (known_ && known_->proved) {
    if (now < replace_after_) return Got::hint;
    replace_after_ = now + replace_pause;
  }
  if (agains_ >= most_agains) return Got::hint;
  candidate_ = engine_of(header.engine, {}, {header.boots, header.time}, now);
  candidate_failures_ = 0;
  return again(Got::hint);
}

V3Session::Got V3Session::again(Got otherwise) {
  if (agains_ >= most_agains) return otherwise;
  ++agains_;
  return Got::again;
}

void V3Session::synchronise(Engine& engine, EngineStamp stamp, usm::Steady now) {
  using Sync = usm::EngineClock::Sync;
  const Sync sync = engine.clock.synchronise(stamp, now);
  if (sync == Sync::fell_back) fallen_ = true;
  if (sync == Sync::rebooted) fallen_ = false;
}

void V3Session::prove(Engine& engine) {
  trouble_ = {};
  ids_ = {};
  engine.proved = true;
  if (known_ && &engine == &*known_) {
    candidate_.reset();
  } else {
    known_ = std::move(*candidate_);
    candidate_.reset();
  }
}

std::optional<bool> V3Session::take_fallen() {
  return std::exchange(fallen_, std::nullopt);
}

} // namespace assent::snmp
