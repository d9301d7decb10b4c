#include "agents/snmp/walk.hpp"

#include <algorithm>

namespace assent::snmp {
namespace {

constexpr std::size_t head_bytes = 40; ///< of an answer beside its varbinds, with a community of usual length

} // namespace

bool Walk::next(Request& request, int repetitions, const std::vector<Oid>& first) {
  asked_.clear();
  for (std::size_t i = 0; i < columns_.size() && asked_.size() < most_asked_; ++i)
    if (columns_[i].end == End::walking) asked_.push_back(i);
  if (asked_.empty()) return false;
  if (exchanges_ >= max_walk_exchanges || bytes_ >= max_walk_bytes) {
    cut();
    return false;
  }
  const std::size_t row = std::max<std::size_t>(1, asked_.size() * varbind_bytes_);
  const std::size_t room = answer_budget - std::min(answer_budget - 1, head_bytes + first.size() * 18);
  if (single_) repetitions = 1;
  repetitions_ = std::clamp(static_cast<int>(room * fine / row), 1, std::max(1, repetitions));
  request.kind = repetitions > 1 ? Request::Kind::get_bulk : Request::Kind::get_next;
  request.non_repeaters = static_cast<int>(first.size());
  request.repetitions = repetitions_;
  non_repeaters_ = first.size();
  request.oids.resize(first.size() + asked_.size());
  std::ranges::copy(first, request.oids.begin());
  for (std::size_t i = 0; i < asked_.size(); ++i)
    request.oids[first.size() + i] =
        columns_[asked_[i]].cursor.empty() ? columns_[asked_[i]].oid : columns_[asked_[i]].cursor;
  return true;
}

void Walk::answered(const Answer& answer, std::size_t answer_bytes, const Taker& take) {
  ++exchanges_;
  bytes_ += answer_bytes;
  if (answer.error_status != 0) return refused(answer);
  const std::size_t count = answer.varbinds.size();
  if (count <= non_repeaters_) {
    ++oddities_;
    // Nothing at all is no end of a column (that would be endOfMibView or the next object): once more, one
    // row at a time; then what came is not the whole.
    if (single_) cut();
    single_ = true;
    return;
  }
  const std::size_t body = answer_bytes - std::min(answer_bytes, head_bytes + non_repeaters_ * 18);
  varbind_bytes_ = std::max(16 * fine, (body * fine) / (count - non_repeaters_) + 1);
  std::size_t turn = 0;
  for (std::size_t i = non_repeaters_; i < count; ++i) {
    const std::size_t column = asked_[turn];
    turn = turn + 1 == asked_.size() ? 0 : turn + 1;
    if (columns_[column].end == End::walking) take_one(column, answer.varbinds[i], take);
  }
}

void Walk::take_one(std::size_t index, const Varbind& varbind, const Taker& take) {
  Column& column = columns_[index];
  if (varbind.is_exception()) {
    column.end = End::complete;
    return;
  }
  const OidView last = column.cursor.empty() ? OidView(column.oid) : OidView(column.cursor);
  const bool inside = starts_with(varbind.oid, column.oid);
  // Both begin with the column's OID: only what follows has to be compared.
  const std::size_t same = inside ? column.oid.size() : 0;
  const OidView row = varbind.oid.subspan(same);
  if (compare(row, last.subspan(same)) <= 0) {
    ++oddities_;
    column.end = End::cut;
    return;
  }
  if (!inside) {
    column.end = End::complete;
    return;
  }
  // By the book all rows come again for each later time mark; many agents show each row once, under the time
  // of its own change.
  if (column.time_filter && !column.filtered.insert(row.back()).second) {
    column.end = End::complete;
    return;
  }
  if (column.rows == max_walk_rows) {
    column.end = End::cut;
    return;
  }
  ++column.rows;
  if (column.cursor.empty()) column.cursor = column.oid;
  column.cursor.resize(same + row.size());
  std::ranges::copy(row, column.cursor.begin() + static_cast<std::ptrdiff_t>(same));
  take(index, row, varbind);
}

void Walk::refused(const Answer& answer) {
  if (answer.error_status == too_big && asked_.size() > 1) {
    most_asked_ = asked_.size() / 2; // one row of all columns may pass what the device can send
    return;
  }
  constexpr long no_such_name = 2;
  const End end = answer.error_status == no_such_name ? End::complete : End::cut;
  const auto named = static_cast<std::size_t>(answer.error_index) - 1 - non_repeaters_;
  if (answer.error_index > 0 && named < asked_.size() && answer.error_status != too_big)
    columns_[asked_[named]].end = end;
  else
    cut();
}

void Walk::cut() {
  for (Column& column : columns_)
    if (column.end == End::walking) column.end = End::cut;
}

} // namespace assent::snmp
