// Changes of a whole part of the space: the daemon says which edits they come to, a ticket carries them.
#include "agents/ctl/handlers.hpp"
#include "agents/ctl/submit.hpp"
#include "agents/ctl/values.hpp"

namespace assent::ctl {

Exit restructure_space(Session& session) {
  json::object input{{"change", session.asked.verb}};
  json::array prefixes;
  for (const auto& one : session.asked.arguments) {
    const bool number =
        !one.empty() && one.size() <= 15 && one.find_first_not_of("0123456789") == std::string::npos;
    prefixes.push_back(number ? json::value(std::stoull(one)) : json::value(one));
  }
  input["prefixes"] = std::move(prefixes);
  for (const char* name : {"network", "organisation", "to"})
    if (const auto text = session.asked.text("--" + std::string(name)); !text.empty()) input[name] = text;
  if (session.asked.has("--length")) {
    auto length = value_of({"length", FieldType::number, {}}, session.asked.all("--length"));
    if (!length.ok()) return session.refuse(length.error());
    input["length"] = std::move(*length);
  }
  if (session.asked.has("--keep")) input["keep"] = true;
  auto answer = session.api.call("assent-ticket:restructure", input);
  if (!answer.ok()) return session.refuse(answer.error());
  session.tell("ctl.restructure", {{"prefixes", std::to_string(number_of(*answer, "prefixes"))},
                                   {"addresses", std::to_string(number_of(*answer, "addresses"))}});
  Wanted wanted;
  wanted.edits = array_of(*answer, "edits");
  return submit(session, std::move(wanted));
}

} // namespace assent::ctl
