// libyang's own context over the shipped modules, for tests that ask libyang itself.
#pragma once

#include <stdexcept>

#include <libyang/libyang.h>

#include "daemon/model/schema.hpp"
#include "tests/unit/model/fixture.hpp"

namespace assent::model::test {

class Schema {
 public:
  Schema() {
    ly_log_options(LY_LOSTORE_LAST);
    if (ly_ctx_new(source_path("policies").c_str(), LY_CTX_NO_YANGLIBRARY, &context_) != LY_SUCCESS)
      throw std::runtime_error("libyang");
    for (const char* name :
         {"assent-types", "assent-device", "assent-registry", "assent-ticket", "assent-agent",
          "assent-policy", "assent-config", "assent-status", "assent-admin"})
      if (!ly_ctx_load_module(context_, name, nullptr, nullptr)) throw std::runtime_error(name);
  }
  ~Schema() { ly_ctx_destroy(context_); }
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  const ly_ctx* context() const { return context_; }

  /// `assent-config:config`, a registry list, or the input of an rpc.
  Item item(const std::string& module, const std::string& name) const {
    const lys_module* found = ly_ctx_get_module_implemented(context_, module.c_str());
    for (const lysc_node* node = found->compiled->data; node; node = node->next)
      if (name == node->name) return compiled(node);
    for (auto* rpc = reinterpret_cast<const lysc_node*>(found->compiled->rpcs); rpc; rpc = rpc->next)
      if (name == rpc->name)
        return compiled(
            reinterpret_cast<const lysc_node*>(&reinterpret_cast<const lysc_node_action*>(rpc)->input));
    throw std::runtime_error(module + ":" + name);
  }

 private:
  Item compiled(const lysc_node* node) const {
    auto made = compile(context_, node);
    if (!made) throw std::runtime_error(made.error().what.id);
    return std::move(*made);
  }
  ly_ctx* context_ = nullptr;
};

} // namespace assent::model::test
