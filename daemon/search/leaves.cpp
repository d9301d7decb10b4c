#include "daemon/search/leaves.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "daemon/search/fold.hpp"

namespace assent::search {

namespace {

constexpr std::size_t most_leaves = 1000;
constexpr int deepest = 8;

constexpr std::array<std::string_view, 7> of_tickets = {"reason", "on-behalf-of", "template", "state",
                                                        "kind",   "outcome",      "requester"};
constexpr std::array<std::string_view, 5> documents = {"text", "page", "signature", "public-key", "sha256"};

bool is_moment(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]) return false;
  return true;
}

class Walk {
 public:
  explicit Walk(const std::function<void(const Leaf&)>& leaf) : leaf_(leaf) {}

  void value(std::string_view member, const json::value& value, int depth) {
    if (left_ == 0 || depth > deepest) return;
    if (const auto* text = value.if_string()) {
      string(member, *text);
    } else if (const auto* object = value.if_object()) {
      for (const auto& [name, inner] : *object)
        this->value(name, inner, depth + 1);
    } else if (const auto* array = value.if_array()) {
      for (const auto& inner : *array)
        this->value(member, inner, depth + 1);
    } else if (value.is_uint64() || (value.is_int64() && value.get_int64() >= 0)) {
      number(member, value.is_uint64() ? value.get_uint64() : static_cast<std::uint64_t>(value.get_int64()));
    } else if (value.is_bool()) {
      tell({Leaf::Sort::text, member, value.get_bool() ? "true" : "false"});
    }
  }

 private:
  void tell(const Leaf& leaf) {
    --left_;
    leaf_(leaf);
  }
  void string(std::string_view member, std::string_view text) {
    if (text.empty() || is_moment(text)) return;
    Leaf leaf{Leaf::Sort::text, member, text};
    if (const auto space = space_of(text)) {
      leaf.sort = Leaf::Sort::place;
      leaf.space = *space;
    } else if (!mac_digits(text).empty()) {
      leaf.sort = Leaf::Sort::mac;
    }
    tell(leaf);
  }
  void number(std::string_view member, std::uint64_t number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    Leaf leaf{Leaf::Sort::number, member,
              std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())), number};
    if (const auto kind = referred(member)) {
      leaf.sort = Leaf::Sort::reference;
      leaf.of = *kind;
    }
    tell(leaf);
  }

  const std::function<void(const Leaf&)>& leaf_;
  std::size_t left_ = most_leaves;
};

} // namespace

bool is_searched(Kind kind) {
  return kind != Kind::act && kind != Kind::baseline;
}

std::optional<Kind> referred(std::string_view member) {
  if (member == "parent") return Kind::organisation;
  if (member == "requester") return Kind::person;
  if (member == "uplink") return Kind::link;
  return kind_of(member);
}

std::optional<registry::Prefix> space_of(std::string_view text) {
  if (text.size() < 2 || text.size() > 43) return std::nullopt;
  // Most texts are none: a look is cheaper than an error.
  for (const char c : text)
    if ((c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') && c != '.' && c != ':' &&
        c != '/')
      return std::nullopt;
  const auto slash = text.find('/');
  const auto address = registry::parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  registry::Prefix out{*address, address->width()};
  if (slash == std::string_view::npos) return out;
  const std::string_view digits = text.substr(slash + 1);
  int length = -1;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (wrong != std::errc() || end != digits.data() + digits.size() || length < 0 || length > out.length)
    return std::nullopt;
  const int host = out.length - length;
  out.length = length;
  // A shift by the whole width is none.
  out.first.bits = host >= 128 ? 0 : out.first.bits >> host << host;
  return out;
}

void each_leaf(Kind kind, const json::object& body, const std::function<void(const Leaf&)>& leaf) {
  if (!is_searched(kind)) return;
  Walk walk(leaf);
  for (const auto& [name, value] : body) {
    const std::string_view member(name);
    if (kind == Kind::ticket && std::ranges::find(of_tickets, member) == of_tickets.end()) continue;
    if (std::ranges::find(documents, member) != documents.end()) continue;
    walk.value(member, value, 0);
  }
}

} // namespace assent::search
