// Canonical paths and patterns as text: splitting and comparing segments. Pure; part of the coverage library.
#pragma once

#include <string_view>
#include <vector>

namespace assent::tickets {

inline constexpr std::size_t max_path_segments = 32;

/// The segments between `/`, key values left alone (`interface[name='Gi0/1']` is one). False where the text
/// is no absolute path, has an empty segment, an open quote or more than max_path_segments.
bool split_path(std::string_view path, std::vector<std::string_view>& segments);

/// May this segment of a pattern match more than its own text?
bool is_wild(std::string_view pattern_segment);

/// Does one well-formed segment of a pattern match one segment of a path? Never matches by a part of a key
/// value.
bool segment_matches(std::string_view pattern_segment, std::string_view segment);

} // namespace assent::tickets
