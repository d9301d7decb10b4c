// How an installation begins: at least two founders sign the exact bytes of one YAML file.
#pragma once

#include <map>
#include <string>

#include "common/result.hpp"
#include "common/time.hpp"
#include "daemon/model/model.hpp"
#include "daemon/store/store.hpp"

namespace assent::core {

/// The founding file and each founder's signature (namespace assent-founding), by handle.
struct Founding {
  std::string file_name;
  std::string text;
  std::map<std::string, std::string> signatures;
};

/// Validates the file, its policy and profiles, verifies every founder's signature and creates the store with
/// entry 0. Gives the installation id: the SHA-256 of the file. A second founding of the same store is
/// refused.
Result<std::string> found(const Founding& founding, model::Model& model, const store::Options& options,
                          Instant now);

} // namespace assent::core
