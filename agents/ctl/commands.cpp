// The rows of the command table. Verbs of the register's kinds are made from kinds.cpp; the rest is written
// out.
#include <algorithm>

#include "agents/ctl/handlers.hpp"
#include "agents/ctl/kinds.hpp"
#include "agents/ctl/past.hpp"

namespace assent::ctl {

namespace {

using Options = std::vector<Option>;

Options operator+(Options one, const Options& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

/// What every write takes.
Options write_options() {
  return {{"--reason", "TEXT", "ctl.option.reason", "", false},
          {"--on-behalf-of", "TEXT", "ctl.option.on-behalf-of", "", false},
          {"--dry-run", "", "ctl.option.dry-run", "", false},
          {"--wait", "", "ctl.option.wait", "", false},
          {"--opens", "TIME", "ctl.option.opens", "", false},
          {"--closes", "TIME", "ctl.option.closes", "", false},
          {"--template", "NAME", "ctl.option.template", "", false}};
}

Option field_option(const Field& field) {
  Option option{"--" + std::string(field.name), "TEXT", "ctl.option.field", "", false};
  switch (field.type) {
  case FieldType::reference:
    option.value = std::string(field.of);
    std::transform(option.value.begin(), option.value.end(), option.value.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    option.complete = std::string(field.of);
    break;
  case FieldType::number:
    option.value = "NUMBER";
    break;
  case FieldType::rate:
    option.value = "BIT/S";
    break;
  case FieldType::flag:
    option.value = option.complete = "true|false";
    break;
  case FieldType::mac:
    option.value = "MAC";
    break;
  case FieldType::time:
    option.value = "TIME";
    break;
  case FieldType::file:
    option.value = "FILE";
    option.complete = "file";
    break;
  case FieldType::words:
    option.repeated = true;
    break;
  case FieldType::pairs:
    option.value = "NETWORK=physical|logical";
    option.repeated = true;
    break;
  case FieldType::text:
    if (!field.of.empty()) option.value = option.complete = std::string(field.of);
    break;
  }
  return option;
}

Options field_options(const KindRow& kind, bool without_primary) {
  Options options;
  for (const auto& field : kind.fields)
    if (field.given && !(without_primary && field.name == kind.primary))
      options.push_back(field_option(field));
  return options;
}

Options filter_options(const KindRow& kind) {
  Options options;
  for (const auto& field : kind.fields)
    if (field.type != FieldType::file && field.type != FieldType::pairs && field.type != FieldType::time) {
      auto option = field_option(field);
      option.repeated = false;
      options.push_back(std::move(option));
    }
  options.push_back({"--limit", "NUMBER", "ctl.option.limit", "", false});
  return options;
}

std::string upper(std::string_view text) {
  std::string all(text);
  std::transform(all.begin(), all.end(), all.begin(), [](unsigned char c) { return std::toupper(c); });
  return all;
}

Command made(std::string_view noun, std::string_view verb, std::vector<Argument> arguments, Options options,
             std::function<Exit(Session&)> run) {
  Command command{std::string(noun),
                  std::string(verb),
                  "ctl.help." + std::string(verb),
                  std::move(arguments),
                  std::move(options),
                  std::move(run),
                  {}};
  if (auto example = example_of(noun, verb); !example.empty()) command.examples.push_back(std::move(example));
  return command;
}

/// Space that is chosen by the daemon.
void add_allocation(std::vector<Command>& table, const KindRow& kind) {
  const std::string noun(kind.name);
  Options options = field_options(kind, true) + write_options() +
                    Options{{"--count", "NUMBER", "ctl.option.count", "", false},
                            {"--contiguous", "", "ctl.option.contiguous", "", false},
                            {"--at", "PLACE", "ctl.option.at", "", false},
                            {"--start", "PLACE", "ctl.option.start", "", false}};
  if (noun == "prefix")
    options = options + Options{{"--length", "NUMBER", "ctl.option.length", "", false},
                                {"--fit", "first|best|sparse", "ctl.option.fit", "first|best|sparse", false},
                                {"--nibble", "", "ctl.option.nibble", "", false},
                                {"--grow", "BITS", "ctl.option.grow", "", false}};
  auto allocate =
      made(noun, "allocate", {{"FROM", "prefix", true, true}}, std::move(options), allocate_space);
  if (noun == "prefix")
    allocate.examples = {
        "assentctl prefix allocate 10.64.8.0/22 --length 26 --network extranet "
        "--organisation 九江市/浔阳区 --reason 'meeting rooms'",
        "assentctl prefix allocate 2001:db8:8::/40 --length 56 --fit sparse --network extranet "
        "--organisation 九江市/浔阳区 --reason 'township'"};
  else
    allocate.examples = {"assentctl address allocate 10.64.8.0/22 --network extranet --name printer-3 "
                         "--reason 'new printer'",
                         "assentctl address allocate 10.64.8.0/24 10.64.9.0/24 --count 4 --contiguous "
                         "--network extranet --reason 'cluster'"};
  table.push_back(std::move(allocate));
}

/// Whole parts of the space at once.
void add_restructuring(std::vector<Command>& table, const KindRow& kind) {
  struct Row {
    const char* verb;
    Option more;
    const char* example;
  };
  const Row rows[] = {
      {"split",
       {"--length", "NUMBER", "ctl.option.length", "", false},
       "10.64.8.0/22 --length 24 --network extranet --reason 'one for each floor'"},
      {"merge", {}, "10.64.8.0/24 10.64.9.0/24 --network extranet --reason 'the floors are one again'"},
      {"renumber",
       {"--to", "PREFIX", "ctl.option.to", "", false},
       "10.64.8.0/24 --to 10.64.40.0/24 --network extranet --dry-run --reason 'the move'"},
      {"reassign",
       {"--organisation", "ORGANISATION", "ctl.option.new-holder", "organisation", false},
       "10.64.8.0/22 --organisation 九江市/庐山市 --network extranet --reason 'reform of the counties'"},
      {"clear", {}, "10.64.8.0/22 --network extranet --dry-run --reason 'given up'"},
  };
  for (const auto& row : rows) {
    Options options = write_options() + Options{field_option(*field_of(kind, "network"))};
    if (!row.more.name.empty()) options.push_back(row.more);
    if (row.verb == std::string_view("split"))
      options.push_back({"--keep", "", "ctl.option.keep", "", false});
    const bool several = row.verb == std::string_view("merge");
    auto command = made("prefix", row.verb, {{"PREFIX", "prefix", false, several}}, std::move(options),
                        restructure_space);
    command.help = "ctl.help.prefix-" + std::string(row.verb);
    command.examples = {"assentctl prefix " + std::string(row.verb) + " " + row.example};
    table.push_back(std::move(command));
  }
}

void add_kind(std::vector<Command>& table, const KindRow& kind) {
  const std::string noun(kind.name);
  const Argument which{upper(noun), noun, false, false};
  const bool in_network = field_of(kind, "network") != nullptr && kind.primary != "name";
  const Options network =
      in_network || noun == "link" ? Options{field_option(*field_of(kind, "network"))} : Options{};
  const Options then{{"--at", "TIME", "ctl.option.then", "", false}};
  const auto or_then = [](Exit (*now)(Session&), Exit (*past)(Session&)) {
    return [now, past](Session& session) { return session.asked.has("--at") ? past(session) : now(session); };
  };
  const auto list = noun == "device" ? list_devices : noun == "agent" ? list_agents : list_objects;
  const auto show = noun == "link" ? show_link : noun == "device" ? show_device : show_object;
  table.push_back(made(noun, "list", {}, filter_options(kind) + then, or_then(list, list_past)));
  table.push_back(made(noun, "show", {which}, network + then, or_then(show, show_past)));
  auto history = made(noun, "history", {which}, network, show_history);
  if (noun == "address") history.examples = {"assentctl address history 10.64.8.5 --network extranet"};
  table.push_back(std::move(history));
  if (noun == "link") table.push_back(made(noun, "traffic", {}, {}, list_traffic));
  if (!kind.edited) return;
  if (noun == "profile") {
    table.push_back(made(noun, "propose", {{"FILE", "file", false, true}}, write_options(), propose_profile));
    table.push_back(made(noun, "delete", {which}, write_options(), delete_object));
    return;
  }
  const std::string first = noun == "key" ? "PUBLIC-KEY" : upper(kind.primary);
  std::vector<Argument> named;
  if (!kind.primary.empty()) named.push_back({first, noun == "key" ? "file" : "", true, false});
  table.push_back(
      made(noun, "create", named, field_options(kind, noun != "key") + write_options(), create_object));
  if (noun == "key") {
    table.push_back(made(noun, "revoke", {which}, write_options(), revoke_key));
    return;
  }
  if (noun == "prefix" || noun == "address") add_allocation(table, kind);
  if (noun == "prefix") add_restructuring(table, kind);
  if (noun != "role")
    table.push_back(made(noun, "modify", {which},
                         field_options(kind, false) +
                             Options{{"--clear", "FIELD", "ctl.option.clear", "", true}} + write_options(),
                         modify_object));
  table.push_back(made(noun, "delete", {which}, network + write_options(), delete_object));
}

void add_tickets(std::vector<Command>& table) {
  const Argument which{"TICKET", "ticket", false, false};
  table.push_back(made("ticket", "list", {}, filter_options(*kind_row("ticket")), list_objects));
  auto create = made("ticket", "new", {},
                     Options{{"--file", "FILE", "ctl.option.file", "file", false},
                             {"--device", "DEVICE", "ctl.option.permit-device", "device", true},
                             {"--label", "LABEL", "ctl.option.permit-label", "", true},
                             {"--path", "PATH", "ctl.option.permit-path", "", true},
                             {"--operation", "any|create|modify|delete", "ctl.option.permit-operation",
                              "any|create|modify|delete", false},
                             {"--value", "TEXT", "ctl.option.permit-value", "", false}} +
                         write_options(),
                     new_ticket);
  create.examples = {
      "assentctl ticket new --file edits.yaml --reason 'county network, first part'",
      "assentctl ticket new --device xunyang-sw1 --path \"/vlans/vlan[id='120']/name\" --closes 2h "
      "--reason 'rename VLAN 120'"};
  table.push_back(std::move(create));
  table.push_back(made("ticket", "show", {which}, {}, show_ticket));
  table.push_back(made("ticket", "page", {which},
                       {{"--word", "approve|reject|withdraw|finish|revoke", "ctl.option.word",
                         "approve|reject|withdraw|finish|revoke", false},
                        {"--stage", "NAME", "ctl.option.stage", "", false}},
                       show_page));
  for (const char* word : {"approve", "reject", "withdraw", "finish", "revoke"}) {
    Options options;
    if (word == std::string_view("approve") || word == std::string_view("reject"))
      options.push_back({"--stage", "NAME", "ctl.option.stage", "", false});
    options.push_back({"--wait", "", "ctl.option.wait", "", false});
    auto command = made("ticket", word, {which}, std::move(options), act_on_ticket);
    command.help = "ctl.help.ticket-" + std::string(word);
    if (word == std::string_view("approve"))
      command.examples = {"assentctl ticket approve 17 --key ~/.ssh/id_ed25519"};
    table.push_back(std::move(command));
  }
  table.push_back(made("ticket", "wait", {which}, {}, wait_ticket));
}

void add_watch(std::vector<Command>& table) {
  const Argument finding{"FINDING", "finding", false, false};
  const Option device{"--device", "DEVICE", "ctl.option.field", "device", false};
  table.push_back(
      made("baseline", "list", {}, {{"--limit", "NUMBER", "ctl.option.limit", "", false}}, list_objects));
  table.push_back(made("baseline", "show", {{"DEVICE", "device", false, false}},
                       {{"--tree", "", "ctl.option.tree", "", false}}, show_tree));
  auto take = made("baseline", "take", {{"DEVICE", "device", false, true}}, write_options(), take_baseline);
  take.examples = {"assentctl baseline take xunyang-sw1 --reason 'accepted by inspection 2026-114'"};
  table.push_back(std::move(take));
  table.push_back(
      made("finding", "list", {},
           {{"--state", "open|cleared|accepted", "ctl.option.field", "open|cleared|accepted", false},
            {"--all", "", "ctl.option.all", "", false},
            device},
           list_findings));
  table.push_back(made("finding", "check", {}, {device}, check_findings));
  table.push_back(made("finding", "show", {finding}, {}, show_finding));
  auto why = made("finding", "why", {finding}, {}, why_finding);
  why.examples = {"assentctl finding why 3"};
  table.push_back(std::move(why));
  table.push_back(
      made("finding", "accept", {{"FINDING", "finding", false, true}}, write_options(), accept_findings));
}

void add_alarms(std::vector<Command>& table) {
  const std::vector<Argument> which = {
      {"TYPE", "", false, false}, {"RESOURCE", "", false, false}, {"QUALIFIER", "", true, false}};
  const Option reason{"--reason", "TEXT", "ctl.option.alarm-reason", "", false};
  table.push_back(made("alarm", "list", {},
                       {{"--cleared", "", "ctl.option.alarm-cleared", "", false},
                        {"--closed", "", "ctl.option.alarm-closed", "", false}},
                       list_alarms));
  auto show = made("alarm", "show", which, {}, show_alarm);
  show.examples = {"assentctl alarm show device-unreachable xunyang-sw1"};
  table.push_back(std::move(show));
  for (const char* verb : {"ack", "shelve", "unshelve", "close"}) {
    Options options;
    if (verb == std::string_view("shelve"))
      options.push_back({"--until", "TIME", "ctl.option.alarm-until", "", false});
    options.push_back(reason);
    auto command = made("alarm", verb, which, std::move(options), act_on_alarm);
    command.help = "ctl.help.alarm-" + std::string(verb);
    if (verb == std::string_view("shelve"))
      command.examples = {"assentctl alarm shelve device-unreachable xunyang-sw1 --until 2h "
                          "--reason 'the power company works there'"};
    table.push_back(std::move(command));
  }
  auto watch = made("alarm", "watch", {},
                    {{"--told", "", "ctl.option.alarm-told", "", false},
                     {"--after", "CURSOR", "ctl.option.after", "", false},
                     {"--count", "NUMBER", "ctl.option.event-count", "", false}},
                    watch_alarms);
  watch.help = "ctl.help.alarm-watch";
  table.push_back(std::move(watch));
}

void add_policy(std::vector<Command>& table) {
  table.push_back(made("policy", "show", {}, {}, show_policy));
  auto propose = made("policy", "propose", {{"FILE", "file", false, false}}, write_options(), propose_policy);
  propose.examples = {
      "assentctl policy propose policies/demo.yaml --dry-run --reason 'counties approve their own VLANs'"};
  table.push_back(std::move(propose));
}

void add_journal(std::vector<Command>& table) {
  auto verify = made("audit", "verify", {},
                     {{"--checkpoint", "FILE|DIRECTORY", "ctl.option.checkpoint", "file", true},
                      {"--founding", "HASH", "ctl.option.founding", "", false},
                      {"--file", "DATABASE", "ctl.option.database", "file", false}},
                     verify_audit);
  verify.examples = {"assentctl audit verify --checkpoint /media/auditor/checkpoints"};
  table.push_back(std::move(verify));
  table.push_back(made("audit", "checkpoint", {}, {}, take_checkpoint));
  table.push_back(made("journal", "list", {},
                       {{"--stream", "decisions|records", "ctl.option.stream", "decisions|records", false},
                        {"--from", "NUMBER", "ctl.option.from", "", false},
                        {"--ticket", "TICKET", "ctl.option.ticket", "ticket", false},
                        {"--limit", "NUMBER", "ctl.option.limit", "", false}},
                       list_journal));
  auto watch = made("event", "watch", {},
                    {{"--after", "CURSOR", "ctl.option.after", "", false},
                     {"--kind", "EVENT", "ctl.option.event", "", false},
                     {"--count", "NUMBER", "ctl.option.event-count", "", false}},
                    watch_events);
  watch.examples = {"assentctl event watch --kind finding-opened -o jsonl"};
  table.push_back(std::move(watch));
  Command search = made("search", "", {{"QUERY", "", false, true}},
                        {{"--limit", "NUMBER", "ctl.option.limit", "", false}}, search_objects);
  search.help = "ctl.help.search";
  search.examples = {"assentctl search 10.64.8.5", "assentctl search 'org:九江市 in:10.0.0.0/8 财政'",
                     "assentctl search mac:aabb-ccdd-eeff"};
  table.push_back(std::move(search));
  Command status = made("status", "", {}, {}, show_status);
  status.help = "ctl.help.status";
  table.push_back(std::move(status));
  Command stdio = made("stdio", "", {}, {}, join_stdio);
  stdio.help = "ctl.help.stdio";
  table.push_back(std::move(stdio));
  Command backup = made("backup", "", {{"FILE", "file", false, false}}, {}, back_up);
  backup.help = "ctl.help.backup";
  table.push_back(std::move(backup));
}

} // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> table;
    for (const char* noun : {"organisation", "person", "key", "role", "network", "block", "prefix", "address",
                             "agent", "profile", "device", "link"})
      add_kind(table, *kind_row(noun));
    add_policy(table);
    add_tickets(table);
    add_watch(table);
    add_alarms(table);
    add_journal(table);
    return table;
  }();
  return all;
}

const std::vector<Option>& common_options() {
  static const std::vector<Option> all = {
      {"--output", "FORMAT", "ctl.option.output", "table|wide|json|jsonl|yaml|csv|name", false},
      {"--key", "FILE", "ctl.option.key", "file", false},
      {"--as", "HANDLE", "ctl.option.as", "person", false},
      {"--yes", "", "ctl.option.yes", "", false},
      {"--socket", "PATH", "ctl.option.socket", "file", false},
      {"--host", "ssh://[USER@]HOST[:PORT]", "ctl.option.host", "", false},
      {"--language", "en|zh_CN", "ctl.option.language", "en|zh_CN", false},
      {"--help", "", "ctl.option.help", "", false},
      {"--version", "", "ctl.option.version", "", false}};
  return all;
}

} // namespace assent::ctl
