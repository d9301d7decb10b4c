#include "daemon/registry/codec.hpp"

#include <algorithm>
#include <charconv>

#include "common/text.hpp"

namespace assent::registry {
namespace {

using record::Form;

constexpr std::size_t longest_list = 64;

/// No controls, no line or paragraph separators, no bidirectional controls: nothing that could look like
/// another line.
bool printable(std::string_view text, bool lines) {
  if (!is_utf8(text)) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 && !(lines && (byte == '\n' || byte == '\t' || byte == '\r'))) return false;
    if (byte == 0x7f) return false;
    if (byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) return false;
    if (lines || byte != 0xe2) continue;
    const unsigned tail =
        static_cast<unsigned char>(text[i + 1]) << 8 | static_cast<unsigned char>(text[i + 2]);
    const bool separator = tail == 0x80a8 || tail == 0x80a9;
    const bool bidirectional = (tail >= 0x808b && tail <= 0x808f) || (tail >= 0x80aa && tail <= 0x80ae) ||
                               (tail >= 0x81a6 && tail <= 0x81a9);
    if (separator || bidirectional) return false;
  }
  return true;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool digits_only(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_handle(std::string_view text) {
  if (text.size() < 2 || text.size() > 32 || text[0] < 'a' || text[0] > 'z') return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == text.npos;
}

bool is_name(std::string_view text) {
  return !text.empty() && characters(text) <= 128 && text.find('/') == text.npos && text.front() != '$' &&
         text.front() != ' ' && text.back() != ' ' && !digits_only(text) && printable(text, false);
}

bool is_mac(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (i % 3 == 2 ? text[i] != ':' : !digit) return false;
  }
  return text.size() == 17;
}

std::string_view expectation(Form form) {
  switch (form) {
  case Form::name:
    return "registry.expect-name";
  case Form::handle:
    return "registry.expect-handle";
  case Form::word:
    return "registry.expect-word";
  case Form::line:
    return "registry.expect-line";
  case Form::key:
    return "registry.expect-line";
  case Form::document:
    return "registry.expect-document";
  case Form::mac:
    return "registry.expect-mac";
  }
  return {};
}

} // namespace

bool has_form(std::string_view text, Form form) {
  switch (form) {
  case Form::name:
    return is_name(text);
  case Form::handle:
    return is_handle(text);
  case Form::word:
    return !text.empty() && characters(text) <= 80 && text.find(' ') == text.npos && printable(text, false);
  case Form::line:
    return characters(text) <= 1000 && printable(text, false);
  case Form::key:
    return text.size() <= 16384 && printable(text, false);
  case Form::document:
    return text.size() <= (4U << 20) && printable(text, true);
  case Form::mac:
    return is_mac(text);
  }
  return false;
}

Id id_of(const json::value& value) {
  constexpr std::uint64_t highest = (std::uint64_t{1} << 53) - 1;
  if (const auto* number = value.if_int64())
    return *number > 0 && static_cast<Id>(*number) <= highest ? static_cast<Id>(*number) : 0;
  if (const auto* number = value.if_uint64()) return *number <= highest ? *number : 0;
  return 0;
}

void Decoder::wrong(std::string_view name, std::string id, std::string expected) {
  Mistake mistake;
  mistake.path = name;
  mistake.what = {std::move(id), {{"member", std::string(name)}}};
  if (!expected.empty()) mistake.expected = {std::move(expected), {}};
  mistakes_.push_back(std::move(mistake));
}

const json::value* Decoder::member(std::string_view name, bool required) {
  names_[known_++] = name;
  const json::value* value = in_.if_contains(name);
  if (value == nullptr) {
    if (required) wrong(name, "registry.member-missing", {});
    return nullptr;
  }
  ++found_;
  return value;
}

std::optional<std::string_view> Decoder::text_value(std::string_view name, const json::value& value,
                                                    Form form, bool required) {
  const auto* text = value.if_string();
  const bool unset = !required && text != nullptr && text->empty();
  if (text == nullptr || (!unset && !has_form(*text, form)) || (required && text->empty())) {
    wrong(name, "registry.member-wrong", std::string(expectation(form)));
    return std::nullopt;
  }
  return std::string_view(*text);
}

void Decoder::choice(std::string_view name, std::uint8_t& out, std::span<const std::string_view> words,
                     bool required) {
  const auto* value = member(name, required);
  if (value == nullptr) return;
  const auto* text = value->if_string();
  for (std::size_t i = 0; text != nullptr && i < words.size(); ++i)
    if (words[i] == std::string_view(*text) && (!words[i].empty() || !required)) {
      out = static_cast<std::uint8_t>(i);
      return;
    }
  wrong(name, "registry.member-wrong", "registry.expect-choice");
  std::string all;
  for (const auto word : words)
    if (!word.empty()) all += (all.empty() ? "" : ", ") + std::string(word);
  mistakes_.back().expected.args = {{"words", all}};
}

Id Decoder::reference(std::string_view name, const json::value& value, Kind kind) {
  if (const Id id = id_of(value); id != 0) return id;
  if (const auto* text = value.if_string(); text != nullptr && text->size() > 1 && text->front() == '$') {
    std::size_t number = 0;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data() + 1, end, number);
    if (error == std::errc{} && stop == end && number >= 1 && number <= made_.size() &&
        made_[number - 1].kind == kind && made_[number - 1].id != 0)
      return made_[number - 1].id;
  }
  wrong(name, "registry.member-wrong", "registry.expect-reference");
  mistakes_.back().expected.args = {{"kind", std::string(name_of(kind))}};
  return 0;
}

void Decoder::ref(std::string_view name, Id& out, Kind kind, bool required) {
  if (const auto* value = member(name, required)) out = reference(name, *value, kind);
}

void Decoder::texts(std::string_view name, std::vector<std::string>& out, Form form) {
  const auto* value = member(name, false);
  if (value == nullptr) return;
  const auto* list = value->if_array();
  if (list == nullptr || list->size() > longest_list)
    return wrong(name, "registry.member-wrong", "registry.expect-list");
  for (const auto& each : *list) {
    const auto text = text_value(name, each, form, true);
    if (!text) return;
    if (std::find(out.begin(), out.end(), *text) != out.end())
      return wrong(name, "registry.member-wrong", "registry.expect-once");
    out.emplace_back(*text);
  }
}

void Decoder::number(std::string_view name, std::uint64_t& out, std::uint64_t low, std::uint64_t high,
                     bool required) {
  const auto* value = member(name, required);
  if (value == nullptr) return;
  std::uint64_t read = id_of(*value);
  bool good = read != 0 || (value->is_int64() && value->get_int64() == 0) ||
              (value->is_uint64() && value->get_uint64() == 0);
  // 64-bit numbers are text in JSON as YANG prints it (RFC 7951, section 6.1).
  if (const auto* text = value->if_string(); text != nullptr && !text->empty()) {
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, read);
    good = error == std::errc{} && stop == end;
  }
  if (!good || read < low || read > high) {
    wrong(name, "registry.member-wrong", "registry.expect-number");
    mistakes_.back().expected.args = {{"low", std::to_string(low)}, {"high", std::to_string(high)}};
    return;
  }
  out = read;
}

void Decoder::flag(std::string_view name, bool& out) {
  const auto* value = member(name, false);
  if (value == nullptr) return;
  if (!value->is_bool()) return wrong(name, "registry.member-wrong", "registry.expect-flag");
  out = value->get_bool();
}

void Decoder::address(std::string_view name, Address& out) {
  const auto* value = member(name, true);
  if (value == nullptr) return;
  const auto* text = value->if_string();
  auto read = parse_address(text != nullptr ? std::string_view(*text) : std::string_view());
  if (read) {
    out = *read;
  } else {
    wrong(name, "registry.member-wrong", {});
    mistakes_.back().expected = read.error().what;
  }
}

void Decoder::prefix(std::string_view name, Prefix& out) {
  const auto* value = member(name, true);
  if (value == nullptr) return;
  const auto* text = value->if_string();
  auto read = parse_prefix(text != nullptr ? std::string_view(*text) : std::string_view());
  if (read) {
    out = *read;
  } else {
    wrong(name, "registry.member-wrong", {});
    mistakes_.back().expected = read.error().what;
  }
}

void Decoder::separation(std::string_view name, std::vector<record::Separation>& out) {
  const auto* value = member(name, false);
  if (value == nullptr) return;
  const auto* list = value->if_array();
  if (list == nullptr || list->size() > longest_list)
    return wrong(name, "registry.member-wrong", "registry.expect-list");
  for (const auto& each : *list) {
    record::Separation entry;
    const auto* object = each.if_object();
    const auto* network = object != nullptr ? object->if_contains("network") : nullptr;
    const std::string kind = object != nullptr ? text_of(*object, "kind") : std::string();
    const auto word = std::find(record::separations.begin(), record::separations.end(), kind);
    if (network == nullptr || object->size() != 2 || word == record::separations.end())
      return wrong(name, "registry.member-wrong", "registry.expect-separation");
    entry.network = reference(name, *network, Kind::network);
    entry.kind = static_cast<std::uint8_t>(word - record::separations.begin());
    out.push_back(entry);
  }
}

Status Decoder::finish(Kind kind) {
  if (found_ != in_.size())
    for (const auto& member : in_) {
      const auto end = names_.begin() + static_cast<std::ptrdiff_t>(known_);
      if (std::find(names_.begin(), end, std::string_view(member.key())) != end) continue;
      wrong(member.key(), "registry.member-unknown", {});
      const auto meant = nearest(member.key(), names_.data(), known_);
      if (!meant.empty()) mistakes_.back().expected = {"registry.expect-perhaps", {{"meant", meant}}};
    }
  if (mistakes_.empty()) return Done{};
  Error error = fail(Fault::invalid, "registry.body-wrong", {{"kind", std::string(name_of(kind))}});
  error.mistakes = std::move(mistakes_);
  return error;
}

void Encoder::texts(std::string_view name, const std::vector<std::string>& values, record::Form) {
  if (values.empty()) return;
  json::array list;
  for (const auto& value : values)
    list.emplace_back(value);
  out_.emplace(name, std::move(list));
}

void Encoder::separation(std::string_view name, const std::vector<record::Separation>& values) {
  if (values.empty()) return;
  json::array list;
  for (const auto& value : values)
    list.push_back(json::object{{"network", value.network}, {"kind", record::separations[value.kind]}});
  out_.emplace(name, std::move(list));
}

} // namespace assent::registry
