#include "common/error_json.hpp"

namespace assent {

namespace {

struct FaultName {
  Fault fault;
  unsigned status;
  std::string_view tag;
};
// RFC 8040 7: error-tag and status of each. Several of ours share a status; error-info carries ours exactly.
constexpr FaultName faults[] = {
    {Fault::invalid, 400, "invalid-value"},    {Fault::refused, 403, "access-denied"},
    {Fault::not_found, 404, "data-missing"},   {Fault::conflict, 409, "in-use"},
    {Fault::busy, 503, "resource-denied"},     {Fault::unavailable, 503, "operation-failed"},
    {Fault::outside, 500, "operation-failed"},
};
constexpr std::string_view fault_words[] = {"invalid", "refused",     "not-found", "conflict",
                                            "busy",    "unavailable", "outside"};

const FaultName& entry(Fault fault) {
  return faults[static_cast<std::size_t>(fault)];
}

Fault fault_of_status(unsigned status) {
  for (const auto& fault : faults)
    if (fault.status == status) return fault.fault;
  return status >= 500 ? Fault::outside : Fault::invalid;
}

json::object with_text(const Message& message, const Catalogue& catalogue, Language language) {
  json::object out = to_json(message);
  out["text"] = catalogue.text(language, message);
  return out;
}

json::object to_json(const Mistake& mistake, const Catalogue& catalogue, Language language) {
  json::object out;
  if (!mistake.place.file.empty()) out["file"] = mistake.place.file;
  if (mistake.place.line > 0) out["line"] = mistake.place.line;
  if (mistake.place.column > 0) out["column"] = mistake.place.column;
  if (!mistake.path.empty()) out["path"] = mistake.path;
  out["what"] = with_text(mistake.what, catalogue, language);
  if (!mistake.expected.id.empty()) out["expected"] = with_text(mistake.expected, catalogue, language);
  return out;
}

Mistake mistake_from_json(const json::object& object) {
  Mistake mistake;
  mistake.place.file = text_of(object, "file");
  mistake.place.line = static_cast<int>(number_of(object, "line"));
  mistake.place.column = static_cast<int>(number_of(object, "column"));
  mistake.path = text_of(object, "path");
  mistake.what = message_from_json(object_of(object, "what"));
  mistake.expected = message_from_json(object_of(object, "expected"));
  return mistake;
}

} // namespace

json::object to_json(const Message& message) {
  json::object args;
  for (const auto& [name, value] : message.args)
    args[name] = value;
  return {{"id", message.id}, {"args", std::move(args)}};
}

json::object to_json(const Message& message, const Catalogue& catalogue, Language language) {
  return with_text(message, catalogue, language);
}

Message message_from_json(const json::object& object) {
  Message message{text_of(object, "id"), {}};
  for (const auto& [name, value] : object_of(object, "args"))
    if (value.is_string()) message.args.emplace_back(std::string(name), std::string(value.get_string()));
  return message;
}

unsigned http_status(Fault fault) {
  return entry(fault).status;
}
std::string_view error_tag(Fault fault) {
  return entry(fault).tag;
}

json::object to_restconf(const Error& error, const Catalogue& catalogue, Language language) {
  json::object info = to_json(error.what);
  info["fault"] = fault_words[static_cast<std::size_t>(error.fault)];
  if (!error.rule.empty()) info["rule"] = error.rule;
  if (!error.evidence.empty()) {
    json::array evidence;
    for (const auto& fact : error.evidence)
      evidence.push_back(with_text(fact, catalogue, language));
    info["evidence"] = std::move(evidence);
  }
  if (error.next) info["next"] = with_text(*error.next, catalogue, language);
  if (!error.mistakes.empty()) {
    json::array mistakes;
    for (const auto& mistake : error.mistakes)
      mistakes.push_back(to_json(mistake, catalogue, language));
    info["mistakes"] = std::move(mistakes);
  }
  json::object one{{"error-type", "application"},
                   {"error-tag", error_tag(error.fault)},
                   {"error-message", catalogue.text(language, error.what)},
                   {"error-info", std::move(info)}};
  return {{"ietf-restconf:errors", json::object{{"error", json::array{std::move(one)}}}}};
}

Error error_from_restconf(const json::value& value, unsigned status) {
  const json::object none;
  const json::object& top = value.is_object() ? value.get_object() : none;
  const json::array& list = array_of(object_of(top, "ietf-restconf:errors"), "error");
  const json::object& one = !list.empty() && list[0].is_object() ? list[0].get_object() : none;
  const json::object& info = object_of(one, "error-info");
  Error error;
  error.fault = fault_of_status(status);
  const std::string word = text_of(info, "fault");
  for (std::size_t i = 0; i < std::size(fault_words); ++i)
    if (fault_words[i] == word) error.fault = static_cast<Fault>(i);
  error.what = message_from_json(info);
  if (error.what.id.empty())
    error.what = Message{"common.strange-answer",
                         {{"status", std::to_string(status)}, {"text", text_of(one, "error-message")}}};
  error.rule = text_of(info, "rule");
  for (const auto& fact : array_of(info, "evidence"))
    if (fact.is_object()) error.evidence.push_back(message_from_json(fact.get_object()));
  if (info.contains("next")) error.next = message_from_json(object_of(info, "next"));
  for (const auto& mistake : array_of(info, "mistakes"))
    if (mistake.is_object()) error.mistakes.push_back(mistake_from_json(mistake.get_object()));
  return error;
}

} // namespace assent
