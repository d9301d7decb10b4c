// How the bandwidth watch (daemon/watch/traffic.hpp) meets the rest: links of the register and rules of the
// policy go in, counters of agents go in, alarms and events come out.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "daemon/core/state.hpp"

namespace assent::core {
namespace {

using watch::Direction;
using watch::News;

/// What one agent may leave waiting; an agent that was cut off for long sends some thousand at once.
constexpr std::size_t most_waiting = 200'000;
constexpr std::size_t at_once = 256;

std::uint64_t cell_of(const json::object& item, std::string_view column, std::size_t row) {
  const auto& cells = array_of(item, column);
  if (row >= cells.size()) return watch::no_counter;
  if (const auto* number = cells[row].if_uint64()) return *number;
  if (const auto* number = cells[row].if_int64())
    return *number < 0 ? watch::no_counter : static_cast<std::uint64_t>(*number);
  return watch::no_counter;
}

bool is_narrow(const json::object& item, std::string_view column) {
  const auto& names = array_of(item, "narrow");
  return std::any_of(names.begin(), names.end(), [&](const json::value& name) {
    return name.is_string() && std::string_view(name.get_string()) == column;
  });
}

/// The interface's row; names stand where they stood, nearly always.
std::optional<std::size_t> row_of_interface(const json::array& names, const std::string& interface,
                                            std::size_t& hint) {
  const auto same = [&](std::size_t row) {
    return row < names.size() && names[row].is_string() &&
           std::string_view(names[row].get_string()) == interface;
  };
  if (same(hint)) return hint;
  for (std::size_t row = 0; row < names.size(); ++row)
    if (same(row)) {
      hint = row;
      return row;
    }
  return std::nullopt;
}

std::uint64_t rate_of(const json::object& body, std::string_view name, std::uint64_t otherwise) {
  const auto rate = number_of(body, name);
  return rate == 0 ? otherwise : rate;
}

std::string name_of_row(const State& state, Kind kind, Id id) {
  const auto object = id == 0 ? std::nullopt : state.registry.get(kind, id);
  return object ? text_of(object->body, "name") : std::string();
}

watch::LinkFacts facts_of(const State& state, Id id, const json::object& body) {
  watch::LinkFacts facts;
  facts.id = id;
  facts.name = text_of(body, "name");
  facts.organisation_id = number_of(body, "organisation");
  facts.organisation = state.registry.path(facts.organisation_id);
  facts.network = name_of_row(state, Kind::network, number_of(body, "network"));
  facts.device = number_of(body, "device");
  facts.device_name = name_of_row(state, Kind::device, facts.device);
  facts.interface = text_of(body, "interface");
  facts.uplink = number_of(body, "uplink");
  facts.enabled = flag_of(body, "enabled");
  facts.up_is_in = text_of(body, "towards") != "network";
  const auto both = number_of(body, "entitlement");
  facts.entitlement = {rate_of(body, "entitlement-up", both), rate_of(body, "entitlement-down", both)};
  facts.raised = number_of(body, "raised");
  const auto from = parse_instant(text_of(body, "raised-from")),
             until = parse_instant(text_of(body, "raised-until"));
  if (from && until)
    facts.raised_from = *from, facts.raised_until = *until;
  else
    facts.raised = 0;
  facts.capacity = number_of(body, "capacity");
  facts.service = text_of(body, "service");
  return facts;
}

std::string whole(double number) {
  return fmt::format("{:.0f}", std::max(0.0, number));
}

/// The event's detail, flat: it is the structured data of the syslog line.
json::object detail_of(const watch::LinkFacts& facts, const News& news) {
  json::object detail{{"link", facts.name},
                      {"link-id", facts.id},
                      {"organisation", facts.organisation},
                      {"direction", std::string(name_of(news.direction))},
                      {"rate", rate_text(news.rate)},
                      {"bits", static_cast<std::uint64_t>(std::llround(std::max(0.0, news.rate)))},
                      {"since", to_text(news.since)}};
  return detail;
}

struct Kinds {
  std::string_view alarm, began, ended;
};
constexpr Kinds kinds_of(News::What what) {
  switch (what) {
  case News::What::congestion:
    return {"uplink-congested", "uplink-congested", "uplink-relieved"};
  case News::What::abuse:
    return {"link-abuse", "link-abuse", "link-abuse-ended"};
  case News::What::excess:
    return {"link-excess", "link-excess", "link-excess-ended"};
  case News::What::unmeasured:
    break;
  }
  return {"link-unmeasured", {}, {}};
}

Args args_of(const json::object& detail) {
  Args args;
  for (const auto& member : detail)
    args.emplace_back(std::string(member.key()), member.value().is_string()
                                                     ? std::string(member.value().get_string())
                                                     : canonical(member.value()));
  return args;
}

void tell(Step& step, const watch::LinkFacts& facts, const News& news) {
  const auto kinds = kinds_of(news.what);
  const alarms::Subject subject = [&] {
    alarms::Subject made("link/" + std::to_string(facts.id));
    if (news.what != News::What::unmeasured) made.qualifier = std::string(name_of(news.direction));
    return made;
  }();
  if (news.what == News::What::unmeasured) {
    if (news.began)
      raise(step, kinds.alarm, subject,
            {{"link", facts.name},
             {"organisation", facts.organisation},
             {"device", facts.device_name},
             {"interface", facts.interface},
             {"why", std::string(name_of(news.why))}});
    else
      clear(step, kinds.alarm, subject);
    return;
  }
  json::object detail = detail_of(facts, news);
  if (news.what == News::What::congestion) {
    detail["capacity"] = rate_text(news.allowed);
    detail["percent"] = news.share;
    detail["discards"] = whole(news.discards);
  } else {
    detail["entitlement"] = rate_text(news.allowed);
    detail["entitled"] = static_cast<std::uint64_t>(std::llround(std::max(0.0, news.allowed)));
  }
  if (news.what == News::What::abuse) {
    detail["share"] = news.share;
    detail["uplink"] =
        step.state.traffic.has(news.uplink) ? step.state.traffic.facts(news.uplink).name : std::string("-");
  }
  step.note(journal::Stream::records, std::string(news.began ? kinds.began : kinds.ended), detail);
  if (news.began)
    raise(step, kinds.alarm, subject, args_of(detail));
  else
    clear(step, kinds.alarm, subject);
}

void tell_all(Step& step, const watch::LinkFacts& facts, const std::vector<News>& all) {
  for (const auto& news : all)
    tell(step, news.link == facts.id ? facts : step.state.traffic.facts(news.link), news);
}

} // namespace

std::string rate_text(double rate) {
  static constexpr std::array<std::string_view, 5> units = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};
  std::size_t unit = 0;
  rate = std::max(0.0, rate);
  while (rate >= 999.5 && unit + 1 < units.size()) {
    rate /= 1000;
    ++unit;
  }
  return unit == 0 || rate >= 99.95 ? fmt::format("{:.0f} {}", rate, units[unit])
                                    : fmt::format("{:.1f} {}", rate, units[unit]);
}

void load_traffic(State& state, Instant now) {
  state.traffic.set_rules(state.policy.bandwidth(), state.policy.counters_interval());
  state.registry.each(Kind::link, [&](const registry::Object& object) {
    static_cast<void>(state.traffic.set_link(facts_of(state, object.id, object.body), now));
  });
}

void follow_traffic(Step& step, const journal::Row& row) {
  State& state = step.state;
  const auto renew = [&](Id id, const json::object& body) {
    auto facts = facts_of(state, id, body);
    const auto news = state.traffic.set_link(facts, step.now);
    tell_all(step, facts, news);
    keep_traffic(step);
  };
  switch (row.kind) {
  case Kind::link:
    if (!row.gone) return renew(row.id, row.body);
    if (state.traffic.has(row.id)) {
      const auto facts = state.traffic.facts(row.id);
      tell_all(step, facts, state.traffic.drop_link(row.id));
      step.batch.links_gone.push_back(row.id);
      keep_traffic(step);
    }
    return;
  case Kind::policy:
    if (!same_hours(state.traffic.rules(), state.policy.bandwidth())) state.traffic.hours_changed(step.now);
    state.traffic.set_rules(state.policy.bandwidth(), state.policy.counters_interval());
    keep_traffic(step);
    return;
  case Kind::device:
  case Kind::organisation:
  case Kind::network:
    if (row.version == 1) return; // nothing can name it yet
    break;
  default:
    return;
  }
  const auto network = row.kind == Kind::network && !row.gone ? text_of(row.body, "name") : std::string();
  const auto named = state.traffic.where([&](const watch::LinkFacts& facts) {
    return row.kind == Kind::device         ? facts.device == row.id
           : row.kind == Kind::organisation ? state.registry.within(facts.organisation_id, row.id)
                                            : facts.network != network;
  });
  for (const Id id : named)
    if (const auto object = state.registry.get(Kind::link, id)) renew(id, object->body);
}

void take_counters(Step& step, Id device, const json::object& item, Duration offset) {
  State& state = step.state;
  auto& live = state.devices[device];
  ++live.samples;
  const auto& links = state.traffic.links_of(device);
  if (links.empty()) return;
  watch::CounterSample sample;
  const auto time = parse_instant(text_of(item, "time"));
  if (!time) return;
  sample.time = *time + offset;
  // A clock far off makes no sample: neither now nor, when it is put right, a gap that is none.
  if (sample.time > step.now + std::chrono::minutes{1} || sample.time < step.now - watch::samples_kept)
    return;
  if (item.contains("uptime")) sample.uptime = number_of(item, "uptime");
  sample.boots = live.boots;
  sample.narrow_in = is_narrow(item, "in-octets");
  sample.narrow_out = is_narrow(item, "out-octets");
  const auto& names = array_of(item, "names");
  for (const Id link : links) {
    const auto row =
        row_of_interface(names, state.traffic.facts(link).interface, state.traffic.row_hint(link));
    if (!row) continue;
    sample.in = cell_of(item, "in-octets", *row);
    sample.out = cell_of(item, "out-octets", *row);
    sample.in_discards = cell_of(item, "in-discards", *row);
    sample.out_discards = cell_of(item, "out-discards", *row);
    sample.speed = cell_of(item, "speed", *row);
    sample.discontinuity = cell_of(item, "discontinuity", *row);
    if (state.samples.size() >= most_waiting) {
      ++state.samples_dropped;
      continue;
    }
    state.samples.emplace_back(link, sample);
  }
}

void judge_traffic(Step& step) {
  State& state = step.state;
  for (std::size_t i = 0; i < at_once && !state.samples.empty(); ++i) {
    const auto [link, sample] = std::move(state.samples.front());
    state.samples.pop_front();
    if (!state.traffic.has(link)) continue;
    const auto taken = state.traffic.take(link, sample);
    ++state.samples_made[static_cast<std::size_t>(taken.why)];
    for (const auto& one : taken.samples)
      step.batch.samples.push_back({one.link, one.slot, one.up, one.down});
    if (!taken.news.empty()) tell_all(step, watch::LinkFacts(state.traffic.facts(link)), taken.news);
  }
  keep_traffic(step);
}

void look_at_traffic(Step& step) {
  const auto news = step.state.traffic.look(step.now, [&](Id device) {
    const auto live = step.state.devices.find(device);
    return live == step.state.devices.end() || live->second.reachable;
  });
  for (const auto& one : news)
    tell(step, step.state.traffic.facts(one.link), one);
  keep_traffic(step);
}

void add_traffic_figures(const State& state, Figures& figures, Instant now, Id detail) {
  for (std::size_t why = 0; why < state.samples_made.size(); ++why)
    figures.counters.emplace_back("link_samples{outcome=\"" +
                                      std::string(name_of(static_cast<watch::Why>(why))) + "\"}",
                                  static_cast<double>(state.samples_made[why]));
  figures.counters.emplace_back("link_samples_dropped", static_cast<double>(state.samples_dropped));
  if (detail == 0 || !state.traffic.has(detail)) return;
  figures.recent = state.traffic.recent(detail);
  figures.month = watch::month_of(now, state.policy.bandwidth().utc_offset);
  figures.now = now;
}

} // namespace assent::core
