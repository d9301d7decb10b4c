// The shipped modules, loaded once for the whole test program.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "daemon/model/model.hpp"

namespace assent::model::test {

inline std::string source_path(const std::string& name) {
  return std::string(ASSENT_SOURCE_DIR) + "/" + name;
}

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Model& shipped() {
  static const auto model = Model::load(source_path("policies"));
  if (!model) {
    std::string why = model.error().what.id;
    for (const auto& [name, value] : model.error().what.args)
      why += " " + name + "=" + value;
    throw std::runtime_error(why);
  }
  return **model;
}

inline std::string shown(const Result<json::object>& result) {
  if (result) return {};
  const Error& error = result.error();
  std::string text = error.what.id;
  for (const auto& mistake : error.mistakes) {
    text += "\n" + std::to_string(mistake.place.line) + ":" + std::to_string(mistake.place.column) + " " +
            mistake.path + " " + mistake.what.id;
    for (const auto& [name, value] : mistake.what.args)
      text += " " + name + "=" + value;
    text += " | " + mistake.expected.id;
    for (const auto& [name, value] : mistake.expected.args)
      text += " " + name + "=" + value;
  }
  return text;
}

} // namespace assent::model::test
