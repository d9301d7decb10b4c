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

/// Builds the text: values in any order, one per path (the last wins and `duplicates` counts it).
class CanonicalBuilder {
 public:
  void set(std::string path, std::string_view value); ///< value: any bytes; made valid UTF-8 and escaped
  std::string text() const; ///< first line canonical_version, then sorted lines, LF after each
  std::size_t size() const { return leaves_.size(); }
  std::size_t duplicates() const { return duplicates_; }

 private:
  std::map<std::string, std::string, std::less<>> leaves_;
  std::size_t duplicates_ = 0;
};

/// `[name='Gi0/1']` with `'` and `\` escaped; control characters become `\xHH`.
std::string key_predicate(std::string_view key, std::string_view value);

/// `sha256:HEX` of the text.
std::string fingerprint(std::string_view canonical_text);

/// The path without key values: `/interfaces/interface/mtu`.
std::string schema_path(std::string_view path);

struct Leaf {
  std::string_view path, value; ///< value still escaped
};
/// The leaves of a text in order; refuses text that is not canonical (unsorted, bad escape, wrong version,
/// too big).
Result<std::vector<Leaf>> leaves(std::string_view canonical_text);

/// One entry of the difference, by merging two sorted lists.
struct Difference {
  std::string path;
  std::optional<std::string> before, after; ///< nullopt: not there
};
std::vector<Difference> difference(const std::vector<Leaf>& before, const std::vector<Leaf>& after);

/// The text with some paths set or removed (nullopt): how a baseline moves.
Result<std::string> with_changes(std::string_view canonical_text, const std::vector<Difference>& changes);

} // namespace assent::watch
