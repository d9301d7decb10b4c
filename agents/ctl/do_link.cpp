// What links carry.
#include "agents/ctl/handlers.hpp"
#include "agents/ctl/print.hpp"
#include "agents/ctl/values.hpp"

namespace assent::ctl {

namespace {

/// Number as people read it: `62.4M`.
std::string rate_cell(const json::object& row, std::string_view name) {
  const auto* value = row.if_contains(name);
  if (value == nullptr || !value->is_number()) return {};
  double rate = value->to_number<double>();
  static constexpr std::string_view units = " kMGT";
  std::size_t unit = 0;
  while (rate >= 999.5 && unit + 1 < units.size()) {
    rate /= 1000;
    ++unit;
  }
  std::string text = std::to_string(rate);
  text.resize(text.find('.') + (unit == 0 || rate >= 99.95 ? 0 : 2));
  if (unit != 0) text += units[unit];
  return text;
}

/// Up and down in one cell: `62.4M / 1.2M`; nothing where neither is known.
std::string both(const json::object& row, const std::string& up, const std::string& down) {
  const auto one = rate_cell(row, up), other = rate_cell(row, down);
  if (one.empty() && other.empty()) return {};
  return (one.empty() ? "-" : one) + " / " + (other.empty() ? "-" : other);
}

std::string percents(const json::object& row, const std::string& name) {
  const auto one = [&](const std::string& member) {
    const auto* value = row.if_contains(member);
    if (value == nullptr || !value->is_number()) return std::string("-");
    return std::to_string(static_cast<long>(value->to_number<double>() + 0.5)) + " %";
  };
  if (!row.contains(name + "-up") && !row.contains(name + "-down")) return {};
  return one(name + "-up") + " / " + one(name + "-down");
}

std::string time_cell(const json::object& row, std::string_view name) {
  const auto text = text_of(row, name);
  return text.empty() ? text : local_time(text);
}

std::string state_cell(const Session& session, const json::object& row) {
  const auto state = text_of(row, "state");
  if (state.empty()) return state;
  std::string text = session.say("ctl.link." + state);
  if (state == "unmeasured") text += " (" + text_of(row, "outcome") + ")";
  return text;
}

/// With `inside`, the traffic is that member of the row.
std::vector<Column> traffic_columns(const Session& session, const std::string& inside) {
  const auto of = [inside](const json::object& row) -> const json::object& {
    return inside.empty() ? row : object_of(row, inside);
  };
  const auto rates = [of](const std::string& up, const std::string& down) {
    return [of, up, down](const json::object& row) { return both(of(row), up, down); };
  };
  return {
      {"state", false, [&session, of](const json::object& row) { return state_cell(session, of(row)); }},
      {"traffic", false, rates("up", "down")},
      {"mean", false, rates("up-mean", "down-mean")},
      {"entitled", false, rates("entitlement-up", "entitlement-down")},
      {"utilisation", false, [of](const json::object& row) { return percents(of(row), "utilisation"); }},
      {"share", false, [of](const json::object& row) { return percents(of(row), "share"); }},
      {"since", false, [of](const json::object& row) { return time_cell(of(row), "since"); }},
      {"measured", true, [of](const json::object& row) { return time_cell(of(row), "measured"); }},
  };
}

/// `58.1M / 2.0M (8640 samples, 3 missing, nearest-rank, since 2026-11-01 00:00:00)`
std::string percentile_cell(const Session& session, const json::object& traffic) {
  const auto& found = object_of(traffic, "percentile");
  if (number_of(found, "samples") == 0) return session.say("ctl.link.no-samples");
  return session.say("ctl.link.percentile", {{"rate", both(found, "up", "down")},
                                             {"samples", std::to_string(number_of(found, "samples"))},
                                             {"missing", std::to_string(number_of(found, "missing"))},
                                             {"from", time_cell(found, "from")}});
}

} // namespace

Exit list_traffic(Session& session) {
  json::array rows;
  std::string after;
  for (bool more = true; more;) {
    auto page = session.api.get("assent-status:links?limit=1000" + after);
    if (!page.ok()) return session.refuse(page.error());
    for (const auto& row : array_of(*page, "assent-status:links"))
      rows.push_back(row);
    const auto next = number_of(*page, "next");
    more = next != 0;
    after = "&after=" + std::to_string(next);
  }
  Listing listing;
  listing.columns = {{"name", false, {}}, {"organisation", false, {}}};
  for (auto& column : traffic_columns(session, {}))
    listing.columns.push_back(std::move(column));
  listing.columns.push_back(
      {"uplink", false, [](const json::object& row) { return text_of(row, "uplink-name"); }});
  listing.named = [](const json::object& row) { return text_of(row, "name"); };
  listing.rows = std::move(rows);
  print(session, listing);
  return Exit::done;
}

Exit show_link(Session& session) {
  auto object = session.find("link", session.argument(0), session.asked.text("--network"));
  if (!object.ok()) return session.refuse(object.error());
  auto traffic = session.api.get("assent-status:links=" + std::to_string(number_of(*object, "id")));
  if (!traffic.ok()) return session.refuse(traffic.error());
  const auto& list = array_of(*traffic, "assent-status:links");
  if (!list.empty() && list.front().is_object()) (*object)["traffic"] = list.front();
  Listing listing = listing_of(session, "link");
  for (auto& column : traffic_columns(session, "traffic"))
    listing.columns.push_back(std::move(column));
  listing.columns.push_back({"percentile", false, [&session](const json::object& row) {
                               return percentile_cell(session, object_of(row, "traffic"));
                             }});
  print_one(session, listing, *object);
  return Exit::done;
}

} // namespace assent::ctl
