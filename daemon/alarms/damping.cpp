#include "daemon/alarms/damping.hpp"

#include <algorithm>
#include <cmath>

namespace assent::alarms {
namespace {

double halvings(std::chrono::nanoseconds span, const Limits& limits) {
  return std::chrono::duration<double>(span) / std::chrono::duration<double>(limits.half_life);
}

double ceiling(const Limits& limits) {
  // What is damped at all must be able to exceed `suppress`.
  return std::max(limits.reuse * std::exp2(halvings(limits.longest, limits)), limits.suppress + Damper::each);
}

} // namespace

double Damper::penalty(std::chrono::nanoseconds now, const Limits& limits) const {
  return now <= at_ ? penalty_ : penalty_ * std::exp2(-halvings(now - at_, limits));
}

bool Damper::raise(std::chrono::nanoseconds now, const Limits& limits) {
  penalty_ = std::min(penalty(now, limits) + each, ceiling(limits));
  at_ = now;
  if (damped_ || penalty_ <= limits.suppress) return false;
  damped_ = true;
  return true;
}

bool Damper::calm(std::chrono::nanoseconds now, const Limits& limits) {
  if (!damped_ || penalty(now, limits) >= limits.reuse) return false;
  damped_ = false;
  return true;
}

void Damper::load(double penalty, bool damped, std::chrono::nanoseconds at) {
  penalty_ = std::max(penalty, 0.0);
  damped_ = damped;
  at_ = at;
}

} // namespace assent::alarms
