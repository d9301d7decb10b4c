// What a change of a whole part of the space comes to, as the edits of one ticket.
#include <algorithm>
#include <array>

#include "daemon/core/resolve.hpp"

namespace assent::core {
namespace {

constexpr std::size_t most_edits = 10'000; // what a ticket takes as wanted
using Asked = registry::Restructure;

std::string given(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

Result<Id> found(const State& state, Kind kind, const json::object& input, const char* member,
                 Id network = 0) {
  const auto* value = input.if_contains(member);
  if (value == nullptr) return fail(Fault::invalid, "core.restructure-needs", {{"member", member}});
  return state.registry.find(kind, given(*value), network);
}

Result<Asked> asked(const State& state, const json::object& input) {
  constexpr std::array<std::pair<std::string_view, Asked::Kind>, 5> words = {{
      {"split", Asked::Kind::split},
      {"merge", Asked::Kind::merge},
      {"renumber", Asked::Kind::renumber},
      {"reassign", Asked::Kind::reassign},
      {"clear", Asked::Kind::clear},
  }};
  Asked out;
  const std::string word = text_of(input, "change");
  for (const auto& [name, kind] : words)
    if (name == word) out.kind = kind;
  Id network = 0;
  if (input.contains("network")) {
    auto id = found(state, Kind::network, input, "network");
    if (!id) return std::move(id).error();
    network = *id;
  }
  for (const auto& one : array_of(input, "prefixes")) {
    auto id = state.registry.find(Kind::prefix, given(one), network);
    if (!id) return std::move(id).error();
    out.prefixes.push_back(*id);
  }
  if (out.kind == Asked::Kind::split) {
    out.length = static_cast<int>(number_of(input, "length"));
    out.keep = flag_of(input, "keep");
    if (out.length == 0) return fail(Fault::invalid, "core.restructure-needs", {{"member", "length"}});
  }
  if (out.kind == Asked::Kind::renumber) {
    if (!input.contains("to")) return fail(Fault::invalid, "core.restructure-needs", {{"member", "to"}});
    auto to = registry::parse_prefix(text_of(input, "to"));
    if (!to) return std::move(to).error();
    out.to = *to;
  }
  if (out.kind == Asked::Kind::reassign) {
    auto id = found(state, Kind::organisation, input, "organisation");
    if (!id) return std::move(id).error();
    out.organisation = *id;
  }
  return out;
}

/// Who may read what the prefixes' holders have, or ask for changes of it. An account of no person comes this
/// far only where it may read everything.
bool sees(const Step& step, const Asked& wanted) {
  const State& state = step.state;
  const auto person = state.registry.person_of_account(step.peer.account);
  if (!person) return true;
  return std::ranges::all_of(wanted.prefixes, [&](Id id) {
    const auto object = state.registry.get(Kind::prefix, id);
    const Id holder = object ? number_of(object->body, "organisation") : 0;
    return std::ranges::any_of(std::array{"read", "read-all", "request", "approve"}, [&](const char* right) {
      return state.policy.may(state.registry, *person, right, holder);
    });
  });
}

} // namespace

Answer restructure(Step& step, const json::object& input) {
  auto wanted = asked(step.state, input);
  if (!wanted) return wanted.error();
  if (!sees(step, *wanted)) return fail(Fault::refused, "core.restructure-unseen");
  auto edits = step.state.registry.restructure(*wanted, most_edits);
  if (!edits) return edits.error();
  std::uint64_t prefixes = 0, addresses = 0;
  for (const auto& edit : *edits)
    ++(edit.kind == Kind::prefix ? prefixes : addresses);
  return json::object{{"edits", to_json(*edits)}, {"prefixes", prefixes}, {"addresses", addresses}};
}

} // namespace assent::core
