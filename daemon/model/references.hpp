// Paths of data: how they are written, and what leafrefs among them point to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/schema.hpp"
#include "daemon/model/source.hpp"

namespace assent::model {

/// One step down: a member, and of a list which entry.
struct Level {
  std::string_view name;
  std::size_t position = 0; ///< from 1; 0: not an entry
  std::string keys = {};    ///< `[name='x']`; empty where the list has none or they are missing
};

/// `/rules[name='county-space']/stages[2]/quorum`
std::string path_text(const std::vector<Level>& levels);

/// The predicates of an entry as far as its keys are scalars.
std::string key_predicates(const Item& item, const Node& entry);

/// A leafref's value, to be looked for when all is read.
struct Reference {
  std::vector<Level> levels;
  std::string target; ///< `../../roles/name`
  json::value value;
  Place place;
};

/// A mistake for each reference that points nowhere. Where the rest is not `sound`, one without any possible
/// target is passed over: its targets may be what is wrong.
std::vector<Mistake> unresolved(const std::vector<Reference>& references, const json::object& top,
                                bool sound);

} // namespace assent::model
