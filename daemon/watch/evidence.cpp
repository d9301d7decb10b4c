#include "daemon/watch/evidence.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "common/json.hpp"

namespace assent::watch {
namespace {

constexpr std::size_t most_bytes = 1u << 20;
constexpr std::string_view sides[] = {"up", "down"};

std::string whole(double number) {
  return std::to_string(static_cast<std::uint64_t>(std::llround(std::max(0.0, number))));
}

std::optional<std::uint64_t> whole_in(const json::object& object, std::string_view name) {
  const std::string text = text_of(object, name);
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

Instant time_in(const json::object& object, std::string_view name) {
  const auto at = parse_instant(text_of(object, name));
  return at ? *at : Instant{};
}

void put(json::object& out, const Each<Verdict>& verdicts) {
  for (std::size_t i = 0; i < 2; ++i)
    if (verdicts[i].holds) out[sides[i]] = to_text(verdicts[i].since);
}

void take(const json::object& given, Each<Verdict>& verdicts) {
  for (std::size_t i = 0; i < 2; ++i)
    if (given.contains(sides[i])) verdicts[i] = {true, time_in(given, sides[i])};
}

constexpr std::pair<std::string_view, std::uint64_t CounterSample::*> counters[] = {
    {"in", &CounterSample::in},
    {"out", &CounterSample::out},
    {"in-discards", &CounterSample::in_discards},
    {"out-discards", &CounterSample::out_discards},
    {"speed", &CounterSample::speed},
    {"discontinuity", &CounterSample::discontinuity}};

json::object json_of(const CounterSample& sample) {
  json::object out{{"time", to_text(sample.time)}};
  if (sample.uptime) out["uptime"] = std::to_string(*sample.uptime);
  if (sample.boots) out["boots"] = std::to_string(*sample.boots);
  for (const auto& [name, member] : counters)
    if (sample.*member != no_counter) out[name] = std::to_string(sample.*member);
  if (sample.narrow_in) out["narrow-in"] = true;
  if (sample.narrow_out) out["narrow-out"] = true;
  return out;
}

CounterSample sample_of(const json::object& given) {
  CounterSample sample;
  sample.time = time_in(given, "time");
  sample.uptime = whole_in(given, "uptime");
  sample.boots = whole_in(given, "boots");
  for (const auto& [name, member] : counters)
    sample.*member = whole_in(given, name).value_or(no_counter);
  sample.narrow_in = flag_of(given, "narrow-in");
  sample.narrow_out = flag_of(given, "narrow-out");
  return sample;
}

json::object json_of(const Stretch& stretch) {
  json::object out{{"from", to_text(stretch.from)}, {"until", to_text(stretch.until)}};
  for (std::size_t i = 0; i < 2; ++i) {
    json::object side{{"octets", whole(stretch.octets[i])}};
    if (!std::isnan(stretch.discards[i])) side["discards"] = whole(stretch.discards[i]);
    if (std::isfinite(stretch.allowed[i])) side["allowed"] = whole(stretch.allowed[i]);
    out[sides[i]] = std::move(side);
  }
  return out;
}

Stretch stretch_of(const json::object& given) {
  Stretch stretch;
  stretch.from = time_in(given, "from");
  stretch.until = time_in(given, "until");
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& side = object_of(given, sides[i]);
    const auto discards = whole_in(side, "discards"), allowed = whole_in(side, "allowed");
    stretch.octets[i] = static_cast<double>(whole_in(side, "octets").value_or(0));
    stretch.discards[i] = discards ? static_cast<double>(*discards) : discards_unknown;
    stretch.allowed[i] = allowed ? static_cast<double>(*allowed) : std::numeric_limits<double>::infinity();
  }
  return stretch;
}

} // namespace

std::string to_kept(const Evidence& evidence) {
  json::object out;
  const auto add = [&](std::string_view name, const Each<Verdict>& verdicts) {
    json::object held;
    put(held, verdicts);
    if (!held.empty()) out[name] = std::move(held);
  };
  add("congestion", evidence.congestion);
  add("abuse", evidence.abuse);
  add("excess", evidence.excess);
  for (std::size_t i = 0; i < 2; ++i)
    if (evidence.by_discards[i]) out["by-discards-" + std::string(sides[i])] = true;
  if (evidence.unmeasured) out["unmeasured"] = true;
  if (evidence.valid != Instant{}) out["valid"] = to_text(evidence.valid);
  if (evidence.last) out["last"] = json_of(*evidence.last);
  json::array stretches;
  for (const auto& stretch : evidence.stretches)
    stretches.push_back(json_of(stretch));
  if (!stretches.empty()) out["stretches"] = std::move(stretches);
  return canonical(out);
}

Result<Evidence> evidence_from(std::string_view text) {
  auto parsed = parse_json(text, most_bytes, "traffic");
  if (!parsed) return parsed.error();
  if (!parsed->is_object()) return fail(Fault::outside, "traffic.not-understood");
  const auto& given = parsed->get_object();
  Evidence evidence;
  take(object_of(given, "congestion"), evidence.congestion);
  take(object_of(given, "abuse"), evidence.abuse);
  take(object_of(given, "excess"), evidence.excess);
  for (std::size_t i = 0; i < 2; ++i)
    evidence.by_discards[i] = flag_of(given, "by-discards-" + std::string(sides[i]));
  evidence.unmeasured = flag_of(given, "unmeasured");
  evidence.valid = time_in(given, "valid");
  if (given.contains("last")) evidence.last = sample_of(object_of(given, "last"));
  for (const auto& one : array_of(given, "stretches"))
    if (one.is_object()) evidence.stretches.push_back(stretch_of(one.get_object()));
  return evidence;
}

Stretch tail_of(const Stretch& stretch, Instant from) {
  if (from <= stretch.from || stretch.until <= stretch.from) return stretch;
  Stretch out = stretch;
  out.from = std::min(from, stretch.until);
  const double share = std::chrono::duration<double>(out.until - out.from) /
                       std::chrono::duration<double>(stretch.until - stretch.from);
  for (std::size_t i = 0; i < 2; ++i) {
    out.octets[i] *= share;
    out.discards[i] *= share;
    out.allowed[i] *= share;
  }
  return out;
}

} // namespace assent::watch
