// YANG: the one place that knows libyang. Text in, validated values out; no lyd_node leaves this room.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.hpp"
#include "common/result.hpp"

namespace assent::model {

/// A frozen libyang context over the modules of `policies/`. Not shared between threads: one each.
class Model {
 public:
  /// Loads every `assent-*.yang` of the directory; a faulty module is Fault::outside with libyang's own text.
  static Result<std::unique_ptr<Model>> load(const std::string& directory);
  virtual ~Model() = default;

  /// Binds a YAML file's text to a top-level container (`assent-config:config`, `assent-policy:policy`,
  /// `assent-policy:founding`, `assent-policy:profile`, …). The answer is the RFC 7951 content of that
  /// container with canonical values and defaults filled in. Every mistake is reported at once, each with
  /// file, line, column, path and expectation: wrong types, ranges and patterns, unknown keys (with a
  /// suggestion), duplicate keys, missing mandatory keys, list keys, references that point nowhere, host bits
  /// in a prefix, bad UTF-8, anchors and tags. `must` and `when` follow singly. At most 4 MiB, 64 levels,
  /// 1,000,000 nodes.
  virtual Result<json::object> bind_yaml(std::string_view text, std::string_view file,
                                         std::string_view container) = 0;

  /// The same for the JSON input of an operation (`assent-ticket:prepare`): all mistakes, with paths. Takes
  /// the input itself or `{"MODULE:input": {…}}`; empty text is an empty input. A scalar may be given as
  /// text, too. In the answer every integer is a JSON number and every time UTC with six digits. At most 32
  /// MiB.
  virtual Result<json::object> bind_input(std::string_view operation, std::string_view text) = 0;

  /// The same for a value that is parsed already.
  virtual Result<json::object> bind_input(std::string_view operation, const json::value& value) = 0;
  Result<json::object> bind_input(std::string_view operation, const std::string& text) {
    return bind_input(operation, std::string_view(text));
  }
  Result<json::object> bind_input(std::string_view operation, const char* text) {
    return bind_input(operation, std::string_view(text));
  }

  /// Validates the value of one kind of register object (`assent-registry`, list name = kind), all mistakes
  /// at once. `partial` (for modify) does not ask for mandatory leaves.
  virtual Result<json::object> bind_object(std::string_view kind, const json::value& value, bool partial) = 0;

  /// Names of all operations, for help and completion: `assent-ticket:prepare`, …
  virtual std::vector<std::string> operations() const = 0;

  static std::string version(); ///< of libyang and yaml-cpp, for --version
};

} // namespace assent::model
