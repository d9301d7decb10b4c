#include "agents/ctl/values.hpp"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <cctype>
#include <charconv>
#include <ctime>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "common/text.hpp"

namespace assent::ctl {

namespace {

Error wrong(std::string_view option, std::string_view value, std::string_view expected) {
  return fail(
      Fault::invalid, "ctl.wrong-value",
      {{"option", std::string(option)}, {"value", std::string(value)}, {"expected", std::string(expected)}});
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value > 9007199254740991u)
    return std::nullopt;
  return value;
}

std::optional<std::uint64_t> rate(std::string_view text) {
  std::uint64_t factor = 1;
  if (!text.empty()) {
    switch (text.back()) {
    case 'k':
      factor = 1'000;
      break;
    case 'M':
      factor = 1'000'000;
      break;
    case 'G':
      factor = 1'000'000'000;
      break;
    default:
      break;
    }
  }
  if (factor != 1) text.remove_suffix(1);
  const auto value = number(text);
  if (!value || *value > 9007199254740991u / factor) return std::nullopt;
  return *value * factor;
}

bool allowed(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto bar = words.find('|');
    if (words.substr(0, bar) == word) return true;
    words = bar == std::string_view::npos ? std::string_view{} : words.substr(bar + 1);
  }
  return false;
}

/// aabb-ccdd-eeff, aa-bb-cc-dd-ee-ff, aabb.ccdd.eeff, AABBCCDDEEFF: all mean aa:bb:cc:dd:ee:ff.
std::optional<std::string> mac(std::string_view text) {
  std::string out;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == ':' || c == '-' || c == '.') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0 || digits == 12) return std::nullopt;
    if (digits != 0 && digits % 2 == 0) out += ':';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    ++digits;
  }
  return digits == 12 ? std::optional(out) : std::nullopt;
}

Result<json::value> pairs(std::string_view option, const std::vector<std::string>& given) {
  json::array list;
  for (const auto& one : given) {
    const auto equals = one.find('=');
    if (equals == std::string::npos) return wrong(option, one, "NETWORK=physical|logical");
    list.push_back(json::object{{"network", one.substr(0, equals)}, {"kind", one.substr(equals + 1)}});
  }
  return json::value(std::move(list));
}

/// YAML to JSON, with the place of each mistake.
class Yaml {
 public:
  explicit Yaml(std::string_view file) : file_(file) {}

  Result<json::value> value(const YAML::Node& node, int depth) {
    if (depth > 32) return mistake(node, "ctl.yaml-too-deep");
    if (++count_ > 1'000'000) return mistake(node, "ctl.yaml-too-big");
    if (node.Tag() != "?" && node.Tag() != "!" && !node.Tag().empty()) return mistake(node, "ctl.yaml-tag");
    if (node.IsScalar()) return scalar(node);
    if (node.IsSequence()) {
      json::array list;
      for (const auto& item : node) {
        auto one = value(item, depth + 1);
        if (!one.ok()) return one;
        list.push_back(std::move(*one));
      }
      return json::value(std::move(list));
    }
    if (node.IsMap()) return map(node, depth);
    return json::value(nullptr);
  }

 private:
  Result<json::value> map(const YAML::Node& node, int depth) {
    json::object object;
    for (const auto& item : node) {
      if (!item.first.IsScalar()) return mistake(item.first, "ctl.yaml-key");
      const auto& key = item.first.Scalar();
      if (object.contains(key)) return mistake(item.first, "ctl.yaml-twice", {{"key", key}});
      auto one = value(item.second, depth + 1);
      if (!one.ok()) return one;
      object.emplace(key, std::move(*one));
    }
    return json::value(std::move(object));
  }

  static Result<json::value> scalar(const YAML::Node& node) {
    const auto& text = node.Scalar();
    if (node.Tag() == "!") return json::value(text); // quoted
    if (text == "true") return json::value(true);
    if (text == "false") return json::value(false);
    if (text == "null" || text == "~") return json::value(nullptr);
    const bool leading_zero = text.size() > 1 && text[0] == '0';
    if (const auto plain = number(text); plain && !leading_zero) return json::value(*plain);
    return json::value(text);
  }

  Error mistake(const YAML::Node& node, std::string id,
                std::vector<std::pair<std::string, std::string>> args = {}) {
    return at(file_, node.Mark(), std::move(id), std::move(args));
  }

 public:
  static Error at(std::string_view file, const YAML::Mark& mark, std::string id,
                  std::vector<std::pair<std::string, std::string>> args = {}) {
    Error error = fail(Fault::invalid, "ctl.bad-file", {{"file", std::string(file)}});
    Mistake one;
    one.place = {std::string(file), mark.line + 1, mark.column + 1};
    one.what = Message{std::move(id), std::move(args)};
    error.mistakes.push_back(std::move(one));
    return error;
  }

 private:
  std::string file_;
  std::size_t count_ = 0;
};

/// yaml-cpp 0.7 follows aliases without end; `&` and `*` at the start of a plain token are refused
/// beforehand.
class NoAnchors : public YAML::EventHandler {
 public:
  bool found = false;
  YAML::Mark where;
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { look(mark, anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { look(mark, 1); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string&) override {
    look(mark, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    look(mark, anchor);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    look(mark, anchor);
  }
  void OnMapEnd() override {}

 private:
  void look(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor == 0 || found) return;
    found = true;
    where = mark;
  }
};

} // namespace

Result<json::value> value_of(const Field& field, const std::vector<std::string>& given) {
  const std::string option = "--" + std::string(field.name);
  const std::string& last = given.back();
  switch (field.type) {
  case FieldType::number:
    if (auto value = number(last)) return json::value(*value);
    return wrong(option, last, "0…9007199254740991");
  case FieldType::rate:
    if (auto value = rate(last)) return json::value(*value);
    return wrong(option, last, "bit/s: 100000, 64k, 100M, 1G");
  case FieldType::mac:
    if (auto value = mac(last)) return json::value(*value);
    return wrong(option, last, "aa:bb:cc:dd:ee:ff, aabb-ccdd-eeff, aabb.ccdd.eeff");
  case FieldType::flag:
    if (last != "true" && last != "false") return wrong(option, last, "true, false");
    return json::value(last == "true");
  case FieldType::words: {
    json::array list;
    for (const auto& one : given)
      if (!one.empty()) list.emplace_back(one);
    return json::value(std::move(list));
  }
  case FieldType::pairs:
    return pairs(option, given);
  case FieldType::file: {
    if (last.starts_with("ssh-") || last.starts_with("ecdsa-") || last.starts_with("sk-"))
      return json::value(last);
    auto text = read_file(last, 1u << 20);
    if (!text.ok()) return std::move(text).error();
    if (field.name == "public-key") text->erase(text->find_last_not_of(" \r\n\t") + 1);
    return json::value(*text);
  }
  case FieldType::reference:
  case FieldType::time:
  case FieldType::text:
    break;
  }
  if (field.type == FieldType::text && !field.of.empty() && !allowed(field.of, last))
    return wrong(option, last, field.of);
  return json::value(last);
}

Result<json::object> body_of(const Session& session, const KindRow& kind) {
  json::object body;
  for (const auto& field : kind.fields) {
    const std::string option = "--" + std::string(field.name);
    if (!session.asked.has(option)) continue;
    auto value = value_of(field, session.asked.all(option));
    if (!value.ok()) return std::move(value).error();
    body[field.name] = std::move(*value);
  }
  for (const auto& name : session.asked.all("--clear")) {
    if (!field_of(kind, name)) return wrong("--clear", name, "FIELD");
    body[name] = nullptr;
  }
  return body;
}

Result<json::value> read_yaml(std::string_view text, std::string_view file) {
  if (text.size() > (16u << 20))
    return fail(Fault::invalid, "ctl.file-too-big", {{"file", std::string(file)}});
  if (!is_utf8(text)) return fail(Fault::invalid, "ctl.file-not-utf8", {{"file", std::string(file)}});
  // JSON first: it says more about its mistakes.
  const auto first = text.find_first_not_of(" \r\n\t");
  if (first != std::string_view::npos && (text[first] == '{' || text[first] == '['))
    return parse_json(text, 16u << 20, file);
  try {
    std::istringstream events{std::string(text)};
    YAML::Parser parser(events);
    NoAnchors anchors;
    parser.HandleNextDocument(anchors);
    if (anchors.found) return Yaml::at(file, anchors.where, "ctl.yaml-anchor");
    const auto documents = YAML::LoadAll(std::string(text));
    if (documents.size() != 1)
      return fail(Fault::invalid, "ctl.yaml-one-document", {{"file", std::string(file)}});
    return Yaml(file).value(documents[0], 0);
  } catch (const YAML::Exception& error) {
    return Yaml::at(file, error.mark, "ctl.yaml-syntax", {{"text", error.msg}});
  }
}

Result<std::string> read_file(const std::string& name, std::size_t bound) {
  std::ifstream file;
  if (name != "-") {
    file.open(name, std::ios::binary);
    if (!file) return fail(Fault::invalid, "ctl.no-file", {{"file", name}});
  }
  std::istream& in = name == "-" ? std::cin : file;
  std::string text;
  char piece[65536];
  while (in.read(piece, sizeof piece) || in.gcount() > 0) {
    text.append(piece, static_cast<std::size_t>(in.gcount()));
    if (text.size() > bound) return fail(Fault::invalid, "ctl.file-too-big", {{"file", name}});
  }
  if (in.bad()) return fail(Fault::outside, "ctl.no-file", {{"file", name}});
  if (!is_utf8(text)) return fail(Fault::invalid, "ctl.file-not-utf8", {{"file", name}});
  return text;
}

Result<std::string> moment(std::string_view text, Instant now) {
  std::string_view relative = text;
  if (relative.starts_with('+')) relative.remove_prefix(1);
  if (auto span = parse_duration(relative); span.ok()) return to_text(now + *span);
  if (auto at = parse_instant(text); at.ok()) return to_text(*at);
  std::tm parts{};
  const std::string copy(text);
  for (const char* layout : {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"}) {
    parts = {};
    const char* end = strptime(copy.c_str(), layout, &parts);
    if (!end || *end != '\0') continue;
    parts.tm_isdst = -1;
    const std::tm asked = parts;
    const std::time_t seconds = std::mktime(&parts);
    // A day or an hour that does not exist is moved by mktime(), never by us.
    const bool exists = parts.tm_mon == asked.tm_mon && parts.tm_mday == asked.tm_mday &&
                        parts.tm_hour == asked.tm_hour && parts.tm_min == asked.tm_min;
    if (seconds != -1 && exists) return to_text(Instant{std::chrono::seconds{seconds}});
  }
  return fail(Fault::invalid, "ctl.wrong-time", {{"value", std::string(text)}});
}

} // namespace assent::ctl
