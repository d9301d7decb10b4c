#include "daemon/tickets/authority.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "common/hash.hpp"
#include "daemon/tickets/page.hpp"
#include "daemon/trust/ssh_signature.hpp"

namespace assent::tickets {
namespace {

using Args = std::vector<std::pair<std::string, std::string>>;

constexpr std::array<Kind, 5> authority_kinds = {Kind::organisation, Kind::person, Kind::key, Kind::role,
                                                 Kind::policy};

Error unjustified(std::string id, Args args = {}) {
  return fail(Fault::refused, std::move(id), std::move(args));
}

std::string object_text(Kind kind, Id id) {
  return std::string(name_of(kind)) + " " + std::to_string(id);
}

/// Lines without their indentation: a literal block of YAML shows its text so.
std::string flush_left(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r'))
      line.remove_suffix(1);
    if (!line.empty()) out.append(line).append("\n");
  }
  return out;
}

const SignedAct* act_numbered(const std::vector<SignedAct>& acts, Id id) {
  const auto found =
      std::find_if(acts.begin(), acts.end(), [&](const SignedAct& act) { return act.id == id; });
  return found == acts.end() ? nullptr : &*found;
}

bool same_row(const journal::Row& a, const journal::Row& b) {
  return a.version == b.version && a.gone == b.gone && (a.gone || canonical(a.body) == canonical(b.body));
}

/// `"$N"` becomes the number of what edit N made.
void fill_in(json::value& value, const std::vector<Id>& made) {
  if (value.is_string() && value.get_string().size() > 1 && value.get_string().size() < 8 &&
      value.get_string()[0] == '$') {
    std::size_t number = 0;
    for (const auto c : std::string_view(value.get_string()).substr(1)) {
      if (c < '0' || c > '9') return;
      number = number * 10 + static_cast<std::size_t>(c - '0');
    }
    if (number >= 1 && number <= made.size() && made[number - 1] != 0) value = made[number - 1];
  }
}

} // namespace

bool is_authority(Kind kind) {
  return std::find(authority_kinds.begin(), authority_kinds.end(), kind) != authority_kinds.end();
}

struct AuthorityReplay::Impl {
  std::string installation;
  ParsePolicy parse;
  ActsOf acts_of;
  registry::Registry registry;
  Policy policy;
  std::map<Kind, Id> last; ///< highest number ever given, so that none comes twice
  bool founded = false;

  Status load_founding(const std::vector<journal::Row>& rows);
  Status founder_signed(const json::object& detail, const std::string& file, const registry::Key& key) const;
  Status found(const json::object& body);
  Status read_policy(const journal::Row& row);
  Status signed_page(const SignedAct& act, const Ticket& ticket, Word word) const;
  Status approved(const Ticket& ticket) const;
  std::vector<Id> numbers; ///< that the edits at hand got, 0 where they create nothing

  Result<std::vector<registry::Edit>> edits_of(const Ticket& ticket);
  Status apply(registry::Transaction& trial, const std::vector<registry::Edit>& edits, Id ticket,
               std::vector<journal::Row>& rows, std::vector<registry::Touch>& touched);
  Result<std::vector<journal::Row>> effect(const Ticket& ticket);
  Status opened(const Ticket& ticket, const std::map<Ref, journal::Row>& rows);
};

AuthorityReplay::AuthorityReplay(std::string installation, ParsePolicy parse, ActsOf acts)
    : impl_(std::make_unique<Impl>()) {
  impl_->installation = std::move(installation);
  impl_->parse = std::move(parse);
  impl_->acts_of = std::move(acts);
}
AuthorityReplay::~AuthorityReplay() = default;

Status AuthorityReplay::Impl::read_policy(const journal::Row& row) {
  if (sha256_hex(text_of(row.body, "text")) != text_of(row.body, "sha256"))
    return unjustified("authority.policy-hash", {{"version", std::to_string(row.version)}});
  auto parsed = parse(row.body, row.version);
  if (!parsed) return parsed.error();
  policy = *std::move(parsed);
  return Done{};
}

Status AuthorityReplay::Impl::load_founding(const std::vector<journal::Row>& rows) {
  for (const auto& row : rows) {
    if (row.kind == Kind::profile) continue;
    if (!is_authority(row.kind) || row.gone || row.version != 1)
      return unjustified("authority.founding-row", {{"object", object_text(row.kind, row.id)}});
    if (auto status = registry.load(row.kind, row.id, row.version, row.body); !status) return status;
    last[row.kind] = std::max(last[row.kind], row.id);
    if (row.kind != Kind::policy) continue;
    if (auto status = read_policy(row); !status) return status;
  }
  if (auto status = registry.loaded(); !status) return status;
  if (registry.count(Kind::organisation) != 1 || registry.count(Kind::policy) != 1)
    return unjustified("authority.founding-row", {{"object", "organisation, policy"}});
  return Done{};
}

Status AuthorityReplay::Impl::founder_signed(const json::object& detail, const std::string& file,
                                             const registry::Key& key) const {
  const auto person = registry.person(key.person);
  const auto handle = person ? person->handle : std::string();
  if (!person || file.find(key.text) == std::string::npos || file.find(handle) == std::string::npos)
    return unjustified("authority.founder-not-in-file", {{"person", handle}, {"key", key.fingerprint}});
  const auto parsed = trust::parse_public_key(key.text);
  if (!parsed) return parsed.error();
  if (parsed->fingerprint != key.fingerprint)
    return unjustified("authority.founder-not-in-file", {{"person", handle}, {"key", key.fingerprint}});
  for (const auto& value : array_of(detail, "signatures")) {
    if (!value.is_object() || text_of(value.get_object(), "handle") != handle) continue;
    return trust::verify(*parsed, trust::ns_founding, file, text_of(value.get_object(), "signature"));
  }
  return unjustified("authority.founder-did-not-sign", {{"person", handle}});
}

Status AuthorityReplay::Impl::found(const json::object& body) {
  if (founded || text_of(body, "event") != "founding") return unjustified("authority.no-founding");
  const auto& detail = object_of(body, "detail");
  const auto file = text_of(detail, "file");
  if (sha256_hex(file) != installation)
    return unjustified("authority.other-installation",
                       {{"installation", installation}, {"file", sha256_hex(file)}});
  const auto rows = journal::rows_of(body);
  if (!rows) return rows.error();
  if (auto status = load_founding(*rows); !status) return status;
  std::set<std::string> keys;
  std::set<Id> founders;
  for (const auto& row : *rows)
    if (row.kind == Kind::key) {
      const auto key = registry.key(text_of(row.body, "fingerprint"));
      if (!key) return unjustified("authority.founding-row", {{"object", object_text(row.kind, row.id)}});
      if (auto status = founder_signed(detail, file, *key); !status) return status;
      keys.insert(key->text);
      founders.insert(key->person);
    }
  if (keys.size() < 2 || founders.size() < 2)
    return unjustified("authority.too-few-founders",
                       {{"count", std::to_string(std::min(keys.size(), founders.size()))}});
  for (const auto& row : *rows) {
    const bool stranger = (row.kind == Kind::person && founders.count(row.id) == 0) ||
                          (row.kind == Kind::role && founders.count(number_of(row.body, "person")) == 0);
    // What the founders signed must show what came into force; the file itself is parsed by the model, not
    // here.
    const auto said = row.kind == Kind::policy         ? flush_left(text_of(row.body, "text"))
                      : row.kind == Kind::role         ? text_of(row.body, "role")
                      : row.kind == Kind::organisation ? text_of(row.body, "name")
                                                       : std::string();
    const bool unsaid = (row.kind == Kind::policy ? flush_left(file) : file).find(said) == std::string::npos;
    if (stranger || unsaid)
      return unjustified("authority.founding-row", {{"object", object_text(row.kind, row.id)}});
  }
  founded = true;
  return Done{};
}

/// The act's page is one that this ticket makes, it says the word, and the key that it names signed it.
Status AuthorityReplay::Impl::signed_page(const SignedAct& act, const Ticket& ticket, Word word) const {
  const auto refuse = [&](std::string id) {
    return unjustified(std::move(id),
                       {{"act", std::to_string(act.id)}, {"ticket", std::to_string(ticket.id)}});
  };
  const auto claim = read_page(act.page);
  if (!claim) return claim.error();
  const auto& head = claim->head;
  if (act.ticket != ticket.id || act.word != name_of(word) || head.word != word ||
      head.person != act.person || head.fingerprint != act.key || head.stage != act.stage ||
      head.installation != installation)
    return refuse("authority.act-differs");
  // Names may have changed since; numbers, values and the order of everything may not.
  if (without_names(act.page) != without_names(page(head, ticket, registry)))
    return refuse("authority.page-differs");
  const auto key = registry.key(act.key);
  if (!key || key->person != act.person) return refuse("authority.key-of-another");
  const auto parsed = trust::parse_public_key(key->text);
  if (!parsed) return parsed.error();
  return trust::verify(*parsed, name_space(word), act.page, act.signature);
}

Status AuthorityReplay::Impl::approved(const Ticket& ticket) const {
  const auto acts = acts_of(ticket.id);
  if (!acts) return acts.error();
  const auto request = std::find_if(acts->begin(), acts->end(), [&](const SignedAct& act) {
    return act.word == name_of(Word::request) && act.person == ticket.requester;
  });
  if (request == acts->end())
    return unjustified("authority.no-request", {{"ticket", std::to_string(ticket.id)}});
  if (!ticket.requester_key.empty() && request->key != ticket.requester_key)
    return unjustified("authority.act-differs",
                       {{"act", std::to_string(request->id)}, {"ticket", std::to_string(ticket.id)}});
  if (auto status = signed_page(*request, ticket, Word::request); !status) return status;
  for (const auto& approval : ticket.approvals) {
    const auto* act = act_numbered(*acts, approval.act);
    if (act == nullptr || act->person != approval.person || act->key != approval.key ||
        act->stage != approval.stage)
      return unjustified("authority.no-act",
                         {{"act", std::to_string(approval.act)}, {"ticket", std::to_string(ticket.id)}});
    if (auto status = signed_page(*act, ticket, Word::approve); !status) return status;
  }
  auto then = ticket;
  then.state = State::approved;
  then.requester_key = request->key;
  std::erase_if(then.touched,
                [](const TouchedVersion& touched) { return !is_authority(touched.object.kind); });
  return still_approved(then, policy, registry);
}

/// The ticket's edits of authority, with the numbers of what its other edits made.
Result<std::vector<registry::Edit>> AuthorityReplay::Impl::edits_of(const Ticket& ticket) {
  std::vector<registry::Edit> edits;
  std::vector<Id> made;
  std::size_t created = 0;
  for (auto edit : ticket.edits) {
    const bool creates = edit.operation == registry::Operation::create;
    const Id number = creates && created < ticket.made.size() ? ticket.made[created].id : 0;
    created += creates ? 1 : 0;
    made.push_back(number);
    if (!is_authority(edit.kind)) continue;
    if (creates && edit.kind != Kind::policy && number <= last[edit.kind])
      return unjustified("authority.number-used", {{"object", object_text(edit.kind, number)}});
    if (creates) last[edit.kind] = number;
    for (const auto* name : {"organisation", "parent", "person"})
      if (auto* value = edit.value.if_contains(name)) fill_in(*value, made);
    numbers.push_back(number);
    edits.push_back(std::move(edit));
  }
  return edits;
}

/// Applies the edits, each create under the number that the ticket says it got.
Status AuthorityReplay::Impl::apply(registry::Transaction& trial, const std::vector<registry::Edit>& edits,
                                    Id ticket, std::vector<journal::Row>& rows,
                                    std::vector<registry::Touch>& touched) {
  for (std::size_t i = 0; i < edits.size(); ++i) {
    const auto& edit = edits[i];
    if (edit.operation == registry::Operation::create && edit.kind != Kind::policy)
      registry.set_last_id(edit.kind, numbers[i] - 1);
    auto row = trial.apply(edit, ticket);
    if (!row) return row.error();
    auto touch = trial.touch(edit);
    if (!touch) return touch.error();
    rows.push_back(*std::move(row));
    touched.push_back(*std::move(touch));
  }
  return Done{};
}

/// What the edits do to the rows, computed anew; lasts only where the policy's stages were met for all of it.
Result<std::vector<journal::Row>> AuthorityReplay::Impl::effect(const Ticket& ticket) {
  numbers.clear();
  const auto edits = edits_of(ticket);
  if (!edits) return edits.error();
  std::vector<journal::Row> rows;
  std::vector<registry::Touch> touched;
  std::map<Id, Id> parent_of_new;
  {
    registry::Transaction trial(registry);
    if (auto status = apply(trial, *edits, ticket.id, rows, touched); !status) return status.error();
    for (std::size_t i = 0; i < edits->size(); ++i)
      if ((*edits)[i].kind == Kind::organisation && (*edits)[i].operation == registry::Operation::create)
        parent_of_new[rows[i].id] = number_of(rows[i].body, "parent");
  }
  // An organisation that this ticket makes gives nobody a right yet: the nearest one that existed before
  // decides.
  const auto existing = [&](Id organisation) {
    while (parent_of_new.contains(organisation))
      organisation = parent_of_new[organisation];
    return organisation;
  };
  for (auto& touch : touched) {
    touch.organisation = existing(touch.organisation), touch.holder = existing(touch.holder);
    for (auto& organisation : touch.also)
      organisation = existing(organisation);
  }
  if (auto status = stages_suffice(ticket, touched, {}, policy, registry); !status) return status.error();
  rows.clear();
  registry::Transaction change(registry);
  if (auto status = apply(change, *edits, ticket.id, rows, touched); !status) return status.error();
  change.keep();
  return rows;
}

Status AuthorityReplay::Impl::opened(const Ticket& ticket, const std::map<Ref, journal::Row>& rows) {
  if (ticket.kind != "normal")
    return unjustified("authority.unsigned-change", {{"ticket", std::to_string(ticket.id)}});
  if (auto status = approved(ticket); !status) return status;
  auto computed = effect(ticket);
  if (!computed) return computed.error();
  std::map<Ref, journal::Row> expected;
  for (auto& row : *computed)
    expected[{row.kind, row.id}] = std::move(row);
  for (const auto& [ref, row] : rows)
    if (!expected.contains(ref) || !same_row(expected[ref], row))
      return unjustified("authority.row-differs",
                         {{"object", object_text(ref.kind, ref.id)}, {"ticket", std::to_string(ticket.id)}});
  for (const auto& [ref, row] : expected) {
    if (!rows.contains(ref))
      return unjustified("authority.row-missing",
                         {{"object", object_text(ref.kind, ref.id)}, {"ticket", std::to_string(ticket.id)}});
    if (ref.kind == Kind::policy)
      if (auto status = read_policy(row); !status) return status;
  }
  return Done{};
}

Status AuthorityReplay::founding(const json::object& body) {
  return impl_->found(body);
}

Status AuthorityReplay::next(std::uint64_t number, const json::object& body) {
  const auto entry = [&](Status status) {
    if (!status)
      status.error().evidence.push_back(
          {"authority.entry", {{"number", std::to_string(number)}, {"event", text_of(body, "event")}}});
    return status;
  };
  if (!impl_->founded) return entry(unjustified("authority.no-founding"));
  const auto rows = journal::rows_of(body);
  if (!rows) return entry(rows.error());
  std::map<Ref, journal::Row> concerned;
  for (const auto& row : *rows)
    if (is_authority(row.kind)) concerned[{row.kind, row.id}] = row;
  if (concerned.empty()) return Done{};
  const auto id = number_of(body, "ticket");
  const auto row = std::find_if(rows->begin(), rows->end(), [&](const journal::Row& known) {
    return known.kind == Kind::ticket && known.id == id && id != 0;
  });
  if (text_of(body, "event") != "ticket-opened" || row == rows->end()) {
    const auto& first = concerned.begin()->first;
    return entry(unjustified("authority.without-ticket", {{"object", object_text(first.kind, first.id)}}));
  }
  const auto ticket = ticket_from_json(row->id, row->version, row->body);
  if (!ticket) return entry(ticket.error());
  return entry(impl_->opened(*ticket, concerned));
}

Status AuthorityReplay::same_as(const registry::Registry& registry) const {
  const auto differs = [](Kind kind, Id id) {
    return unjustified("authority.table-differs", {{"object", object_text(kind, id)}});
  };
  for (const auto kind : authority_kinds) {
    std::optional<Id> wrong;
    const auto compare = [&](const registry::Object& object, const registry::Registry& other) {
      if (wrong) return;
      const auto known = other.get(kind, object.id);
      if (!known || known->version != object.version || canonical(known->body) != canonical(object.body))
        wrong = object.id;
    };
    impl_->registry.each(kind, [&](const registry::Object& object) { compare(object, registry); });
    registry.each(kind, [&](const registry::Object& object) { compare(object, impl_->registry); });
    if (wrong) return differs(kind, *wrong);
  }
  return Done{};
}

} // namespace assent::tickets
