#include "tests/property/registry/model.hpp"

namespace model {

bool within(int organisation, int subtree) {
  return organisation == subtree || subtree == 1 || (organisation == 4 && subtree == 2);
}

bool Register::reserved(const Range& range, int at) const {
  return range.bits >= 2 && (at == range.first || (v4 && at == range.last()));
}

int Register::around(const Range& range, bool strict, int without) const {
  int best = 0;
  for (const auto& [number, prefix] : prefixes) {
    if (number == without || !prefix.range.contains(range) || (strict && prefix.range == range)) continue;
    if (best == 0 || prefix.range.bits < prefixes.at(best).range.bits) best = number;
  }
  return best;
}

int Register::active_around(int at, int without) const {
  int best = 0;
  for (const auto& [number, prefix] : prefixes) {
    if (number == without || prefix.status != 1 || !prefix.range.contains({at, 0})) continue;
    if (best == 0 || prefix.range.bits < prefixes.at(best).range.bits) best = number;
  }
  return best;
}

int Register::address_at(int at) const {
  for (const auto& [number, address] : addresses)
    if (address.at == at) return number;
  return 0;
}

bool Register::held_by_other(const Range& range, int ticket) const {
  for (const auto& [owner, hold] : holds)
    if (owner != ticket && hold.range.overlaps(range)) return true;
  return false;
}

bool Register::gives(int prefix, int at, int ticket) const {
  if (around({at, 0}, false) != prefix || address_at(at) != 0 || held_by_other({at, 0}, ticket)) return false;
  const int active = active_around(at);
  return active == 0 || !reserved(prefixes.at(active).range, at);
}

bool Register::free(int prefix, const Range& range, int ticket) const {
  if (held_by_other(range, ticket)) return false;
  for (int at = range.first; at <= range.last(); ++at)
    if (address_at(at) != 0 || around({at, 0}, false) != prefix) return false;
  return true;
}

std::optional<int> Register::next_address(int prefix, int ticket, int start, int count) const {
  const Range whole = prefix == 0 ? Range{0, size_bits} : prefixes.at(prefix).range;
  for (int at = whole.first + start; at + count - 1 <= whole.last(); ++at) {
    int row = 0;
    while (row < count && gives(prefix, at + row, ticket))
      ++row;
    if (row == count) return at;
  }
  return std::nullopt;
}

std::optional<Range> Register::next_prefix(int prefix, int bits, int ticket, int start) const {
  const Range whole = prefix == 0 ? Range{0, size_bits} : prefixes.at(prefix).range;
  if (bits > whole.bits || (prefix != 0 && bits == whole.bits)) return std::nullopt;
  for (int first = whole.first + (start << bits); first <= whole.last(); first += 1 << bits)
    if (free(prefix, {first, bits}, ticket)) return Range{first, bits};
  return std::nullopt;
}

std::optional<Range> Register::best_prefix(int prefix, int bits, int ticket) const {
  const Range whole = prefix == 0 ? Range{0, size_bits} : prefixes.at(prefix).range;
  if (bits > whole.bits || (prefix != 0 && bits == whole.bits)) return std::nullopt;
  std::optional<Range> best;
  int tightest = size_bits + 1;
  for (int first = whole.first; first <= whole.last();) {
    int last = first;
    while (last <= whole.last() && free(prefix, {last, 0}, ticket))
      ++last;
    // [first, last) is free and as long as it can be.
    for (int most = size_bits; most >= bits; --most) {
      const int at = (first + (1 << most) - 1) >> most << most;
      if (at + (1 << most) > last) continue;
      if (most < tightest) {
        tightest = most;
        best = Range{(first + (1 << bits) - 1) >> bits << bits, bits};
      }
      break;
    }
    first = last + 1;
  }
  return best;
}

std::optional<Range> Register::sparse_prefix(int prefix, int bits, int ticket) const {
  const Range whole = prefix == 0 ? Range{0, size_bits} : prefixes.at(prefix).range;
  if (bits > whole.bits || (prefix != 0 && bits == whole.bits)) return std::nullopt;
  for (int most = whole.bits; most >= bits; --most)
    for (int first = whole.first; first <= whole.last(); first += 1 << most)
      if (free(prefix, {first, most}, ticket)) return Range{first, bits};
  return std::nullopt;
}

bool Register::may(int number, const Prefix& next, int ticket) const {
  const auto old = prefixes.find(number);
  const bool moves = old == prefixes.end() || !(old->second.range == next.range);
  for (const auto& [other, prefix] : prefixes)
    if (other != number && prefix.range == next.range) return false;
  if (moves) {
    if (old != prefixes.end()) {
      for (const auto& [other, prefix] : prefixes)
        if (other != number && old->second.range.contains(prefix.range) && !next.range.contains(prefix.range))
          return false;
      for (const auto& [other, address] : addresses)
        if (old->second.range.contains({address.at, 0}) && !next.range.contains({address.at, 0}))
          return false;
    }
    for (const auto& [owner, hold] : holds) {
      if (owner == ticket || !hold.range.overlaps(next.range)) continue;
      const bool kept = next.range.bits > hold.range.bits && within(hold.organisation, next.organisation);
      if (!kept) return false;
    }
  }
  const bool only_hands = !moves && old->second.organisation != next.organisation; // asked at the end
  if (!only_hands && !within(next.organisation, holder(around(next.range, true, number)))) return false;
  // The register as it would be, asked about everything in it.
  Register then = *this;
  then.prefixes[number] = next;
  const bool hands = moves;
  for (const auto& [other, prefix] : then.prefixes)
    if (hands && other != number && then.around(prefix.range, true) == number &&
        !within(prefix.organisation, next.organisation))
      return false;
  for (const auto& [other, address] : then.addresses) {
    if (!next.range.contains({address.at, 0})) continue;
    if (hands && then.around({address.at, 0}, false) == number &&
        !within(address.organisation, next.organisation))
      return false;
    const int active = then.active_around(address.at);
    if (active != 0 && then.reserved(then.prefixes.at(active).range, address.at)) return false;
  }
  return true;
}

bool Register::may(int number, const Address& next, int ticket) const {
  const auto old = addresses.find(number);
  if (old == addresses.end() || old->second.at != next.at) {
    const int active = active_around(next.at);
    if (address_at(next.at) != 0 || held_by_other({next.at, 0}, ticket)) return false;
    if (active != 0 && reserved(prefixes.at(active).range, next.at)) return false;
  }
  if (old != addresses.end() && old->second.at == next.at && old->second.organisation != next.organisation)
    return true; // asked at the end
  return within(next.organisation, holder(around({next.at, 0}, false)));
}

bool Register::all_fit() const {
  for (const auto& [number, prefix] : prefixes)
    if (!within(prefix.organisation, holder(around(prefix.range, true)))) return false;
  for (const auto& [number, address] : addresses)
    if (!within(address.organisation, holder(around({address.at, 0}, false)))) return false;
  return true;
}

bool Register::dissolve(int number, int ticket) {
  if (prefixes.count(number) == 0 || held_by_other(prefixes.at(number).range, ticket)) return false;
  const Register before = *this;
  prefixes.erase(number);
  for (const auto& [other, address] : addresses) {
    const int active = active_around(address.at);
    if (active == 0 || !reserved(prefixes.at(active).range, address.at)) continue;
    *this = before;
    return false;
  }
  return true;
}

bool Register::may_go(int number, int ticket) const {
  const Range range = prefixes.at(number).range;
  for (const auto& [other, prefix] : prefixes)
    if (other != number && range.contains(prefix.range)) return false;
  for (const auto& [other, address] : addresses)
    if (range.contains({address.at, 0})) return false;
  return !held_by_other(range, ticket);
}

bool Register::create(const Prefix& next, int ticket) {
  if (!may(last_prefix + 1, next, ticket)) return false;
  prefixes[++last_prefix] = next;
  return true;
}

bool Register::create(const Address& next, int ticket) {
  if (!may(last_address + 1, next, ticket)) return false;
  addresses[++last_address] = next;
  return true;
}

bool Register::modify(int number, Prefix next, int ticket) {
  if (prefixes.count(number) == 0 || !may(number, next, ticket)) return false;
  next.version = prefixes[number].version + 1;
  prefixes[number] = next;
  return true;
}

bool Register::modify(int number, Address next, int ticket) {
  if (addresses.count(number) == 0 || !may(number, next, ticket)) return false;
  next.version = addresses[number].version + 1;
  addresses[number] = next;
  return true;
}

bool Register::remove_prefix(int number, int ticket) {
  if (prefixes.count(number) == 0 || !may_go(number, ticket)) return false;
  prefixes.erase(number);
  return true;
}

std::optional<bool> Register::hold(int ticket, const Hold& wanted) {
  for (const auto& [owner, hold] : holds)
    if (owner != ticket && hold.range.contains(wanted.range)) return std::nullopt;
  for (const auto& [number, prefix] : prefixes)
    if (wanted.prefix && prefix.range == wanted.range) return std::nullopt;
  if (!wanted.prefix && address_at(wanted.range.first) != 0) return std::nullopt;
  const int owner = around(wanted.range, wanted.prefix);
  for (int at = wanted.range.first; at <= wanted.range.last(); ++at)
    if (address_at(at) != 0 || around({at, 0}, false) != owner || held_by_other({at, 0}, ticket))
      return false;
  holds[ticket] = wanted;
  return true;
}

std::string Register::print() const {
  std::string out;
  for (const auto& [number, prefix] : prefixes)
    out += "prefix " + std::to_string(number) + " v" + std::to_string(prefix.version) + " " +
           std::to_string(prefix.range.first) + "/" + std::to_string(prefix.range.bits) + " of " +
           std::to_string(prefix.organisation) + " " + std::to_string(prefix.status) + "\n";
  for (const auto& [number, address] : addresses)
    out += "address " + std::to_string(number) + " v" + std::to_string(address.version) + " " +
           std::to_string(address.at) + " of " + std::to_string(address.organisation) + "\n";
  return out;
}

std::string Register::print_holds() const {
  std::string out;
  for (const auto& [ticket, hold] : holds)
    out += "ticket " + std::to_string(ticket) + " holds " + std::to_string(hold.range.first) + "/" +
           std::to_string(hold.range.bits) + " for " + std::to_string(hold.organisation) + "\n";
  return out;
}

} // namespace model
