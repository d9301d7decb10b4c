// `bandwidth` of a policy: from the bound content to values.
#include <algorithm>
#include <array>
#include <charconv>

#include "daemon/tickets/policy.hpp"

namespace assent::tickets {
namespace {

constexpr std::array<std::string_view, 7> days = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

class Reader {
 public:
  explicit Reader(std::vector<Mistake>& mistakes) : mistakes_(mistakes) {}

  void wrong(std::string path, std::string id, std::vector<std::pair<std::string, std::string>> args = {}) {
    mistakes_.push_back(
        {Place{"policy", 0, 0}, "/bandwidth" + std::move(path), {std::move(id), std::move(args)}, {}});
  }
  Duration duration(const json::object& object, std::string_view name, Duration otherwise,
                    const std::string& path) {
    const auto text = text_of(object, name);
    if (text.empty()) return otherwise;
    const auto parsed = parse_duration(text);
    if (!parsed) wrong(path + "/" + std::string(name), "policy.bad-duration", {{"text", text}});
    return parsed ? *parsed : otherwise;
  }

 private:
  std::vector<Mistake>& mistakes_;
};

unsigned percent_of(const json::object& object, std::string_view name, unsigned otherwise) {
  return static_cast<unsigned>(std::min<std::uint64_t>(number_of(object, name, otherwise), 100'000));
}

/// `+08:00`
std::optional<Duration> offset_from(std::string_view text) {
  unsigned hours = 0, minutes = 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto read = [](std::string_view digits, unsigned& out) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return error == std::errc{} && end == digits.data() + digits.size();
  };
  if (!read(text.substr(1, 2), hours) || !read(text.substr(4, 2), minutes) || hours > 14 || minutes > 59)
    return std::nullopt;
  const Duration offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
  return text[0] == '-' ? -offset : offset;
}

HourLimit hour_limit(const json::object& object, Reader& reader) {
  HourLimit limit;
  limit.name = text_of(object, "name");
  limit.percent = percent_of(object, "entitlement", 100);
  const auto from = number_of(object, "from", 0), to = number_of(object, "to", 24);
  if (from >= to || to > 24) reader.wrong("/hours[name='" + limit.name + "']", "policy.hours-empty");
  const auto& named = array_of(object, "days");
  for (std::size_t day = 0; day < days.size(); ++day) {
    const bool meant =
        named.empty() || std::any_of(named.begin(), named.end(), [&](const json::value& value) {
          return value.is_string() && std::string_view(value.get_string()) == days[day];
        });
    for (std::size_t hour = from; meant && hour < std::min<std::size_t>(to, 24); ++hour)
      limit.hours.set(day * 24 + hour);
  }
  return limit;
}

} // namespace

Bandwidth bandwidth_from(const json::object& content, std::vector<Mistake>& mistakes) {
  Bandwidth out;
  Reader reader(mistakes);
  const auto& congestion = object_of(content, "congestion");
  out.raise = percent_of(congestion, "raise", out.raise);
  out.release = percent_of(congestion, "release", out.release);
  out.time = reader.duration(congestion, "time", out.time, "/congestion");
  out.discards = number_of(congestion, "discards", out.discards);
  const auto& excess = object_of(content, "excess");
  out.over = percent_of(excess, "over", out.over);
  out.excess_release = percent_of(excess, "release", out.excess_release);
  out.excess_time = reader.duration(excess, "time", out.excess_time, "/excess");
  if (out.release >= out.raise) reader.wrong("/congestion/release", "policy.release-above");
  if (out.excess_release > out.over) reader.wrong("/excess/release", "policy.release-above");
  for (const auto& service : array_of(content, "protected"))
    if (service.is_string()) out.protected_services.emplace_back(service.get_string());
  const auto zone = text_of(content, "utc-offset", "+00:00");
  const auto offset = offset_from(zone);
  if (!offset) reader.wrong("/utc-offset", "policy.bad-offset", {{"text", zone}});
  out.utc_offset = offset.value_or(Duration{});
  for (const auto& item : array_of(content, "hours"))
    if (item.is_object()) out.hours.push_back(hour_limit(item.get_object(), reader));
  return out;
}

} // namespace assent::tickets
