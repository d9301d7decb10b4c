// The shipped modules, loaded once for a target.
#pragma once

#include <cstdlib>

#include "daemon/model/model.hpp"

namespace assent::fuzz {

inline model::Model& shipped() {
  static auto model = model::Model::load(ASSENT_SOURCE_DIR "/policies");
  if (!model) std::abort();
  return **model;
}

} // namespace assent::fuzz
