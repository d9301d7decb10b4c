#include "agents/ctl/handlers.hpp"
#include "agents/ctl/print.hpp"
#include "agents/ctl/submit.hpp"
#include "agents/ctl/values.hpp"

namespace assent::ctl {

Exit show_policy(Session& session) {
  auto policy = session.row("policy", 1);
  if (!policy.ok()) return session.refuse(policy.error());
  const auto format = session.asked.text("--output", "table");
  if (format != "table" && format != "wide") {
    print_one(session, listing_of(session, "policy"), *policy);
    return Exit::done;
  }
  session.tell("ctl.policy-in-force", {{"name", text_of(*policy, "name")},
                                       {"version", std::to_string(number_of(*policy, "version"))},
                                       {"sha256", text_of(*policy, "sha256")}});
  session.console.out(
      text_of(*policy, "text")); // the exact bytes: `policy show >policy.yaml` gives the file back
  return Exit::done;
}

Exit propose_policy(Session& session) {
  auto text = read_file(session.argument(0), 4u << 20);
  if (!text.ok()) return session.refuse(text.error());
  auto policy = session.row("policy", 1);
  if (!policy.ok()) return session.refuse(policy.error());
  if (text_of(*policy, "text") == *text) {
    session.tell("ctl.policy-same", {{"file", session.argument(0)}});
    return Exit::done;
  }
  Wanted wanted;
  wanted.edits.push_back({{"operation", "modify"},
                          {"kind", "policy"},
                          {"id", 1},
                          {"before", number_of(*policy, "version")},
                          {"value", {{"text", *text}}}});
  return submit(session, std::move(wanted));
}

Exit propose_profile(Session& session) {
  Wanted wanted;
  for (const auto& file : session.asked.arguments) {
    auto text = read_file(file, 4u << 20);
    if (!text.ok()) return session.refuse(text.error());
    auto content = read_yaml(*text, file);
    if (!content.ok()) return session.refuse(content.error());
    const auto name = content->is_object() ? text_of(content->get_object(), "name") : std::string();
    if (name.empty())
      return session.refuse(fail(Fault::invalid, "ctl.profile-without-name", {{"file", file}}));
    auto known = session.rows("profile", {{"name", name}}, 1);
    if (!known.ok()) return session.refuse(known.error());
    json::object edit{{"operation", "create"}, {"kind", "profile"}, {"value", {{"text", *text}}}};
    if (!known->empty()) {
      const auto& row = known->at(0).as_object();
      edit["operation"] = "modify";
      edit["id"] = number_of(row, "id");
      edit["before"] = number_of(row, "version");
    }
    wanted.edits.push_back(std::move(edit));
  }
  return submit(session, std::move(wanted));
}

} // namespace assent::ctl
