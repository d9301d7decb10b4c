#include "common/time.hpp"

#include <ctime>

#include <fmt/format.h>

namespace assent {

Instant SystemClock::wall() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::chrono::nanoseconds SystemClock::monotonic() const {
  return std::chrono::steady_clock::now().time_since_epoch();
}

std::string to_text(Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<Duration> clock{at - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", int(date.year()), unsigned(date.month()),
                     unsigned(date.day()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count(), clock.subseconds().count());
}

namespace {

/// Reads exactly `digits` decimal digits; false where there are fewer.
bool digits_of(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool skip(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// The fraction after the seconds, in microseconds; false where there are none or more than six digits.
bool fraction_of(std::string_view& text, int& micros) {
  micros = 0;
  int count = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9' && count < 7) {
    micros = micros * 10 + (text.front() - '0');
    text.remove_prefix(1);
    ++count;
  }
  if (count == 0 || count > 6) return false;
  for (; count < 6; ++count)
    micros *= 10;
  return true;
}

/// `Z` or `+hh:mm`; the offset in minutes.
bool offset_of(std::string_view& text, int& minutes) {
  minutes = 0;
  if (skip(text, 'Z')) return text.empty();
  const bool minus = !text.empty() && text.front() == '-';
  if (!skip(text, minus ? '-' : '+')) return false;
  int hour = 0;
  int minute = 0;
  if (!digits_of(text, 2, hour) || !skip(text, ':') || !digits_of(text, 2, minute)) return false;
  if (hour > 14 || minute > 59) return false;
  minutes = (minus ? -1 : 1) * (hour * 60 + minute);
  return text.empty();
}

} // namespace

Result<Instant> parse_instant(std::string_view given) {
  std::string_view text = given;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, micros = 0, offset = 0;
  const bool read = digits_of(text, 4, year) && skip(text, '-') && digits_of(text, 2, month) &&
                    skip(text, '-') && digits_of(text, 2, day) && skip(text, 'T') &&
                    digits_of(text, 2, hour) && skip(text, ':') && digits_of(text, 2, minute) &&
                    skip(text, ':') && digits_of(text, 2, second) &&
                    (!skip(text, '.') || fraction_of(text, micros)) && offset_of(text, offset);
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month(unsigned(month)),
                                         std::chrono::day(unsigned(day))};
  if (!read || !date.ok() || hour > 23 || minute > 59 || second > 59)
    return fail(Fault::invalid, "common.not-a-time", {{"text", std::string(given.substr(0, 64))}});
  return Instant{std::chrono::sys_days{date}} + std::chrono::hours{hour} +
         std::chrono::minutes{minute - offset} + std::chrono::seconds{second} +
         std::chrono::microseconds{micros};
}

Result<Duration> parse_duration(std::string_view text) {
  const auto wrong = [&] {
    return fail(Fault::invalid, "common.not-a-duration", {{"text", std::string(text.substr(0, 64))}});
  };
  if (text.size() < 2 || text.size() > 10) return wrong();
  std::int64_t count = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return wrong();
    count = count * 10 + (c - '0');
  }
  std::int64_t unit = 0;
  switch (text.back()) {
  case 's':
    unit = 1;
    break;
  case 'm':
    unit = 60;
    break;
  case 'h':
    unit = 3600;
    break;
  case 'd':
    unit = 86400;
    break;
  default:
    return wrong();
  }
  // 100 years: longer is a typing mistake.
  if (count == 0 || count > 100LL * 366 * 86400 / unit) return wrong();
  return Duration{std::chrono::seconds{count * unit}};
}

} // namespace assent
