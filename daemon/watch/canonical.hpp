// The canonical form of a device's state: sorted lines `PATH<TAB>VALUE`, ours and versioned, documented in
// docs/formats/canonical.md. Pure; used by the agents too (they make it, the daemon compares it).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.hpp"

namespace assent::watch {

inline constexpr std::string_view canonical_version = "assent-device-canonical 1";
inline constexpr std::size_t max_canonical_bytes = 16u << 20;
inline constexpr std::size_t max_canonical_lines = 500'000;
inline constexpr std::size_t max_path_bytes = 8192;
inline constexpr std::size_t max_path_segments = 32;
inline constexpr std::size_t max_key_bytes = 1024;    ///< of one key value, escaped
inline constexpr std::size_t max_value_bytes = 65536; ///< of one value, escaped

/// Builds the text: values in any order, one per path (the last wins and `duplicates` counts it).
class CanonicalBuilder {
 public:
  /// `value`: any bytes; trailing NULs are cut, then it is escaped (`escaped`). A value that is longer than
  /// `max_value_bytes` once escaped is told by its length and hash. `path` must satisfy `is_path`: anything
  /// else is a bug.
  void set(std::string path, std::string_view value);
  std::string text() const; ///< first line canonical_version, then sorted lines, LF after each
  std::size_t size() const { return leaves_.size(); }
  std::size_t duplicates() const { return duplicates_; }

 private:
  std::map<std::string, std::string, std::less<>> leaves_;
  std::size_t duplicates_ = 0;
};

/// True where the text is a canonical path: `/name`, each segment followed by any number of `[key='value']`.
bool is_path(std::string_view path);

/// `[name='Gi0/1']` with `'` and `\` escaped; control characters become `\xHH`. A key value of more than
/// `max_key_bytes` is cut and ends in `~` and the start of its SHA-256, so that two long ones stay two.
std::string key_predicate(std::string_view key, std::string_view value);

/// A value as it stands in the text: `\` is `\\`; control characters and bytes that are not part of valid
/// UTF-8 are
/// `\xhh`, so that no two different values look alike and the text is valid UTF-8.
std::string escaped(std::string_view value);
/// The bytes that `escaped` made the text from; nothing where it made it from none.
std::optional<std::string> unescaped(std::string_view value);

/// `sha256:HEX` of the text.
std::string fingerprint(std::string_view canonical_text);

/// The path without key values: `/interfaces/interface/mtu`.
std::string schema_path(std::string_view path);

/// True where `schema` is `above` or lies below it: `/vlans/vlan/name` is under `/vlans`, not under `/vl`.
bool is_under(std::string_view schema, std::string_view above);

struct Leaf {
  std::string_view path, value; ///< value still escaped
};
/// The leaves of a text in order; refuses text that is not canonical (unsorted, bad escape, wrong version,
/// too big). The leaves point into the text.
Result<std::vector<Leaf>> leaves(std::string_view canonical_text);

/// One entry of the difference, by merging two sorted lists.
struct Difference {
  std::string path;
  std::optional<std::string> before, after; ///< nullopt: not there; else as in the text, escaped
};
std::vector<Difference> difference(const std::vector<Leaf>& before, const std::vector<Leaf>& after);

/// The text with some paths set (to the escaped `after`) or removed (nullopt): how a baseline moves. Refuses
/// a text that is not canonical, a path that is none, and a value that is not escaped as it must be.
Result<std::string> with_changes(std::string_view canonical_text, const std::vector<Difference>& changes);

} // namespace assent::watch
