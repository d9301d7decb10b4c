// Searching against a reference that looks at every object in turn and knows nothing of the index, of folding
// or of JSON: random registers that change, random queries, random pages.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "daemon/search/find.hpp"

using namespace assent;
using namespace assent::search;

namespace {

/// A character as it is written in several ways, the first of which stands for all.
constexpr const char* letters[][3] = {{"a", "A", "ａ"},   {"b", "B", "Ｂ"},   {"财", "財", "财"},
                                      {"政", "政", "政"}, {"电", "電", "電"}, {"1", "１", "1"},
                                      {"é", "É", "e"},    {"-", "－", "-"}};
using Plain = std::vector<int>; ///< a text as numbers of letters

struct Object {
  Kind kind{};
  Id id = 0;
  std::map<std::string, Plain> texts;    ///< member → text
  Id organisation = 0, network = 0;      ///< organisation of an organisation: its parent
  std::optional<registry::Prefix> space; ///< address, prefix
};

struct Asked {
  std::string text;
  std::function<bool(const Object&)> holds;
};

class Game : public Rows {
 public:
  explicit Game(unsigned seed) : random_(seed) {
    for (Id id = 1; id <= 6; ++id)
      put(organisation(id));
    for (int i = 0; i < 60; ++i)
      put(any());
    index_.settle();
  }

  void step() {
    for (int i = pick(4); i > 0; --i)
      change();
    std::vector<Asked> asked;
    std::string text;
    for (int i = 1 + pick(3); i > 0; --i) {
      asked.push_back(clause());
      text += (text.empty() ? "" : " ") + asked.back().text;
    }
    std::vector<Ref> expected;
    for (const Kind kind : kinds_in_order())
      for (const auto& [id, object] : objects_[kind])
        if (std::ranges::all_of(asked, [&one = object](const Asked& each) { return each.holds(one); }))
          expected.push_back({kind, id});
    if (found(text) != expected) {
      std::printf("wrong answer to: %s\n", text.c_str());
      std::exit(1);
    }
    hits += expected.size();
  }

  Result<std::optional<Row>> get(Kind kind, Id id) override {
    const auto at = objects_[kind].find(id);
    if (at == objects_[kind].end()) return std::optional<Row>();
    return std::optional<Row>(Row{1, written_[{kind, id}]});
  }
  Result<std::vector<Id>> ids(Kind kind, Id after, std::size_t limit) override {
    std::vector<Id> out;
    for (auto at = objects_[kind].upper_bound(after); at != objects_[kind].end() && out.size() < limit; ++at)
      out.push_back(at->first);
    return out;
  }
  Result<std::vector<Ref>> of_ticket(Id) override { return std::vector<Ref>(); }
  bool reads(Kind) override { return true; }
  const std::vector<Id>* organisations(Kind) override { return nullptr; }

  std::size_t hits = 0;

 private:
  int pick(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }

  Plain plain(int most) {
    Plain out;
    for (int i = 1 + pick(most); i > 0; --i)
      out.push_back(pick(std::size(letters)));
    return out;
  }
  std::string written(const Plain& text) {
    std::string out;
    for (const int letter : text)
      out += letters[letter][pick(3)];
    return out;
  }
  registry::Prefix space(bool one) {
    const bool v4 = pick(3) > 0;
    const int width = v4 ? 32 : 128;
    registry::Prefix out;
    out.first.v4 = v4;
    out.length = one ? width : width - 8 * pick(4);
    const registry::U128 bits = (v4 ? registry::U128{10} << 24 : registry::U128{0xfd00} << 112) |
                                static_cast<unsigned>(pick(4) << 8 | pick(8));
    const int host = width - out.length;
    out.first.bits = bits >> host << host;
    return out;
  }
  Object organisation(Id id) {
    Object out{Kind::organisation, id, {{"name", plain(4)}}, id / 2, 0, {}};
    return out;
  }
  Object any() {
    const Kind kind = pick(2) == 0 ? Kind::prefix : Kind::address;
    Object out;
    out.kind = kind;
    out.id = ++last_[kind];
    out.organisation = static_cast<Id>(1 + pick(6));
    out.network = static_cast<Id>(1 + pick(2));
    out.space = space(kind == Kind::address);
    if (pick(2) == 0) out.texts["description"] = plain(6);
    if (pick(2) == 0) out.texts[pick(2) == 0 ? "name" : "室"] = plain(3);
    return out;
  }

  void put(Object object) {
    json::object body;
    for (const auto& [member, text] : object.texts)
      body[member] = written(text);
    if (object.kind == Kind::organisation) {
      if (object.organisation != 0) body["parent"] = object.organisation;
    } else {
      body["organisation"] = object.organisation;
      body["network"] = object.network;
      body[object.kind == Kind::address ? "address" : "prefix"] =
          object.kind == Kind::address ? object.space->first.text() : object.space->text();
    }
    index_.put(object.kind, object.id, body);
    written_[{object.kind, object.id}] = std::move(body);
    const Kind kind = object.kind;
    const Id id = object.id;
    objects_[kind][id] = std::move(object);
  }
  void change() {
    const int what = pick(6);
    const Kind kind = pick(2) == 0 ? Kind::prefix : Kind::address;
    auto& all = objects_[kind];
    if (what < 3 || all.empty()) return put(any());
    auto at = all.begin();
    std::advance(at, pick(static_cast<int>(all.size())));
    if (what == 3) {
      index_.remove(kind, at->first);
      all.erase(at);
    } else if (what == 4) {
      Object next = any();
      next.kind = kind;
      next.id = at->first;
      next.space = space(kind == Kind::address);
      put(std::move(next));
    } else {
      put(organisation(static_cast<Id>(1 + pick(6))));
    }
  }

  static bool contains(const Plain& text, const Plain& part) {
    return std::ranges::search(text, part).begin() != text.end();
  }
  bool below(Id organisation, Id top) {
    for (; organisation != 0; organisation = objects_[Kind::organisation][organisation].organisation)
      if (organisation == top) return true;
    return false;
  }

  Asked clause() {
    Asked out = positive();
    if (pick(5) == 0) {
      out.text = "-" + out.text;
      out.holds = [inner = std::move(out.holds)](const Object& object) { return !inner(object); };
    }
    return out;
  }
  Asked positive() {
    switch (pick(7)) {
    case 0: {
      const auto wanted = space(pick(2) == 0);
      return {"in:" + wanted.text(),
              [wanted](const Object& object) { return object.space && wanted.contains(*object.space); }};
    }
    case 1: {
      const auto wanted = space(pick(2) == 0);
      return {"around:" + wanted.text(),
              [wanted](const Object& object) { return object.space && object.space->contains(wanted); }};
    }
    case 2: {
      const Id top = static_cast<Id>(1 + pick(6));
      return {"org:" + std::to_string(top), [this, top](const Object& object) {
                return below(object.kind == Kind::organisation ? object.id : object.organisation, top);
              }};
    }
    case 3: {
      const Id network = static_cast<Id>(1 + pick(2));
      return {"network:" + std::to_string(network),
              [network](const Object& object) { return object.network == network; }};
    }
    case 4: {
      const std::string member = pick(2) == 0 ? "name" : "室";
      const Plain wanted = plain(2);
      const bool whole = pick(2) == 0;
      return {member + (whole ? "=\"" : ":\"") + written(wanted) + "\"",
              [member, wanted, whole](const Object& object) {
                const auto at = object.texts.find(member);
                return at != object.texts.end() &&
                       (whole ? at->second == wanted : contains(at->second, wanted));
              }};
    }
    default: {
      const Plain wanted = plain(3);
      return {"\"" + written(wanted) + "\"", [wanted](const Object& object) {
                return std::ranges::any_of(object.texts,
                                           [&](const auto& one) { return contains(one.second, wanted); });
              }};
    }
    }
  }

  std::vector<Ref> found(const std::string& text) {
    std::vector<Ref> out;
    const auto query = parse_query(text);
    if (!query) {
      std::printf("refused (%s): %s\n", query.error().what.id.c_str(), text.c_str());
      std::exit(1);
    }
    const std::size_t limit = static_cast<std::size_t>(1 + pick(30));
    std::optional<Ref> after;
    do {
      const auto answer = find(index_, *query, *this, after, limit);
      if (!answer || answer->hits.size() > limit) {
        std::printf("no answer to: %s\n", text.c_str());
        std::exit(1);
      }
      for (const auto& hit : answer->hits)
        out.push_back({hit.kind, hit.id});
      after = answer->next;
    } while (after);
    return out;
  }

  std::mt19937 random_;
  Index index_;
  std::map<Kind, std::map<Id, Object>> objects_;
  std::map<Ref, json::object> written_;
  std::map<Kind, Id> last_;
};

} // namespace

int main() {
  const char* wish = std::getenv("ASSENT_LONG");
  const bool thorough = wish != nullptr && std::string(wish) == "1";
  const unsigned rounds = thorough ? 2000 : 40;
  const int steps = 150;
  std::size_t hits = 0;
  for (unsigned seed = 1; seed <= rounds; ++seed) {
    Game game(seed);
    for (int i = 0; i < steps; ++i)
      game.step();
    hits += game.hits;
  }
  if (hits < rounds * 100) {
    std::printf("only %zu hits: the queries ask for too little\n", hits);
    return 1;
  }
  std::printf("%u registers, %d queries each, %zu hits agree with looking at everything\n", rounds, steps,
              hits);
}
