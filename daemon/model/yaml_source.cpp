#include <algorithm>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "common/text.hpp"
#include "daemon/model/source.hpp"

namespace assent::model {
namespace {

/// Turns yaml-cpp's marks (bytes from 0) into lines and characters from 1.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n') starts_.push_back(i + 1);
  }
  Place place(std::string_view file, const YAML::Mark& mark) const {
    if (mark.is_null()) return {std::string(file), 0, 0};
    const auto line = static_cast<std::size_t>(std::max(mark.line, 0));
    return {std::string(file), mark.line + 1, line < starts_.size() ? column(starts_[line], mark.column) : 1};
  }

  /// The column of a tab among the blanks that a line begins with; 0 where there is none.
  int tab_in_indentation(int line) const {
    if (line < 1 || static_cast<std::size_t>(line) > starts_.size()) return 0;
    const std::size_t start = starts_[static_cast<std::size_t>(line) - 1];
    const std::size_t end = std::min(text_.find_first_not_of(" \t", start), text_.size());
    const std::size_t tab = text_.substr(start, end - start).find('\t');
    return tab == std::string_view::npos ? 0 : static_cast<int>(tab) + 1;
  }

 private:
  /// Marks mostly rise: counting goes on from the last one, so that one endless line costs no square.
  int column(std::size_t start, int bytes) const {
    const std::size_t end = std::min(text_.size(), start + static_cast<std::size_t>(std::max(bytes, 0)));
    if (last_start_ != start || last_end_ > end) {
      last_start_ = last_end_ = start;
      last_column_ = 1;
    }
    for (; last_end_ < end; ++last_end_)
      if ((static_cast<unsigned char>(text_[last_end_]) & 0xC0) != 0x80) ++last_column_;
    return last_column_;
  }
  std::string_view text_;
  std::vector<std::size_t> starts_{0};
  mutable std::size_t last_start_ = 0, last_end_ = 0;
  mutable int last_column_ = 1;
};

/// Leaves the parser from inside a callback; never leaves this file.
struct Stop {};

class Builder : public YAML::EventHandler {
 public:
  Builder(Source& source, const Lines& lines, std::vector<Mistake>& mistakes)
      : source_(source), lines_(lines), mistakes_(mistakes) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    put(make(mark, Node::Form::null));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    mistake(mark, {"model.alias", {}});
    put(make(mark, Node::Form::null));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    Node node = make(mark, tag == "?" ? Node::Form::plain : Node::Form::text);
    node.text = source_.words.emplace_back(value);
    put(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Form::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Form::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Node node;
    bool has_key = false;
  };

  void mistake(const YAML::Mark& mark, Message what) {
    mistakes_.push_back({lines_.place(source_.file, mark), {}, std::move(what), {}});
    if (mistakes_.size() >= max_mistakes) throw Stop{};
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) mistake(mark, {"model.anchor", {}});
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag != "?" && tag != "!" && !tag.empty()) mistake(mark, {"model.tag", {{"tag", excerpt(tag)}}});
  }
  Node make(const YAML::Mark& mark, Node::Form form) {
    if (++nodes_ > max_nodes) {
      mistake(mark, {"model.too-many-nodes", {{"limit", std::to_string(max_nodes)}}});
      throw Stop{};
    }
    Node node;
    node.form = form;
    const Place place = lines_.place({}, mark);
    node.line = place.line;
    node.column = place.column;
    return node;
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Form form) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (stack_.size() >= static_cast<std::size_t>(max_depth)) {
      mistake(mark, {"model.too-deep", {{"limit", std::to_string(max_depth)}}});
      throw Stop{};
    }
    stack_.push_back({make(mark, form), false});
  }
  void close() {
    Node node = std::move(stack_.back().node);
    stack_.pop_back();
    put(std::move(node));
  }
  void put(Node node) {
    if (stack_.empty()) {
      source_.root = std::move(node);
      return;
    }
    Level& level = stack_.back();
    if (level.node.form == Node::Form::list) {
      level.node.items.push_back(std::move(node));
    } else if (level.has_key) {
      Member& member = level.node.members.back();
      // An empty value has the place of whatever comes next: the key's is meant.
      if (node.form == Node::Form::null) {
        node.line = member.line;
        node.column = member.column;
      }
      member.value = std::move(node);
      level.has_key = false;
    } else {
      put_key(level, node);
    }
  }
  void put_key(Level& level, const Node& node) {
    const Place place{source_.file, node.line, node.column};
    if (node.form == Node::Form::plain && node.text == "<<")
      mistakes_.push_back({place, {}, {"model.merge-key", {}}, {}});
    else if (node.form != Node::Form::plain && node.form != Node::Form::text)
      mistakes_.push_back({place, {}, {"model.key-not-text", {}}, {}});
    if (mistakes_.size() >= max_mistakes) throw Stop{};
    level.node.members.push_back({node.text, node.line, node.column, {}});
    level.has_key = true;
  }

  Source& source_;
  const Lines& lines_;
  std::vector<Mistake>& mistakes_;
  std::vector<Level> stack_;
  std::size_t nodes_ = 0;
};

/// Code points that Unicode keeps from text for ever: U+FDD0..FDEF, U+FFFE, U+FFFF and their likes in other
/// planes.
bool no_character(std::string_view utf8) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(utf8[at]); };
  if (utf8.size() == 3 && byte(0) == 0xEF)
    return (byte(1) == 0xB7 && byte(2) >= 0x90 && byte(2) <= 0xAF) || (byte(1) == 0xBF && byte(2) >= 0xBE);
  return utf8.size() == 4 && (byte(1) & 0x0F) == 0x0F && byte(2) == 0xBF && byte(3) >= 0xBE;
}

/// The first byte that cannot stand in a YAML file, with its mistake; npos where all can.
std::size_t bad_byte(std::string_view text, Message& what) {
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      const std::size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
      if (!is_utf8(text.substr(i, length)) || i + length > text.size()) {
        what = {"model.bad-utf8", {}};
        return i;
      }
      if (no_character(text.substr(i, length))) {
        what = {"model.control-character", {{"code", "0x" + to_hex(text.substr(i, length))}}};
        return i;
      }
      i += length;
      continue;
    }
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) {
      what = {"model.control-character", {{"code", "0x" + to_hex(text.substr(i, 1))}}};
      return i;
    }
    ++i;
  }
  return std::string_view::npos;
}

YAML::Mark mark_at(std::string_view text, std::size_t at) {
  YAML::Mark mark;
  mark.pos = static_cast<int>(at);
  mark.line =
      static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  const auto start = text.substr(0, at).rfind('\n');
  mark.column = static_cast<int>(start == std::string_view::npos ? at : at - start - 1);
  return mark;
}

} // namespace

std::vector<Mistake> read_yaml(std::string_view text, std::string_view file, Source& source) {
  source.file = file;
  std::vector<Mistake> mistakes;
  if (text.size() > max_bytes) {
    mistakes.push_back(
        {{source.file, 0, 0}, {}, {"model.too-large", {{"limit", std::to_string(max_bytes)}}}, {}});
    return mistakes;
  }
  const Lines lines(text);
  Message what;
  if (const auto at = bad_byte(text, what); at != std::string_view::npos) {
    mistakes.push_back({lines.place(file, mark_at(text, at)), {}, what, {}});
    return mistakes;
  }
  std::istringstream in{std::string(text)};
  Builder builder(source, lines, mistakes);
  try {
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) {
      mistakes.push_back({{source.file, 1, 1}, {}, {"model.empty-file", {}}, {}});
      return mistakes;
    }
    Source second;
    std::vector<Mistake> ignored;
    Builder other(second, lines, ignored);
    if (parser.HandleNextDocument(other))
      mistakes.push_back(
          {{source.file, second.root.line, second.root.column}, {}, {"model.second-document", {}}, {}});
  } catch (const Stop&) {
    return mistakes; // it says itself why
  } catch (const YAML::Exception& e) {
    Place place = lines.place(file, e.mark);
    Message said{"model.syntax", {{"text", e.msg}}};
    // yaml-cpp says only that it did not expect what follows.
    if (const int column = lines.tab_in_indentation(place.line); column > 0) {
      place.column = column;
      said = {"model.tab", {}};
    }
    mistakes.push_back({std::move(place), {}, std::move(said), {}});
  }
  return mistakes;
}

} // namespace assent::model
