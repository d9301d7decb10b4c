// Random histories of space, played into the register and into a naive model: both accept and refuse the
// same, choose the same space, and end with the same rows. Transactions are abandoned at random; tickets wait
// and hold space.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>

#include "daemon/registry/registry.hpp"
#include "tests/property/registry/model.hpp"

using namespace assent;
using namespace assent::registry;

namespace {

const char* const statuses[] = {"container", "active", "reserved"};

struct Game {
  std::mt19937 engine;
  bool v4;
  Registry registry;
  model::Register naive;
  std::map<int, Edit> waiting; ///< resolved creates of tickets that hold
  std::string history;
  std::size_t operations = 0; ///< edits tried and holds

  Game(unsigned seed, bool four) : engine(seed), v4(four) {
    naive.v4 = v4;
    const auto load = [&](Kind kind, Id id, const char* text) {
      if (!registry.load(kind, id, 1, parse_json(text)->as_object()).ok()) std::abort();
    };
    load(Kind::organisation, 1, R"({"name":"r","tier":"city"})");
    load(Kind::organisation, 2, R"({"name":"a","tier":"county","parent":1})");
    load(Kind::organisation, 3, R"({"name":"b","tier":"county","parent":1})");
    load(Kind::organisation, 4, R"({"name":"c","tier":"bureau","parent":2})");
    load(Kind::network, 1, R"({"name":"n"})");
    load(Kind::block, 1,
         v4 ? R"({"network":1,"prefix":"10.0.0.64/26","organisation":1})"
            : R"({"network":1,"prefix":"2001:db8::40/122","organisation":1})");
    if (!registry.loaded().ok()) std::abort();
  }

  int pick(int n) { return static_cast<int>(engine() % static_cast<unsigned>(n)); }
  U128 base() const { return parse_address(v4 ? "10.0.0.64" : "2001:db8::40")->bits; }
  int width() const { return v4 ? 32 : 128; }
  std::string text(int at) const { return registry::Address{v4, base() + static_cast<unsigned>(at)}.text(); }
  std::string text(const model::Range& range) const {
    return text(range.first) + "/" + std::to_string(width() - range.bits);
  }
  model::Range range_of(const registry::Prefix& prefix) const {
    return {static_cast<int>(prefix.first.bits - base()), width() - prefix.length};
  }
  model::Range any_range() {
    const int bits = pick(model::size_bits + 1);
    return {pick(1 << (model::size_bits - bits)) << bits, bits};
  }
  template <class Map>
  int any_of(const Map& map) {
    if (map.empty()) return 0;
    auto at = map.begin();
    std::advance(at, pick(static_cast<int>(map.size())));
    return at->first;
  }

  void check(bool right, const char* what, const std::string& more = {}) {
    if (right) return;
    std::printf("%s %s\nhistory:\n%s\nmodel:\n%s%s", what, more.c_str(), history.c_str(),
                naive.print().c_str(), naive.print_holds().c_str());
    std::exit(1);
  }

  std::string print() {
    std::string out;
    registry.each(Kind::prefix, [&](const Object& object) {
      const auto range = range_of(*parse_prefix(text_of(object.body, "prefix")));
      int status = 0;
      while (text_of(object.body, "status") != statuses[status])
        ++status;
      out += "prefix " + std::to_string(object.id) + " v" + std::to_string(object.version) + " " +
             std::to_string(range.first) + "/" + std::to_string(range.bits) + " of " +
             std::to_string(number_of(object.body, "organisation")) + " " + std::to_string(status) + "\n";
    });
    registry.each(Kind::address, [&](const Object& object) {
      const auto at = parse_address(text_of(object.body, "address"))->bits - base();
      out += "address " + std::to_string(object.id) + " v" + std::to_string(object.version) + " " +
             std::to_string(static_cast<int>(at)) + " of " +
             std::to_string(number_of(object.body, "organisation")) + "\n";
    });
    return out;
  }

  /// Plays one edit into both; false where both refused.
  bool play(Transaction& trial, Edit edit, int ticket, const std::function<bool()>& in_model,
            const std::function<void(const Edit&)>& resolved_is) {
    ++operations;
    history += "t" + std::to_string(ticket) + " " + canonical(to_json(edit)) + "\n";
    auto resolved = trial.resolve(edit, static_cast<Id>(ticket));
    if (resolved && resolved_is) resolved_is(*resolved);
    const auto row =
        resolved ? trial.apply(*resolved, static_cast<Id>(ticket)) : Result<journal::Row>(resolved.error());
    const bool expected = in_model();
    check(row.ok() == expected,
          expected ? "refused, but the model accepts" : "accepted, but the model refuses",
          row.ok() ? "" : row.error().what.id);
    history += row.ok() ? "  yes\n" : "  no " + row.error().what.id + "\n";
    return row.ok();
  }

  json::object body(int organisation) { return {{"network", 1}, {"organisation", organisation}}; }

  /// By which rule the place is chosen, and which the model chooses by it.
  std::optional<model::Range> wish(Edit& edit, int from, int bits) {
    const model::Range whole = from == 0 ? model::Range{0, model::size_bits} : naive.prefixes.at(from).range;
    switch (pick(6)) {
    case 0:
      edit.value["fit"] = "best";
      return naive.best_prefix(from, bits, 0);
    case 1:
      edit.value["fit"] = "sparse";
      return naive.sparse_prefix(from, bits, 0);
    case 2: {
      const int start = pick(10);
      edit.value["start"] = start;
      return naive.next_prefix(from, bits, 0, start);
    }
    case 3: {
      const int at = pick(20) - 10, places = bits > whole.bits ? 0 : 1 << (whole.bits - bits);
      edit.value["at"] = at;
      const int place = at < 0 ? places + at : at;
      if (place < 0 || place >= places || (from != 0 && bits == whole.bits)) return std::nullopt;
      const model::Range range{whole.first + (place << bits), bits};
      return naive.free(from, range, 0) ? std::optional(range) : std::nullopt;
    }
    default:
      return naive.next_prefix(from, bits, 0);
    }
  }

  /// Some addresses in a row, all or none of them.
  bool new_row(Transaction& trial) {
    const int from = any_of(naive.prefixes), count = 1 + pick(6), start = pick(3) == 0 ? pick(12) : 0;
    if (from == 0) return true;
    Edit edit{Operation::create, Kind::address, 0, {}, 0, {{"network", 1}, {"from", from}, {"count", count}}};
    edit.value["contiguous"] = true;
    edit.value["start"] = start;
    const auto chosen =
        naive.prefixes.at(from).status == 2 ? std::nullopt : naive.next_address(from, 0, start, count);
    history += canonical(to_json(edit)) + "\n";
    const auto pieces = trial.expand(edit, 0);
    check(pieces.ok() == chosen.has_value(), "a row differs", pieces.ok() ? "" : pieces.error().what.id);
    ++operations;
    if (!chosen) return false;
    check(pieces->size() == static_cast<std::size_t>(count), "a row is too short");
    for (int i = 0; i < count; ++i) {
      const Edit& piece = (*pieces)[static_cast<std::size_t>(i)];
      check(text_of(piece.value, "address") == text(*chosen + i), "another row was chosen",
            text_of(piece.value, "address"));
      if (!play(trial, piece, 0,
                [&] {
                  return naive.create(model::Address{*chosen + i, naive.holder(from)}, 0);
                },
                {}))
        return false;
    }
    return true;
  }

  bool new_prefix(Transaction& trial) {
    model::Prefix next{any_range(), 1 + pick(4), pick(3)};
    Edit edit{Operation::create, Kind::prefix, 0, {}, 0, body(next.organisation)};
    edit.value["status"] = statuses[next.status];
    if (pick(2) == 0) {
      edit.value["prefix"] = text(next.range);
      return play(trial, edit, 0, [&] { return naive.create(next, 0); }, {});
    }
    const int from = any_of(naive.prefixes), bits = pick(model::size_bits);
    edit.value["from"] = from == 0 ? json::value(text(model::Range{0, model::size_bits})) : json::value(from);
    edit.value["length"] = width() - bits;
    const bool shut = from != 0 && naive.prefixes.at(from).status == 2;
    const auto chosen = shut ? std::nullopt : wish(edit, from, bits);
    if (from == 0 && naive.around({0, model::size_bits}, false) != 0) return true;
    return play(
        trial, edit, 0,
        [&] {
          if (!chosen) return false;
          next.range = *chosen;
          return naive.create(next, 0);
        },
        [&](const Edit& resolved) {
          check(chosen && text_of(resolved.value, "prefix") == text(*chosen), "another prefix was chosen",
                text_of(resolved.value, "prefix"));
        });
  }

  bool new_address(Transaction& trial) {
    model::Address next{pick(model::size), 1 + pick(4)};
    Edit edit{Operation::create, Kind::address, 0, {}, 0, body(next.organisation)};
    if (pick(2) == 0) {
      edit.value["address"] = text(next.at);
      return play(trial, edit, 0, [&] { return naive.create(next, 0); }, {});
    }
    const int from = any_of(naive.prefixes);
    if (from == 0) return true;
    edit.value["from"] = from;
    if (pick(3) != 0) {
      edit.value.erase("organisation");
      next.organisation = naive.holder(from);
    }
    const bool shut = naive.prefixes.at(from).status == 2;
    std::optional<int> chosen;
    const auto whole = naive.prefixes.at(from).range;
    if (const int how = pick(4); how == 0) {
      const int at = pick(20) - 10, place = at < 0 ? (1 << whole.bits) + at : at;
      edit.value["at"] = at;
      if (!shut && place >= 0 && place < 1 << whole.bits && naive.gives(from, whole.first + place, 0))
        chosen = whole.first + place;
    } else {
      const int start = how == 1 ? pick(12) : 0;
      if (how == 1) edit.value["start"] = start;
      if (!shut) chosen = naive.next_address(from, 0, start);
    }
    return play(
        trial, edit, 0,
        [&] {
          if (!chosen) return false;
          next.at = *chosen;
          return naive.create(next, 0);
        },
        [&](const Edit& resolved) {
          check(chosen && text_of(resolved.value, "address") == text(*chosen), "another address was chosen",
                text_of(resolved.value, "address"));
        });
  }

  bool change_prefix(Transaction& trial, std::set<int>& touched) {
    const int number = any_of(naive.prefixes);
    if (number == 0 || !touched.insert(number).second) return true;
    model::Prefix next = naive.prefixes.at(number);
    Edit edit{Operation::modify, Kind::prefix, static_cast<Id>(number), {}, 0, {}};
    switch (pick(5)) {
    case 4:
      edit.operation = Operation::remove;
      edit.value["contents"] = "parent";
      return play(trial, edit, 0, [&] { return naive.dissolve(number, 0); }, {});
    case 0:
      next.organisation = 1 + pick(4);
      edit.value["organisation"] = next.organisation;
      break;
    case 1:
      next.status = pick(3);
      edit.value["status"] = statuses[next.status];
      break;
    case 2:
      next.range = any_range();
      edit.value["prefix"] = text(next.range);
      break;
    default:
      edit.operation = Operation::remove;
      return play(trial, edit, 0, [&] { return naive.remove_prefix(number, 0); }, {});
    }
    return play(trial, edit, 0, [&] { return naive.modify(number, next, 0); }, {});
  }

  bool change_address(Transaction& trial, std::set<int>& touched) {
    const int number = any_of(naive.addresses);
    if (number == 0 || !touched.insert(-number).second) return true;
    model::Address next = naive.addresses.at(number);
    Edit edit{Operation::modify, Kind::address, static_cast<Id>(number), {}, 0, {}};
    if (pick(2) == 0) {
      edit.operation = Operation::remove;
      return play(trial, edit, 0, [&] { return naive.addresses.erase(number) == 1; }, {});
    }
    if (pick(2) == 0) next.at = pick(model::size);
    next.organisation = 1 + pick(4);
    edit.value = {{"address", text(next.at)}, {"organisation", next.organisation}};
    return play(trial, edit, 0, [&] { return naive.modify(number, next, 0); }, {});
  }

  /// Some edits at once, kept or abandoned together.
  void transaction() {
    const model::Register before = naive;
    const std::string printed = print();
    bool good = true;
    std::set<int> touched;
    {
      Transaction trial(registry);
      const int last_prefix = naive.last_prefix, last_address = naive.last_address;
      for (int left = 1 + pick(4); good && left > 0; --left) {
        switch (pick(7)) {
        case 6:
          good = new_row(trial);
          break;
        case 0:
        case 1:
          good = new_prefix(trial);
          break;
        case 2:
        case 3:
          good = new_address(trial);
          break;
        case 4:
          good = change_prefix(trial, touched);
          break;
        default:
          good = change_address(trial, touched);
        }
        // What this transaction made, it does not change again.
        for (int made = last_prefix + 1; made <= naive.last_prefix; ++made)
          touched.insert(made);
        for (int made = last_address + 1; made <= naive.last_address; ++made)
          touched.insert(-made);
      }
      if (good) {
        good = trial.settle().ok();
        check(good == naive.all_fit(), "who may hold what differs");
      }
      good = good && pick(4) != 0;
      if (good) trial.keep();
    }
    history += good ? "kept\n" : "abandoned\n";
    if (!good) {
      naive = before;
      check(print() == printed, "an abandoned transaction left something", print());
    }
  }

  /// A ticket asks, is tried, and holds.
  void wait() {
    const int ticket = 1 + pick(5);
    if (waiting.count(ticket) != 0) return;
    const bool prefix = pick(2) == 0;
    model::Hold wanted{prefix ? any_range() : model::Range{pick(model::size), 0}, 1 + pick(4), prefix};
    Edit edit{Operation::create, prefix ? Kind::prefix : Kind::address, 0, {}, 0, body(wanted.organisation)};
    edit.value[prefix ? "prefix" : "address"] = prefix ? text(wanted.range) : text(wanted.range.first);
    if (prefix) edit.value["status"] = "container";
    const auto kept = naive.hold(ticket, wanted);
    ++operations;
    history += "hold " + std::to_string(ticket) + " " + canonical(to_json(edit)) + "\n";
    check(registry.hold(static_cast<Id>(ticket), {edit}).ok() == kept.has_value(), "holding differs");
    if (kept) waiting.emplace(ticket, edit);
  }

  /// A waiting ticket opens, or ends without.
  void settle() {
    const int ticket = any_of(waiting);
    if (ticket == 0) return;
    const Edit edit = waiting.at(ticket);
    if (pick(2) == 0) {
      const model::Register before = naive;
      Transaction trial(registry);
      const int organisation = static_cast<int>(number_of(edit.value, "organisation"));
      const bool good =
          play(trial, edit, ticket,
               [&] {
                 if (edit.kind == Kind::prefix)
                   return naive.create(
                       model::Prefix{range_of(*parse_prefix(text_of(edit.value, "prefix"))), organisation, 0},
                       ticket);
                 const auto at = parse_address(text_of(edit.value, "address"))->bits - base();
                 return naive.create(model::Address{static_cast<int>(at), organisation}, ticket);
               },
               {});
      if (!good || pick(4) == 0) {
        naive = before;
        history += "opening abandoned\n";
        return;
      }
      check(trial.settle().ok(), "an opening does not settle");
      trial.keep();
    }
    history += "release " + std::to_string(ticket) + "\n";
    registry.release(static_cast<Id>(ticket));
    naive.holds.erase(ticket);
    waiting.erase(ticket);
  }

  /// A restart: the same rows, in a new register.
  void reload() {
    Registry fresh;
    for (std::size_t kind = 0; kind < kind_names.size(); ++kind)
      registry.each(static_cast<Kind>(kind), [&](const Object& object) {
        check(fresh.load(static_cast<Kind>(kind), object.id, object.version, object.body).ok(),
              "a row cannot be loaded");
      });
    fresh.set_last_id(Kind::prefix, static_cast<Id>(naive.last_prefix));
    fresh.set_last_id(Kind::address, static_cast<Id>(naive.last_address));
    check(fresh.loaded().ok(), "the rows do not fit");
    naive.holds.clear();
    for (const auto& [ticket, edit] : waiting) {
      const auto* organisation = edit.value.if_contains("organisation");
      const bool prefix = edit.kind == Kind::prefix;
      const auto range =
          prefix ? range_of(*parse_prefix(text_of(edit.value, "prefix")))
                 : model::Range{
                       static_cast<int>(parse_address(text_of(edit.value, "address"))->bits - base()), 0};
      naive.hold(ticket, {range, static_cast<int>(organisation->to_number<int>()), prefix});
      static_cast<void>(fresh.hold(ticket, {edit}));
    }
    registry = std::move(fresh);
    history += "reloaded\n";
  }

  void step() {
    const int what = pick(20);
    if (what < 14) {
      transaction();
    } else if (what < 16) {
      wait();
    } else if (what < 19) {
      settle();
    } else if (pick(3) == 0) {
      reload();
    }
    check(print() == naive.print(), "the rows differ", "\n" + print());
  }
};

} // namespace

int main() {
  const char* wish = std::getenv("ASSENT_LONG");
  const bool thorough = wish != nullptr && std::string(wish) == "1";
  const unsigned rounds = thorough ? 2000 : 40;
  const int steps = thorough ? 500 : 150;
  std::size_t operations = 0;
  for (unsigned seed = 1; seed <= rounds; ++seed) {
    Game game(seed, seed % 2 == 0);
    for (int i = 0; i < steps; ++i)
      game.step();
    operations += game.operations;
  }
  std::printf("%u histories of %d steps, %zu operations, agree with the model\n", rounds, steps, operations);
  if (thorough && operations < 1'000'000) {
    std::puts("that is too few to show much");
    return 1;
  }
}
