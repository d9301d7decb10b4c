// Free space that an edit asks for in place of naming it: from where, how long, how many and by which rule.
#include <algorithm>
#include <bit>

#include "daemon/registry/transaction.hpp"

namespace assent::registry {
namespace {

constexpr std::array<std::string_view, 10> asking = {"from", "from-any", "length", "fit",   "nibble",
                                                     "at",   "start",    "grow",   "count", "contiguous"};
constexpr std::array<std::string_view, 3> fits = {"first", "best", "sparse"};
constexpr std::size_t most_sources = 64;
constexpr std::uint64_t most_at_once = 10'000;

/// An integer with its sign; nothing where it is none.
std::optional<std::int64_t> whole(const json::value& value) {
  if (const auto* number = value.if_int64()) return *number;
  if (const auto* number = value.if_uint64(); number != nullptr && *number <= INT64_MAX)
    return static_cast<std::int64_t>(*number);
  return std::nullopt;
}

U128 bits(int n) {
  return n >= 128 ? 0 : U128{1} << n;
}

/// Where place number `at` of 2^`host_bits` addresses begins in the space; below 0 it counts from the end.
std::optional<U128> offset(const Prefix& space, int host_bits, std::int64_t at) {
  const U128 places = (space.last() - space.first.bits) >> host_bits; // one less than there are
  const U128 back = at < 0 ? U128{static_cast<std::uint64_t>(-(at + 1))} : 0;
  if (at < 0 ? back > places : static_cast<std::uint64_t>(at) > places) return std::nullopt;
  const U128 number = at < 0 ? places - back : static_cast<std::uint64_t>(at);
  return space.first.bits + (number << host_bits);
}

} // namespace

/// What is said about the space beside its source.
struct Transaction::Impl::Ask {
  int length = 0; ///< 0: an address
  Fit fit = Fit::first;
  bool nibble = false, contiguous = false;
  std::optional<std::int64_t> at, start;
  int grow = 0;
  std::uint64_t count = 1;
};

bool Transaction::Impl::asks(const json::object& value) {
  return value.contains("from") || value.contains("from-any");
}

/// Takes what asks for space out of the value, but for the source.
Result<Transaction::Impl::Ask> Transaction::Impl::read_ask(Kind kind, json::object& value) {
  Ask ask;
  std::optional<Error> error;
  const auto wrong = [&](std::string_view member, std::string expected) {
    if (!error) error = member_wrong(kind, member, std::move(expected));
  };
  const auto number = [&](std::string_view member, std::int64_t low, std::int64_t high,
                          std::string expected) -> std::optional<std::int64_t> {
    const json::value* given = value.if_contains(member);
    if (given == nullptr) return std::nullopt;
    const auto read = whole(*given);
    if (!read || *read < low || *read > high) wrong(member, std::move(expected));
    return read;
  };
  const auto flag = [&](std::string_view member) {
    const json::value* given = value.if_contains(member);
    if (given != nullptr && !given->is_bool()) wrong(member, "registry.expect-flag");
    return given != nullptr && given->is_bool() && given->get_bool();
  };
  const bool prefix = kind == Kind::prefix;
  if (prefix != value.contains("length")) wrong("length", "registry.expect-length");
  ask.length = static_cast<int>(number("length", 1, 128, "registry.expect-length").value_or(0));
  ask.at = number("at", INT64_MIN, INT64_MAX, "registry.expect-offset");
  ask.start = number("start", 0, INT64_MAX, "registry.expect-offset");
  ask.grow = static_cast<int>(number("grow", 0, 127, "registry.expect-grow").value_or(0));
  ask.count = static_cast<std::uint64_t>(
      number("count", 1, static_cast<std::int64_t>(most_at_once), "registry.expect-count").value_or(1));
  ask.nibble = flag("nibble");
  ask.contiguous = flag("contiguous");
  if (const json::value* fit = value.if_contains("fit")) {
    const auto* word = fit->if_string();
    const auto known =
        word == nullptr ? fits.end() : std::find(fits.begin(), fits.end(), std::string_view(*word));
    if (known == fits.end())
      wrong("fit", "registry.expect-fit");
    else
      ask.fit = static_cast<Fit>(known - fits.begin());
  }
  for (const auto* only : {"fit", "nibble", "grow"})
    if (!prefix && value.contains(only)) wrong(only, "registry.expect-of-prefix");
  if (ask.fit != Fit::first && (ask.at || ask.start)) wrong("fit", "registry.expect-first-fit");
  if (ask.at && (ask.start || ask.count != 1)) wrong("at", "registry.expect-alone");
  if (ask.grow != 0 && (ask.count != 1 || ask.at)) wrong("grow", "registry.expect-alone");
  if (error) return std::move(*error);
  if (ask.nibble) ask.length = std::max(ask.length / 4 * 4, 1);
  for (const auto member : asking)
    if (member != "from" && member != "from-any") value.erase(member);
  return ask;
}

/// The prefix or block that a person names as a source.
Result<Space::Node*> Transaction::Impl::source(std::string_view member, const json::value& from, Id network) {
  Ref found{Kind::prefix, 0};
  if (edit_number(from) != 0 || id_of(from) != 0) {
    auto resolved = resolve_reference(member, from, Kind::prefix);
    if (!resolved) return std::move(resolved).error();
    found.id = actual(&*resolved, Kind::prefix);
  } else {
    const auto* text = from.if_string();
    if (text == nullptr) return member_wrong(Kind::prefix, member, "registry.expect-prefix");
    auto id = state.find_text(Kind::prefix, *text, network);
    if (!id && id.error().fault == Fault::not_found) {
      auto block = state.find_text(Kind::block, *text, network);
      if (block) {
        found.kind = Kind::block;
        id = std::move(block);
      }
    }
    if (!id) return std::move(id).error();
    found.id = *id;
  }
  const auto* prefix = found.kind == Kind::prefix ? state.find<record::Prefixed>(found.id) : nullptr;
  const auto* block = found.kind == Kind::block ? state.find<record::Block>(found.id) : nullptr;
  const Id where = prefix != nullptr ? prefix->network : block->network;
  if (network != 0 && network != where)
    return member_wrong(Kind::prefix, member, "registry.expect-same-network");
  const auto status = prefix != nullptr ? prefix->status : record::prefix_active;
  if (status == record::prefix_reserved)
    return fail(Fault::refused, "registry.prefix-reserved", {{"prefix", prefix->prefix.text()}});
  if (status == record::prefix_deprecated)
    return fail(Fault::refused, "registry.prefix-deprecated", {{"prefix", prefix->prefix.text()}});
  const Prefix& space = prefix != nullptr ? prefix->prefix : block->prefix;
  Space& in = state.space(where, space.first.v4);
  return prefix != nullptr ? in.prefix_at(space) : in.block_at(space);
}

/// What is delegated to the organisation and gives space of that kind, the lowest first.
Result<std::vector<Space::Node*>> Transaction::Impl::delegated(Kind kind, const json::object& value) {
  const Id network = actual(value.if_contains("network"), Kind::network);
  const Id organisation = actual(value.if_contains("organisation"), Kind::organisation);
  for (const auto& [id, member] : {std::pair{network, "network"}, std::pair{organisation, "organisation"}})
    if (id == 0) return fail(Fault::invalid, "registry.delegated-needs", {{"member", member}});
  std::vector<Space::Node*> out;
  for (auto each = state.holdings.lower_bound({organisation, network, Prefix{}, 0});
       each != state.holdings.end() && std::get<0>(*each) == organisation && std::get<1>(*each) == network;
       ++each) {
    const auto& row = *state.find<record::Prefixed>(std::get<3>(*each));
    const bool gives =
        kind == Kind::address ? row.status == record::prefix_active : row.status < record::prefix_reserved;
    if (gives) out.push_back(state.space(network, row.prefix.first.v4).prefix_at(row.prefix));
  }
  if (out.empty())
    return fail(Fault::conflict, "registry.nothing-delegated", {{"organisation", state.path(organisation)}});
  return out;
}

/// Where space may come from, in the order in which it is tried. Sets `network` where only the source tells
/// it.
Result<std::vector<Space::Node*>> Transaction::Impl::sources(Kind kind, json::object& value) {
  const json::value from = value.contains("from") ? value.at("from") : json::value();
  const json::value any = value.contains("from-any") ? value.at("from-any") : json::value();
  if (!from.is_null() && !any.is_null()) return member_wrong(kind, "from-any", "registry.expect-one-source");
  value.erase("from");
  value.erase("from-any");
  if (from.is_string() && from.get_string() == "delegated") return delegated(kind, value);
  std::vector<Space::Node*> out;
  Id network = actual(value.if_contains("network"), Kind::network);
  const auto add = [&](std::string_view member, const json::value& one) -> Status {
    auto node = source(member, one, network);
    if (!node) return std::move(node).error();
    network = (*node)->block ? state.find<record::Block>((*node)->id)->network
                             : state.find<record::Prefixed>((*node)->id)->network;
    out.push_back(*node);
    return Done{};
  };
  if (!from.is_null()) {
    if (auto status = add("from", from); !status) return std::move(status).error();
  } else {
    const auto* list = any.if_array();
    if (list == nullptr || list->empty() || list->size() > most_sources)
      return member_wrong(kind, "from-any", "registry.expect-sources");
    for (const auto& one : *list)
      if (auto status = add("from-any", one); !status) return std::move(status).error();
  }
  value["network"] = reference({Kind::network, network});
  return out;
}

/// Where the space begins that the ask gets out of this source.
std::optional<U128> Transaction::Impl::find_room(const Ask& ask, Space& in, Space::Node& node,
                                                 int host_bits) {
  const Prefix& space = node.prefix;
  if (ask.at) {
    const auto wanted = offset(space, host_bits, *ask.at);
    if (!wanted || !in.free_of(node).is_free(*wanted, *wanted + (bits(host_bits) - 1))) return std::nullopt;
    if (ask.length != 0) return wanted;
    const auto host = in.next_addresses(node, 1, *wanted); // it is free, but is it for hosts?
    return host && host->bits == *wanted ? wanted : std::nullopt;
  }
  U128 from = space.first.bits;
  if (ask.start) {
    const auto first = offset(space, ask.length == 0 ? 0 : space.first.width() - ask.length, *ask.start);
    if (!first) return std::nullopt;
    from = *first;
  }
  if (ask.length != 0) return in.place(node, host_bits, ask.fit, from);
  const auto address = in.next_addresses(node, ask.contiguous ? ask.count : 1, from);
  if (!address) return std::nullopt;
  return address->bits;
}

Error Transaction::Impl::no_room(const Ask& ask, const std::vector<Space::Node*>& from, Id network) {
  Error error;
  const std::string count = std::to_string(ask.count), length = std::to_string(ask.length);
  if (from.size() == 1) {
    const std::string prefix = from.front()->prefix.text();
    if (ask.at)
      error = fail(Fault::conflict, "registry.place-taken",
                   {{"prefix", prefix}, {"at", std::to_string(*ask.at)}});
    else if (ask.contiguous && ask.count > 1)
      error = fail(Fault::conflict, "registry.no-room-in-a-row", {{"prefix", prefix}, {"count", count}});
    else if (ask.length == 0)
      error = fail(Fault::conflict, "registry.full", {{"prefix", prefix}});
    else
      error = fail(Fault::conflict, "registry.no-room", {{"prefix", prefix}, {"length", length}});
  } else if (ask.length == 0) {
    error = fail(Fault::conflict, "registry.all-full", {{"count", std::to_string(from.size())}});
  } else {
    error = fail(Fault::conflict, "registry.no-room-in-any",
                 {{"count", std::to_string(from.size())}, {"length", length}});
  }
  for (std::size_t i = 0; i < from.size() && i < Evidence::shown; ++i) {
    Space& in = state.space(network, from[i]->prefix.first.v4);
    const std::string gaps = std::to_string(in.free_of(*from[i]).intervals());
    if (from.size() == 1)
      error.evidence.push_back({"registry.evidence-gaps", {{"count", gaps}}});
    else
      error.evidence.push_back(
          {"registry.evidence-gaps-in", {{"prefix", from[i]->prefix.text()}, {"count", gaps}}});
  }
  return error;
}

/// Is the place better than the best so far, by the rule?
bool Transaction::Impl::better(const Ask& ask, const FreeSpace& free, int host_bits,
                               std::optional<int>& so_far) {
  if (ask.fit == Fit::first) return !so_far && (so_far = 0, true);
  const int size = ask.fit == Fit::best ? free.smallest(host_bits) : free.largest();
  if (so_far && (ask.fit == Fit::best ? size >= *so_far : size <= *so_far)) return false;
  so_far = size;
  return true;
}

/// A prefix is longer than the one around it, though not than its block; what only holds several prefixes in
/// a row together may be all of it.
bool Transaction::Impl::may_hold(const Space::Node& node, const Ask& ask, int place) {
  const int whole = node.prefix.length;
  const bool fits = ask.length > whole || (node.block && ask.length == whole);
  const bool only_together = place < ask.length && ask.grow == 0;
  return fits && ask.length <= node.prefix.first.width() &&
         (place > whole || (place == whole && (node.block || only_together)));
}

/// The prefix that holds all that is asked for; of an address, the address with its whole length.
Result<Prefix> Transaction::Impl::choose(const Ask& ask, const std::vector<Space::Node*>& from, Id network) {
  std::optional<Prefix> chosen;
  std::optional<int> so_far;
  for (Space::Node* node : from) {
    Space& in = state.space(network, node->prefix.first.v4);
    const int width = node->prefix.first.width();
    // Prefixes in a row lie together in one larger prefix, so that one route leads to them all.
    const int together = ask.length != 0 && ask.contiguous ? std::bit_width(ask.count - 1) : 0;
    const int length = ask.length == 0 ? width : ask.length - ask.grow - together;
    if (ask.length != 0 && !may_hold(*node, ask, length)) continue;
    const auto first = find_room(ask, in, *node, width - length);
    if (!first || !better(ask, in.free_of(*node), width - length, so_far)) continue;
    chosen = Prefix{{node->prefix.first.v4, *first}, length};
    if (ask.fit == Fit::first) break;
  }
  if (!chosen) return no_room(ask, from, network);
  return *chosen;
}

/// Turns a wish for one piece of space into the space that is next.
Status Transaction::Impl::choose_space(Kind kind, json::object& value) {
  const auto member = kind == Kind::address ? std::string_view("address") : std::string_view("prefix");
  if (!asks(value)) {
    for (const auto given : asking)
      if (value.contains(given)) return member_wrong(kind, given, "registry.expect-from");
    return Done{};
  }
  if (value.contains(member)) return member_wrong(kind, member, "registry.expect-either");
  auto ask = read_ask(kind, value);
  if (!ask) return std::move(ask).error();
  if (ask->count != 1 || ask->grow != 0) return member_wrong(kind, "count", "registry.expect-expanded");
  auto from = sources(kind, value);
  if (!from) return std::move(from).error();
  auto chosen = choose(*ask, *from, actual(value.if_contains("network"), Kind::network));
  if (!chosen) return std::move(chosen).error();
  value.emplace(member, kind == Kind::address ? chosen->first.text() : chosen->text());
  return Done{};
}

/// Several at once, in a row, as edits that name their space.
Status Transaction::Impl::in_a_row(const Edit& wanted, std::vector<Edit>& out) {
  const Kind kind = wanted.kind;
  Edit piece = wanted;
  if (auto status = resolve_references(kind, piece.value); !status) return status;
  auto ask = read_ask(kind, piece.value);
  if (!ask) return std::move(ask).error();
  auto from = sources(kind, piece.value);
  if (!from) return std::move(from).error();
  auto place = choose(*ask, *from, actual(piece.value.if_contains("network"), Kind::network));
  if (!place) return std::move(place).error();
  const int width = place->first.width(), length = ask->length == 0 ? width : ask->length;
  for (std::uint64_t i = 0; i < ask->count; ++i) {
    const Prefix one{{place->first.v4, place->first.bits + (U128{i} << (width - length))}, length};
    piece.value[kind == Kind::address ? "address" : "prefix"] =
        kind == Kind::address ? one.first.text() : one.text();
    out.push_back(piece);
  }
  return Done{};
}

/// A prefix at the start of a larger one, which is `reserved` for it to grow into.
Status Transaction::Impl::with_room(const Edit& wanted, std::vector<Edit>& out) {
  Edit piece = wanted;
  if (auto status = resolve_references(Kind::prefix, piece.value); !status) return status;
  auto ask = read_ask(Kind::prefix, piece.value);
  if (!ask) return std::move(ask).error();
  auto from = sources(Kind::prefix, piece.value);
  if (!from) return std::move(from).error();
  auto room = choose(*ask, *from, actual(piece.value.if_contains("network"), Kind::network));
  if (!room) return std::move(room).error();
  Edit around = piece;
  around.value["prefix"] = room->text();
  around.value["status"] = "reserved";
  piece.value["prefix"] = Prefix{room->first, ask->length}.text();
  out.push_back(std::move(around));
  out.push_back(std::move(piece));
  return Done{};
}

/// `$N` counts what was wanted; an edit that became several moves those after it.
void Transaction::Impl::renumber(Kind kind, json::object& value) const {
  if (!moved_numbers) return;
  const auto one = [&](json::value& at) {
    const std::size_t number = edit_number(at);
    if (number != 0 && number <= first_of.size())
      at = json::value(std::string_view("$" + std::to_string(first_of[number - 1])));
  };
  std::vector<std::string_view> members = {"from"};
  record::with_kind(kind, [&]<class Row>(std::type_identity<Row>) {
    each_reference(
        Row{}, [&](std::string_view member, Kind, Id) { members.push_back(member); },
        [](std::string_view, Kind, std::string_view) {}, true);
  });
  for (const auto member : members)
    if (json::value* at = value.if_contains(member)) one(*at);
  if (json::value* list = value.if_contains("from-any"); list != nullptr && list->is_array())
    for (auto& each : list->get_array())
      one(each);
  if (json::value* list = value.if_contains("separation"); list != nullptr && list->is_array())
    for (auto& each : list->get_array())
      if (auto* entry = each.if_object())
        if (json::value* at = entry->if_contains("network")) one(*at);
}

Result<std::vector<Edit>> Transaction::expand(Edit wanted, Id ticket) {
  ASSENT_CHECK(!impl_->over);
  impl_->lift(ticket);
  impl_->renumber(wanted.kind, wanted.value);
  std::vector<Edit> out;
  const bool space = wanted.operation == Operation::create && Impl::asks(wanted.value) &&
                     (wanted.kind == Kind::address || wanted.kind == Kind::prefix);
  const json::value* count = space ? wanted.value.if_contains("count") : nullptr;
  const auto many = count != nullptr ? whole(*count) : std::nullopt;
  const std::int64_t times = many.value_or(0); // g++ 12 at -O2 takes *many for uninitialised
  if (space && many && wanted.value.contains("at"))
    return member_wrong(wanted.kind, "at", "registry.expect-alone");
  std::size_t named = impl_->made.size() + 1;
  if (space && wanted.value.contains("grow") && wanted.kind == Kind::prefix) {
    if (auto status = impl_->with_room(wanted, out); !status) return std::move(status).error();
    ++named;
  } else if (space && wanted.value.contains("contiguous") && many) {
    if (auto status = impl_->in_a_row(wanted, out); !status) return std::move(status).error();
  } else if (space && times >= 1 && times <= static_cast<std::int64_t>(most_at_once)) {
    wanted.value.erase("count");
    out.assign(static_cast<std::size_t>(times), wanted);
  } else {
    out.push_back(std::move(wanted));
  }
  impl_->first_of.push_back(named);
  impl_->moved_numbers = impl_->moved_numbers || out.size() != 1;
  return out;
}

} // namespace assent::registry
