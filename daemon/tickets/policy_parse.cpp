// From the bound content of `assent-policy:policy` to a Policy. The model has checked types; what only policy
// knows (a rule that permits without an approval, a right that no role has) is checked here, all mistakes at
// once.
#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>

#include "daemon/tickets/authority.hpp"
#include "daemon/tickets/policy.hpp"

namespace assent::tickets {
namespace {

using Args = std::vector<std::pair<std::string, std::string>>;

/// The line of each item of a top-level list of the text (`rules:`), by its dashes; the model has parsed the
/// text, so this only looks for places and gives fewer where the list is written in another way.
std::vector<int> item_lines(std::string_view text, std::string_view section) {
  std::vector<int> lines;
  bool inside = false;
  std::size_t dash = std::string_view::npos;
  int number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const auto first = line.find_first_not_of(' ');
    if (first == std::string_view::npos || line[first] == '#') continue;
    const bool item = line[first] == '-' && (first + 1 == line.size() || line[first + 1] == ' ');
    if (first == 0 && !item) {
      inside = line.substr(0, section.size()) == section && line.substr(section.size(), 1) == ":";
      dash = std::string_view::npos;
    } else if (inside && item && (dash == std::string_view::npos || first == dash)) {
      dash = first;
      lines.push_back(number);
    }
  }
  return lines;
}

/// RFC 7951 writes 64-bit numbers as text and others as numbers.
std::uint64_t count_of(const json::object& object, std::string_view name, std::uint64_t otherwise) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return number_of(object, name, otherwise);
  const auto& text = value->get_string();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  for (const auto& value : array_of(object, name))
    if (value.is_string()) texts.emplace_back(value.get_string());
  return texts;
}

std::optional<registry::Operation> operation_of(std::string_view name) {
  for (const auto operation :
       {registry::Operation::create, registry::Operation::modify, registry::Operation::remove})
    if (registry::name_of(operation) == name) return operation;
  return std::nullopt;
}

class Parser {
 public:
  void wrong(int line, std::string path, std::string id, Args args = {}) {
    mistakes_.push_back({Place{"policy", line, 0}, std::move(path), {std::move(id), std::move(args)}, {}});
  }

  Duration duration(const json::object& object, std::string_view name, Duration otherwise,
                    const std::string& path) {
    const auto text = text_of(object, name);
    if (text.empty()) return otherwise;
    const auto parsed = parse_duration(text);
    if (!parsed) wrong(line_, path + "/" + std::string(name), "policy.bad-duration", {{"text", text}});
    return parsed ? *parsed : otherwise;
  }

  Match match(const json::object& object, const std::string& path, bool permits_allowed) {
    Match match;
    match.permits = flag_of(object, "permits");
    for (const auto& name : texts_of(object, "kinds")) {
      const auto kind = kind_of(name);
      if (!kind || *kind >= Kind::ticket)
        wrong(line_, path + "/kinds", "policy.unknown-kind", {{"kind", name}});
      else
        match.kinds.push_back(*kind);
    }
    for (const auto& name : texts_of(object, "operations")) {
      const auto operation = operation_of(name);
      if (!operation)
        wrong(line_, path + "/operations", "policy.unknown-operation", {{"operation", name}});
      else if (std::find(match.operations.begin(), match.operations.end(), *operation) ==
               match.operations.end())
        match.operations.push_back(*operation);
    }
    match.networks = texts_of(object, "networks");
    match.organisations = texts_of(object, "organisations");
    match.labels = texts_of(object, "labels");
    for (const auto& text : texts_of(object, "paths")) {
      auto pattern = PathPattern::parse(text);
      if (!pattern)
        wrong(line_, path + "/paths", pattern.error().what.id, pattern.error().what.args);
      else
        match.paths.push_back(*std::move(pattern));
    }
    if (match.kinds.empty() && !match.permits) wrong(line_, path, "policy.match-nothing");
    if (!match.paths.empty() && !match.permits) wrong(line_, path + "/paths", "policy.paths-without-permits");
    if (match.permits && !permits_allowed) wrong(line_, path + "/permits", "policy.template-permits");
    return match;
  }

  Rule rule(const json::object& object, int line) {
    line_ = line;
    Rule rule;
    rule.line = line;
    rule.name = text_of(object, "name");
    const auto path = "/rules/" + rule.name;
    if (!rules_.insert(rule.name).second) wrong(line, path, "policy.name-twice", {{"name", rule.name}});
    rule.match = match(object_of(object, "match"), path + "/match", true);
    rule.tickets = texts_of(object, "tickets");
    if (object.contains("forbid")) rule.forbid = text_of(object, "forbid");
    for (const auto& value : array_of(object, "stages"))
      if (value.is_object()) rule.stages.push_back(stage(value.get_object(), path + "/stages"));
    if (rule.stages.empty() && !rule.forbid)
      wrong(line, path, "policy.rule-without-stages", {{"rule", rule.name}});
    return rule;
  }

  StageRule stage(const json::object& object, const std::string& path) {
    StageRule stage;
    stage.name = text_of(object, "name");
    stage.right = text_of(object, "right");
    const auto of = text_of(object, "of", "owner");
    using Of = StageRule::Of;
    stage.of = of == "holder"   ? Of::holder
               : of == "parent" ? Of::parent
               : of == "root"   ? Of::root
                                : Of::owner;
    if (stage.of == Of::owner && of != "owner") wrong(line_, path + "/of", "policy.unknown-of", {{"of", of}});
    stage.quorum = static_cast<unsigned>(std::min<std::uint64_t>(count_of(object, "quorum", 1), 1000));
    if (stage.quorum == 0) wrong(line_, path + "/quorum", "policy.quorum-zero", {{"stage", stage.name}});
    stage.due = duration(object, "due", Duration{}, path);
    if (stage.name.empty() || stage.name == "-" || stage.name.size() > 64)
      wrong(line_, path + "/name", "policy.stage-name");
    if (rights_.count(stage.right) == 0)
      wrong(line_, path + "/right", "policy.right-of-no-role", {{"right", stage.right}});
    return stage;
  }

  Template standard(const json::object& object, int line) {
    line_ = line;
    Template made;
    made.line = line;
    made.name = text_of(object, "name");
    const auto path = "/templates/" + made.name;
    if (!templates_.insert(made.name).second) wrong(line, path, "policy.name-twice", {{"name", made.name}});
    made.match = match(object_of(object, "match"), path + "/match", false);
    for (const auto kind : made.match.kinds)
      // A network says what is separate from what: that is never routine.
      if (is_authority(kind) || kind == Kind::network)
        wrong(line, path + "/match", "policy.template-authority", {{"kind", std::string(name_of(kind))}});
    made.unsigned_ = flag_of(object, "unsigned");
    made.per_day = count_of(object, "per-day", 0);
    made.max_edits = count_of(object, "max-edits", 1);
    const auto text = text_of(object, "expires");
    // A day is meant whole: good until its end.
    const bool day = text.size() == 10;
    const auto expires = parse_instant(day ? text + "T00:00:00Z" : text);
    if (!expires) wrong(line, path + "/expires", "policy.template-expiry", {{"text", text}});
    if (expires) made.expires = *expires + (day ? std::chrono::hours{24} : std::chrono::hours{0});
    if (made.per_day == 0) wrong(line, path + "/per-day", "policy.template-per-day");
    if (made.max_edits == 0) wrong(line, path + "/max-edits", "policy.template-max-edits");
    return made;
  }

  Waiver waiver(const json::object& object, int line) {
    Waiver made;
    made.line = line;
    made.name = text_of(object, "name");
    const auto path = "/waivers/" + made.name;
    if (!waivers_.insert(made.name).second) wrong(line, path, "policy.name-twice", {{"name", made.name}});
    made.weaknesses = texts_of(object, "weaknesses");
    made.networks = texts_of(object, "networks");
    made.organisations = texts_of(object, "organisations");
    made.labels = texts_of(object, "labels");
    made.reason = text_of(object, "reason");
    const auto text = text_of(object, "expires");
    // A day is meant whole: good until its end.
    const auto expires = parse_instant(text + "T00:00:00Z");
    if (!expires) wrong(line, path + "/expires", "policy.template-expiry", {{"text", text}});
    if (expires) made.expires = *expires + std::chrono::hours{24};
    if (made.weaknesses.empty()) wrong(line, path + "/weaknesses", "policy.waiver-waives-nothing");
    return made;
  }

  void rights(const std::vector<std::string>& rights) { rights_.insert(rights.begin(), rights.end()); }
  std::vector<Mistake>& mistakes() { return mistakes_; }

 private:
  std::vector<Mistake> mistakes_;
  std::set<std::string> rights_, rules_, templates_, waivers_;
  int line_ = 0;
};

int line_at(const std::vector<int>& lines, std::size_t index) {
  return index < lines.size() ? lines[index] : 0;
}

} // namespace

void Policy::parse_roles(const json::object& content,
                         const std::function<void(std::string, std::string)>& wrong) {
  for (const auto& value : array_of(content, "roles")) {
    if (!value.is_object()) continue;
    const auto& role = value.get_object();
    roles_.push_back({text_of(role, "name"), texts_of(role, "rights"), texts_of(role, "excludes")});
  }
  std::set<std::string> names;
  for (const auto& role : roles_)
    if (!names.insert(role.name).second) wrong("policy.name-twice", role.name);
  for (const auto& role : roles_)
    for (const auto& other : role.excludes)
      if (names.count(other) == 0 || other == role.name) wrong("policy.excludes-no-role", other);
}

Result<Policy> Policy::parse(const json::object& content, std::uint64_t version, std::string_view text) {
  Policy policy;
  Parser parser;
  policy.version_ = version;
  policy.name_ = text_of(content, "name");
  const auto& intervals = object_of(content, "intervals");
  const auto& limits = object_of(content, "limits");
  policy.counters_ = parser.duration(intervals, "counters", policy.counters_, "/intervals");
  policy.state_ = parser.duration(intervals, "state", policy.state_, "/intervals");
  policy.approval_ = parser.duration(limits, "approval", policy.approval_, "/limits");
  policy.ticket_ = parser.duration(limits, "ticket", policy.ticket_, "/limits");
  policy.held_ = count_of(limits, "held", policy.held_);
  policy.clock_ = text_of(object_of(content, "clock"), "require", "kernel");
  if (policy.clock_ != "kernel" && policy.clock_ != "none")
    parser.wrong(0, "/clock/require", "policy.unknown-clock", {{"require", policy.clock_}});
  const auto& alarms = object_of(content, "alarms");
  auto& times = policy.alarms_;
  for (const auto& [name, time] :
       {std::pair{"wait", &times.wait}, std::pair{"interval", &times.interval},
        std::pair{"repeat", &times.repeat}, std::pair{"half-life", &times.half_life},
        std::pair{"longest", &times.longest}, std::pair{"shelf", &times.shelf}})
    *time = parser.duration(alarms, name, *time, "/alarms");
  const auto& retention = object_of(content, "retention");
  for (const auto& [name, kept, least] : {std::tuple{"findings", &policy.findings_kept_, least_findings_kept},
                                          std::tuple{"alarms", &times.remembered, least_alarms_kept}}) {
    *kept = parser.duration(retention, name, *kept, "/retention");
    if (*kept < least)
      parser.wrong(
          0, "/retention/" + std::string(name), "policy.kept-too-short",
          {{"days", std::to_string(std::chrono::duration_cast<std::chrono::hours>(least).count() / 24)}});
  }
  times.suppress = static_cast<std::uint32_t>(count_of(alarms, "suppress", times.suppress));
  times.reuse = static_cast<std::uint32_t>(count_of(alarms, "reuse", times.reuse));
  if (times.reuse > times.suppress)
    parser.wrong(0, "/alarms/reuse", "policy.reuse-above-suppress",
                 {{"reuse", std::to_string(times.reuse)}, {"suppress", std::to_string(times.suppress)}});
  policy.bandwidth_ = bandwidth_from(object_of(content, "bandwidth"), parser.mistakes());
  policy.parse_roles(content, [&](std::string id, std::string name) {
    parser.wrong(0, "/roles", std::move(id), {{"name", std::move(name)}});
  });
  for (const auto& role : policy.roles_)
    parser.rights(role.rights);
  const auto rule_lines = item_lines(text, "rules"), template_lines = item_lines(text, "templates");
  for (const auto& value : array_of(content, "rules"))
    if (value.is_object())
      policy.rules_.push_back(parser.rule(value.get_object(), line_at(rule_lines, policy.rules_.size())));
  for (const auto& value : array_of(content, "templates"))
    if (value.is_object())
      policy.templates_.push_back(
          parser.standard(value.get_object(), line_at(template_lines, policy.templates_.size())));
  const auto waiver_lines = item_lines(text, "waivers");
  for (const auto& value : array_of(content, "waivers"))
    if (value.is_object())
      policy.waivers_.push_back(
          parser.waiver(value.get_object(), line_at(waiver_lines, policy.waivers_.size())));
  if (parser.mistakes().empty()) return policy;
  auto error = fail(Fault::invalid, "policy.mistakes", {{"count", std::to_string(parser.mistakes().size())}});
  error.mistakes = std::move(parser.mistakes());
  return error;
}

} // namespace assent::tickets
