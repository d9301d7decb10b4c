// What of a device could not be seen, and since when. Pure; part of the watch.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.hpp"
#include "common/time.hpp"

namespace assent::watch {

/// A schema path that has been unknown for `count` readings one after the other.
struct UnknownPath {
  Instant known{}; ///< start of the last reading in which it was seen; Instant{}: never
  Instant since{}; ///< start of the first reading in which it was not
  unsigned count = 0;
};

class UnknownPaths {
 public:
  /// Another reading: `roots` are unknown in it. A path goes on while it lies under one of them; a root under
  /// one that was unknown before inherits its age.
  void next(const std::vector<std::string>& roots, Instant last_started, Instant started);

  bool is_unknown(std::string_view schema) const;
  bool contains(std::string_view path) const { return paths_.contains(path); }
  /// The start of the last reading in which this leaf was known: `otherwise` where it was known in the last
  /// one.
  Instant known(std::string_view schema, Instant otherwise) const;
  /// Unknown in at least three readings and for three intervals (less a tenth of one: readings have jitter);
  /// of paths under each other only the topmost.
  std::vector<std::string> blinded(Instant ended, Duration interval) const;
  const std::map<std::string, UnknownPath, std::less<>>& all() const { return paths_; }

  json::array to_json() const;
  void load(const json::array& stored);

 private:
  std::map<std::string, UnknownPath, std::less<>> paths_;
};

/// Schema paths of an agent's list, sorted, none under another. A malformed entry, or more than 256, means
/// that nothing is certain: `/`.
std::vector<std::string> unknown_roots(const std::vector<std::string>& reported);

/// The same of paths of which there is nothing: sorted. A malformed entry, or more than 256, means that
/// nothing is certain: none.
std::vector<std::string> empty_paths(const std::vector<std::string>& reported);

} // namespace assent::watch
