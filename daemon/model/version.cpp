#include <fmt/format.h>

#include "daemon/model/model.hpp"

namespace assent::model {

std::string Model::version() {
  return "libyang " ASSENT_LIBYANG_VERSION ", yaml-cpp " ASSENT_YAML_VERSION;
}

} // namespace assent::model
