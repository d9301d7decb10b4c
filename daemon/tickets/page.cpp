#include "daemon/tickets/page.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/text.hpp"
#include "daemon/tickets/page_text.hpp"
#include "daemon/trust/ssh_signature.hpp"

namespace assent::tickets {
namespace {

constexpr std::string_view layout = "assent page 1";
constexpr std::size_t most_lines = 200;
constexpr std::size_t max_page_bytes = 1u << 20;
constexpr std::array<std::string_view, 6> word_names = {"request",  "approve", "reject",
                                                        "withdraw", "finish",  "revoke"};

std::string or_dash(const std::string& value) {
  return value.empty() ? "-" : page_text(value);
}

void line(std::string& page, std::string_view keyword, std::string_view value) {
  page.append(keyword).append(": ").append(value).append("\n");
}

template <class Item, class Print>
void list(std::string& page, std::string_view keyword, const std::vector<Item>& items, std::string_view bound,
          const Print& print) {
  line(page, keyword, std::to_string(items.size()));
  for (std::size_t i = 0; i < std::min(items.size(), most_lines); ++i)
    page += std::to_string(i + 1) + ". " + print(items[i]) + "\n";
  if (items.size() > most_lines)
    page.append("and ")
        .append(std::to_string(items.size() - most_lines))
        .append(" more")
        .append(bound)
        .append("\n");
}

std::string edit_line(const registry::Edit& edit, const registry::Registry& registry) {
  std::string text(registry::name_of(edit.operation));
  text.append(" ").append(name_of(edit.kind));
  if (edit.operation != registry::Operation::create)
    text += " " + page_ref(edit.kind, edit.id, registry) + " version " + std::to_string(edit.before);
  if (edit.operation != registry::Operation::remove || !edit.value.empty())
    text += ": " + page_members(edit.value, registry);
  return text;
}

std::string permit_line(const Permit& permit, const registry::Registry& registry) {
  auto text = permit.device != 0 ? "device " + page_ref(Kind::device, permit.device, registry)
                                 : "label " + page_string(permit.label);
  text.append(", ").append(name_of(permit.operation)).append(", ").append(page_string(permit.path.text()));
  if (permit.value) text += ", only " + page_string(*permit.value);
  return text;
}

std::string who(std::string_view handle, Id id) {
  return page_text(handle) + " (" + std::to_string(id) + ")";
}

/// Takes the page's fixed lines one after the other.
class Lines {
 public:
  explicit Lines(std::string_view page) : rest_(page) {}

  std::optional<std::string_view> peek() const {
    const auto end = rest_.find('\n');
    return end == std::string_view::npos ? std::nullopt : std::optional(rest_.substr(0, end));
  }
  void skip() { rest_.remove_prefix(peek()->size() + 1), ++number_; }

  /// The value after `keyword: `; remembers where a line is missing.
  std::string_view value(std::string_view keyword) {
    const auto next = peek();
    if (!broken_ && next && next->starts_with(keyword) && next->substr(keyword.size()).starts_with(": ")) {
      skip();
      return next->substr(keyword.size() + 2);
    }
    if (!broken_) broken_ = std::pair(number_ + 1, std::string(keyword));
    return {};
  }
  std::uint64_t number(std::string_view keyword) { return digits(value(keyword), keyword); }
  std::uint64_t digits(std::string_view text, std::string_view keyword) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if ((text.empty() || error != std::errc{} || end != text.data() + text.size()) && !broken_)
      broken_ = std::pair(number_, std::string(keyword));
    return number;
  }
  void wrong(std::string_view keyword) {
    if (!broken_) broken_ = std::pair(number_, std::string(keyword));
  }
  const std::optional<std::pair<int, std::string>>& broken() const { return broken_; }

 private:
  std::string_view rest_;
  int number_ = 0;
  std::optional<std::pair<int, std::string>> broken_;
};

/// Undoes TEXT for what a stage's name can be; false where it is not what page_text prints.
bool unescape(std::string_view text, std::string& value) {
  value.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      value += text[i];
    } else if (text.substr(i, 2) == "\\\\") {
      value += '\\', ++i;
    } else if (text == "\\u{2d}") {
      value = "-";
      return true;
    } else {
      return false;
    }
  }
  return page_text(value) == text;
}

Error conflict(std::string id, std::string_view given, std::string_view expected) {
  auto error = fail(Fault::conflict, std::move(id),
                    {{"given", for_terminal(given)}, {"expected", for_terminal(expected)}});
  error.next = Message{"page.show-again", {}};
  return error;
}

/// A clearer word than "line 4 differs" where the claim itself is of something else.
std::optional<Error> other_claim(const PageClaim& claim, const PageHead& head, const Ticket& ticket) {
  if (claim.head.installation != head.installation)
    return conflict("page.other-installation", claim.head.installation, head.installation);
  if (claim.ticket != ticket.id)
    return conflict("page.other-ticket", std::to_string(claim.ticket), std::to_string(ticket.id));
  if (claim.revision != ticket.revision)
    return conflict("page.other-revision", std::to_string(claim.revision), std::to_string(ticket.revision));
  if (claim.head.word != head.word)
    return conflict("page.other-word", name_of(claim.head.word), name_of(head.word));
  if (claim.head.stage != head.stage) return conflict("page.other-stage", claim.head.stage, head.stage);
  if (claim.head.person != head.person) return conflict("page.other-person", claim.head.handle, head.handle);
  if (claim.head.fingerprint != head.fingerprint)
    return conflict("page.other-key", claim.head.fingerprint, head.fingerprint);
  return std::nullopt;
}

std::string cut(std::string_view text) {
  return std::string(text.substr(0, 400));
}

} // namespace

std::string_view name_of(Word word) {
  return word_names[static_cast<std::size_t>(word)];
}

std::optional<Word> word_of(std::string_view name) {
  for (std::size_t i = 0; i < word_names.size(); ++i)
    if (word_names[i] == name) return static_cast<Word>(i);
  return std::nullopt;
}

std::string_view name_space(Word word) {
  switch (word) {
  case Word::approve:
  case Word::reject:
    return trust::ns_approval;
  case Word::revoke:
    return trust::ns_revocation;
  case Word::request:
  case Word::withdraw:
  case Word::finish:
    return trust::ns_request;
  }
  return trust::ns_request;
}

std::string page(const PageHead& head, const Ticket& ticket, const registry::Registry& registry) {
  std::string page(layout);
  page += "\n";
  line(page, "installation", head.installation);
  line(page, "ticket", std::to_string(ticket.id));
  line(page, "revision", std::to_string(ticket.revision));
  line(page, "kind", ticket.kind);
  line(page, "word", name_of(head.word));
  line(page, "stage", or_dash(head.stage));
  line(page, "person", who(head.handle, head.person));
  line(page, "key", page_text(head.fingerprint));
  line(page, "not valid after", to_text(head.not_valid_after));
  if (head.clock_unsure) line(page, "clock", "unsure");
  if (head.word != Word::request) {
    const auto requester = registry.person(ticket.requester);
    line(page, "requester", who(requester ? requester->handle : "-", ticket.requester));
  }
  line(page, "policy", "version " + std::to_string(ticket.policy_version));
  line(page, "window",
       "from " + (ticket.window.opens == Instant{} ? "approval" : to_text(ticket.window.opens)) + " to " +
           (ticket.window.closes == Instant{} ? "-" : to_text(ticket.window.closes)));
  line(page, "reason", or_dash(ticket.reason));
  line(page, "on behalf of", or_dash(ticket.on_behalf_of));
  line(page, "edits-sha256", edits_sha256(ticket));
  list(page, "edits", ticket.edits, ", bound by edits-sha256",
       [&](const registry::Edit& edit) { return edit_line(edit, registry); });
  list(page, "permits", ticket.permits, ", bound by edits-sha256",
       [&](const Permit& permit) { return permit_line(permit, registry); });
  list(page, "touched", ticket.touched, "", [&](const TouchedVersion& touched) {
    return std::string(name_of(touched.object.kind)) + " " +
           page_ref(touched.object.kind, touched.object.id, registry) + " version " +
           std::to_string(touched.version);
  });
  return page + "end\n";
}

Result<PageClaim> read_page(std::string_view page) {
  if (page.size() > max_page_bytes || !is_utf8(page)) return fail(Fault::invalid, "page.not-a-page");
  Lines lines(page);
  if (lines.peek() != layout) return fail(Fault::invalid, "page.not-a-page");
  lines.skip();
  PageClaim claim;
  claim.head.installation = lines.value("installation");
  claim.ticket = lines.number("ticket");
  claim.revision = lines.number("revision");
  lines.value("kind");
  const auto word = word_of(lines.value("word"));
  if (!word) lines.wrong("word");
  claim.head.word = word.value_or(Word::request);
  if (const auto stage = lines.value("stage"); stage != "-" && !unescape(stage, claim.head.stage))
    lines.wrong("stage");
  const auto person = lines.value("person");
  const auto open = person.rfind(" (");
  if (open == std::string_view::npos || !person.ends_with(")") ||
      !unescape(person.substr(0, open), claim.head.handle))
    lines.wrong("person");
  else
    claim.head.person = lines.digits(person.substr(open + 2, person.size() - open - 3), "person");
  claim.head.fingerprint = lines.value("key");
  const auto until = parse_instant(lines.value("not valid after"));
  if (!until) lines.wrong("not valid after");
  if (until) claim.head.not_valid_after = *until;
  if (lines.peek() == "clock: unsure") {
    claim.head.clock_unsure = true;
    lines.skip();
  }
  if (!lines.broken()) return claim;
  return fail(Fault::invalid, "page.malformed",
              {{"line", std::to_string(lines.broken()->first)}, {"keyword", lines.broken()->second}});
}

Status in_time(const PageHead& head, Instant now, Duration approval_time) {
  if (now > head.not_valid_after) {
    auto error = fail(Fault::refused, "page.too-late",
                      {{"until", to_text(head.not_valid_after)}, {"now", to_text(now)}});
    error.next = Message{"page.show-again", {}};
    return error;
  }
  if (head.not_valid_after - now <= approval_time) return Done{};
  auto error = fail(Fault::refused, "page.valid-too-long",
                    {{"until", to_text(head.not_valid_after)}, {"longest", to_text(now + approval_time)}});
  error.next = Message{"page.show-again", {}};
  return error;
}

Status same_page(std::string_view given, const PageHead& head, const Ticket& ticket,
                 const registry::Registry& registry) {
  const auto expected = page(head, ticket, registry);
  if (given == expected) return Done{};
  const auto claim = read_page(given);
  if (!claim) return claim.error();
  if (auto error = other_claim(*claim, head, ticket)) return *std::move(error);
  Lines theirs(given), ours(expected);
  for (int number = 1;; ++number) {
    const auto a = theirs.peek(), b = ours.peek();
    if (a && b && a == b) {
      theirs.skip(), ours.skip();
      continue;
    }
    auto error = conflict("page.differs", cut(a.value_or("")), cut(b.value_or("")));
    error.what.args.emplace_back("line", std::to_string(number));
    return error;
  }
}

std::string without_names(std::string_view page) {
  std::string out;
  Lines head(page);
  std::size_t at = 0;
  for (auto line = head.peek(); line && !line->starts_with("edits-sha256: "); line = head.peek()) {
    const bool named = line->starts_with("person: ") || line->starts_with("requester: ");
    const auto from = named ? std::min(line->rfind(" ("), line->size()) : 0;
    out.append(named ? line->substr(0, line->find(' ')) : "").append(line->substr(from)).append("\n");
    at += line->size() + 1;
    head.skip();
  }
  const auto string_end = [&](std::size_t quote) {
    for (++quote; quote < page.size() && page[quote] != '"' && page[quote] != '\n'; ++quote)
      if (page[quote] == '\\') ++quote;
    return std::min(quote + 1, page.size());
  };
  while (at < page.size()) {
    const auto start = at;
    if (page[at] == '"') {
      at = string_end(at);
      out.append(page, start, at - start);
      continue;
    }
    if (page[at++] != '#') {
      out += page[start];
      continue;
    }
    while (at < page.size() && page[at] >= '0' && page[at] <= '9')
      ++at;
    out.append(page, start, at - start);
    if (page.substr(at, 2) == " \"") at = string_end(at + 1);
  }
  return out;
}

} // namespace assent::tickets
