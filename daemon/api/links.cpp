#include "daemon/api/links.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "daemon/api/metrics.hpp"

namespace assent::api {
namespace {

using watch::Direction;
using watch::LinkView;

constexpr unsigned most_hours = 35 * 24;

std::uint64_t rounded(double number) {
  return static_cast<std::uint64_t>(std::llround(std::max(0.0, number)));
}

std::int64_t seconds_of(Instant at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

void put_time(json::object& out, std::string_view name, Instant at) {
  if (at != Instant{}) out[name] = to_text(at);
}

json::object basics(const LinkView& link) {
  const watch::LinkFacts& facts = *link.facts;
  json::object out{{"id", facts.id},
                   {"name", facts.name},
                   {"network", facts.network},
                   {"organisation", facts.organisation},
                   {"organisation-id", facts.organisation_id},
                   {"device", facts.device_name},
                   {"device-id", facts.device},
                   {"interface", facts.interface},
                   {"state", std::string(name_of(link.state))},
                   {"outcome", std::string(name_of(link.why))},
                   {"shared", link.shared},
                   {"protected", link.is_protected}};
  if (facts.uplink != 0) out["uplink"] = facts.uplink;
  if (!facts.service.empty()) out["service"] = facts.service;
  put_time(out, "since", link.since);
  put_time(out, "measured", link.measured);
  if (facts.raised != 0) put_time(out, "raised-until", facts.raised_until);
  if (link.capacity != 0) out["capacity"] = link.capacity;
  for (const Direction direction : watch::directions) {
    const auto i = static_cast<std::size_t>(direction);
    const std::string name(name_of(direction));
    if (link.measured != Instant{}) out[name] = rounded(link.rate[i]);
    if (link.mean) out[name + "-mean"] = rounded((*link.mean)[i]);
    if (facts.entitlement[i] != 0) out["entitlement-" + name] = link.entitlement[i];
    out["congested-" + name] = link.congested[i];
  }
  return out;
}

/// Means as shares: of the capacity, and of what the uplink carries.
void put_shares(json::object& out, const LinkView& link, const LinkView* uplink) {
  if (!link.mean) return;
  const auto percent = [](double part, double whole) { return std::round(part / whole * 1000) / 10; };
  for (const Direction direction : watch::directions) {
    const auto i = static_cast<std::size_t>(direction);
    const std::string name(name_of(direction));
    if (link.capacity != 0)
      out["utilisation-" + name] = percent((*link.mean)[i], static_cast<double>(link.capacity));
    if (uplink != nullptr && uplink->mean && (*uplink->mean)[i] > 0)
      out["share-" + name] = percent((*link.mean)[i], (*uplink->mean)[i]);
  }
}

const LinkView* uplink_of(const std::vector<LinkView>& by_id, const LinkView& link) {
  const auto found = std::lower_bound(by_id.begin(), by_id.end(), link.facts->uplink,
                                      [](const LinkView& one, Id id) { return one.facts->id < id; });
  return found != by_id.end() && found->facts->id == link.facts->uplink ? &*found : nullptr;
}

json::object shown(const std::vector<LinkView>& by_id, const LinkView& link) {
  json::object out = basics(link);
  const LinkView* uplink = uplink_of(by_id, link);
  if (uplink != nullptr) out["uplink-name"] = uplink->facts->name;
  put_shares(out, link, uplink);
  return out;
}

void sort_by_id(std::vector<LinkView>& links) {
  std::sort(links.begin(), links.end(),
            [](const LinkView& one, const LinkView& other) { return one.facts->id < other.facts->id; });
}

/// Columns: entry n of each belongs to the span that begins at `time` n.
json::object recent_columns(const std::vector<watch::Stretch>& stretches) {
  json::array time, length, up, down;
  for (const auto& stretch : stretches) {
    const double seconds = std::chrono::duration<double>(stretch.until - stretch.from).count();
    if (seconds <= 0) continue;
    time.emplace_back(seconds_of(stretch.from));
    length.emplace_back(rounded(seconds));
    up.emplace_back(rounded(stretch.octets[0] * 8 / seconds));
    down.emplace_back(rounded(stretch.octets[1] * 8 / seconds));
  }
  return {{"time", std::move(time)},
          {"length", std::move(length)},
          {"up", std::move(up)},
          {"down", std::move(down)}};
}

json::object series_columns(const std::vector<watch::LinkSample>& samples, std::int64_t from) {
  json::array time, up, down;
  for (const auto& sample : samples) {
    if (sample.slot < from) continue;
    time.emplace_back(seconds_of(watch::begin_of(sample.slot)));
    up.emplace_back(sample.up);
    down.emplace_back(sample.down);
  }
  return {{"length", seconds_of(watch::begin_of(1))},
          {"time", std::move(time)},
          {"up", std::move(up)},
          {"down", std::move(down)}};
}

json::object percentile_json(const watch::Percentile& percentile) {
  json::object out{{"percent", 95},
                   {"method", "nearest-rank"},
                   {"sample-length", seconds_of(watch::begin_of(1))},
                   {"samples", percentile.samples},
                   {"missing", percentile.missing},
                   {"from", to_text(percentile.from)},
                   {"until", to_text(percentile.until)}};
  if (percentile.samples == 0) return out;
  out["up"] = percentile.up;
  out["down"] = percentile.down;
  return out;
}

} // namespace

void keep_readable(std::vector<LinkView>& links, const Scope& scope) {
  if (scope.view != View::scoped) return;
  std::erase_if(links, [&](const LinkView& link) { return !scope.within(link.facts->organisation_id); });
}

json::object links_json(std::vector<LinkView> links, const ListQuery& query) {
  sort_by_id(links);
  json::array list;
  Id next = 0;
  for (const auto& link : links) {
    if (link.facts->id <= query.after) continue;
    if (list.size() == query.limit) {
      next = number_of(list.back().as_object(), "id");
      break;
    }
    list.push_back(shown(links, link));
  }
  json::object out{{"assent-status:links", std::move(list)}};
  if (next != 0) out["next"] = next;
  return out;
}

Result<unsigned> hours_of(const Route& route) {
  unsigned hours = 24;
  for (const auto& [name, value] : route.query) {
    std::uint64_t number = 0;
    if (name != "hours" || !read_number(value, number) || number > most_hours)
      return fail(Fault::invalid, "api.bad-parameter", {{"name", name}, {"value", value}});
    hours = static_cast<unsigned>(number);
  }
  return hours;
}

Result<json::object> link_json(const core::Figures& figures, std::vector<LinkView> links, Id id,
                               unsigned hours, store::Reader& reader) {
  sort_by_id(links);
  const auto found =
      std::find_if(links.begin(), links.end(), [&](const LinkView& link) { return link.facts->id == id; });
  if (found == links.end()) return fail(Fault::not_found, "api.nothing-here");
  json::object out = shown(links, *found);
  const std::int64_t slot = watch::slot_of(figures.now);
  const std::int64_t wanted = slot - static_cast<std::int64_t>(hours) * 12;
  const std::int64_t month = watch::slot_of(figures.month.from);
  std::vector<watch::LinkSample> samples;
  auto read = reader.samples(id, std::min(wanted, month), slot + 1, [&](const store::Sample& sample) {
    samples.push_back({sample.link, sample.slot, sample.up, sample.down});
  });
  if (!read) return std::move(read).error();
  out["recent"] = recent_columns(figures.recent);
  out["series"] = series_columns(samples, wanted);
  // What is not over yet is not missing.
  out["percentile"] = percentile_json(
      watch::percentile95(samples, figures.month.from, std::min(figures.month.until, watch::begin_of(slot))));
  return out;
}

void add_link_metrics(const std::vector<LinkView>& links, core::Figures& figures) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::array<std::size_t, 6> states{};
  // One line for each link and direction, in three families; and one for each link. Prometheus' unit is the
  // byte.
  auto lines = std::make_shared<std::vector<std::string>>(),
       ends = std::make_shared<std::vector<std::string>>();
  std::vector<double> rates, entitlements, congested, capacities;
  lines->reserve(2 * links.size());
  for (auto* column : {&rates, &entitlements, &congested})
    column->reserve(2 * links.size());
  for (const auto& link : links) {
    ++states[static_cast<std::size_t>(link.state)];
    if (link.state == watch::LinkState::disabled) continue;
    const std::string name = labelled("", {{"network", link.facts->network}, {"link", link.facts->name}});
    const bool known = link.state != watch::LinkState::unmeasured && link.measured != Instant{};
    for (const Direction direction : watch::directions) {
      const auto i = static_cast<std::size_t>(direction);
      std::string line(name, 0, name.size() - 1);
      line.append(",direction=\"").append(name_of(direction)).append("\"}");
      lines->push_back(std::move(line));
      rates.push_back(known ? link.rate[i] / 8 : none);
      entitlements.push_back(link.facts->entitlement[i] != 0 ? static_cast<double>(link.entitlement[i]) / 8
                                                             : none);
      congested.push_back(!link.shared ? none : link.congested[i] ? 1 : 0);
    }
    if (!link.shared || link.capacity == 0) continue;
    ends->push_back(name);
    capacities.push_back(static_cast<double>(link.capacity) / 8);
  }
  const auto add = [&](std::string_view family, const auto& labels, std::vector<double>& values) {
    if (std::ranges::any_of(values, [](double value) { return std::isfinite(value); }))
      figures.series.push_back({std::string(family), false, labels, std::move(values)});
  };
  add("assent_link_bytes_per_second", lines, rates);
  add("assent_link_capacity_bytes_per_second", ends, capacities);
  add("assent_link_congested", lines, congested);
  add("assent_link_entitlement_bytes_per_second", lines, entitlements);
  for (std::size_t i = 0; i < states.size(); ++i)
    figures.gauges.emplace_back(
        labelled("assent_links", {{"state", name_of(static_cast<watch::LinkState>(i))}}),
        static_cast<double>(states[i]));
}

} // namespace assent::api
