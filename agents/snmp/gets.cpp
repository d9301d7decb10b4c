#include "agents/snmp/gets.hpp"

#include <algorithm>

namespace assent::snmp {

bool Gets::next(Request& request) {
  if (left_.empty()) return false;
  const std::size_t count = std::min(group_, left_.size());
  asked_.assign(left_.begin(), left_.begin() + static_cast<std::ptrdiff_t>(count));
  request.kind = Request::Kind::get;
  request.non_repeaters = request.repetitions = 0;
  request.oids = asked_;
  return true;
}

void Gets::answered(const Answer& answer) {
  if (answer.error_status != 0) return refused(answer);
  bool any = false;
  for (const Varbind& varbind : answer.varbinds) {
    const Oid oid(varbind.oid.begin(), varbind.oid.end());
    const auto here = std::ranges::find(left_, oid);
    if (here == left_.end()) continue; // never asked for, or twice
    left_.erase(here);
    any = true;
    const bool none = varbind.is_exception() || varbind.type == Type::none;
    results_.emplace(oid, none ? std::nullopt : std::optional(Value::of(varbind)));
    if (varbind.is_exception()) exceptions_.emplace(oid, varbind.type);
  }
  if (any) return;
  // An answer that says nothing about what was asked: one by one, then not at all.
  if (asked_.size() > 1)
    group_ = 1;
  else
    left_.erase(left_.begin());
}

void Gets::refused(const Answer& answer) {
  constexpr long no_such_name = 2;
  const auto named = static_cast<std::size_t>(answer.error_index) - 1;
  if (asked_.size() > 1 &&
      (answer.error_status == too_big || answer.error_index <= 0 || named >= asked_.size())) {
    group_ = answer.error_status == too_big ? asked_.size() / 2 : 1;
    return;
  }
  const std::size_t which = asked_.size() == 1 ? 0 : named;
  if (answer.error_status == no_such_name) results_.emplace(asked_[which], std::nullopt);
  left_.erase(left_.begin() + static_cast<std::ptrdiff_t>(which));
}

Type Gets::exception(const Oid& oid) const {
  const auto found = exceptions_.find(oid);
  return found == exceptions_.end() ? Type::none : found->second;
}

std::optional<std::uint64_t> Gets::number(const Oid& oid) const {
  const auto found = results_.find(oid);
  if (found == results_.end() || !found->second || !found->second->is_number()) return std::nullopt;
  return found->second->number;
}

} // namespace assent::snmp
