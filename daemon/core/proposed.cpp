// Files under policies/ and mibs/ are what is proposed. One that differs from what is in force raises an
// alarm and changes nothing.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/hash.hpp"
#include "daemon/core/state.hpp"

namespace assent::core {
namespace {

constexpr std::uintmax_t file_limit = 4u << 20;

std::optional<std::string> read_file(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > file_limit) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return std::nullopt;
  return text.str();
}

/// The hash in force for what the file calls itself, or empty.
std::string in_force(const State& state, model::Model& model, const std::string& text,
                     const std::string& path) {
  if (auto policy = model.bind_yaml(text, path, "assent-policy:policy"); policy) {
    const auto object = state.registry.get(Kind::policy, 1);
    return object && text_of(object->body, "name") == text_of(*policy, "name")
               ? text_of(object->body, "sha256")
               : "";
  }
  if (auto profile = model.bind_yaml(text, path, "assent-policy:profile"); profile) {
    const auto id = state.registry.find(Kind::profile, text_of(*profile, "name"));
    const auto object = id ? state.registry.get(Kind::profile, *id) : std::nullopt;
    return object ? text_of(object->body, "sha256") : "";
  }
  return "";
}

} // namespace

void compare_proposed(Step& step) {
  for (const auto& path : step.options.proposed) {
    const auto text = read_file(path);
    if (text && sha256_hex(*text) == in_force(step.state, step.model, *text, path)) {
      clear(step, "proposed-file-differs", path);
      continue;
    }
    raise(step, "proposed-file-differs", path, {{"file", path}});
  }
}

} // namespace assent::core
