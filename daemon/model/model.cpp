#include "daemon/model/model.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <libyang/libyang.h>

#include "common/text.hpp"
#include "daemon/model/walk.hpp"

namespace assent::model {
namespace {

struct FreeContext {
  void operator()(ly_ctx* context) const { ly_ctx_destroy(context); }
};
using Context = std::unique_ptr<ly_ctx, FreeContext>;

std::string last_error(const ly_ctx* context) {
  const ly_err_item* first = ly_err_first(context);
  if (!first) return "?";
  const ly_err_item* last = first->prev;
  std::string text = last->msg ? last->msg : "?";
  if (last->path) text += fmt::format(" ({})", last->path);
  return text;
}

/// libyang writes: Data location "/assent-policy:policy/rules[name='x']".
std::string quoted(const std::string& text) {
  const auto open = text.find('"');
  const auto close = text.rfind('"');
  if (open == std::string::npos || close <= open) return text;
  return text.substr(open + 1, close - open - 1);
}

Error invalid(std::vector<Mistake> mistakes, std::string_view file) {
  Error error = fail(Fault::invalid, file.empty() ? "model.mistakes" : "model.mistakes-in-file",
                     {{"count", std::to_string(mistakes.size())}});
  if (!file.empty()) error.what.args.emplace_back("file", file);
  error.mistakes = std::move(mistakes);
  return error;
}

class LibyangModel final : public Model {
 public:
  explicit LibyangModel(Context context) : context_(std::move(context)) {}

  Status compile_all() {
    std::uint32_t index = 0;
    while (const lys_module* module = ly_ctx_get_module_iter(context_.get(), &index)) {
      if (!module->implemented || std::string_view(module->name).substr(0, 7) != "assent-") continue;
      auto done = compile_module(*module);
      if (!done) return done;
    }
    return Done{};
  }

  Result<json::object> bind_yaml(std::string_view text, std::string_view file,
                                 std::string_view container) override {
    const auto item = tops_.find(container);
    ASSENT_CHECK(item != tops_.end());
    Source source;
    auto mistakes = read_yaml(text, file, source);
    if (!mistakes.empty()) return invalid(std::move(mistakes), file);
    return bind(item->second, container, source, false);
  }

  Result<json::object> bind_input(std::string_view operation, std::string_view text) override {
    auto parsed = parse_json(text.empty() ? "{}" : text, max_bytes_json, "request");
    if (!parsed) return std::move(parsed).error();
    return bind_input(operation, *parsed);
  }

  Result<json::object> bind_input(std::string_view operation, const json::value& value) override {
    const auto item = rpcs_.find(operation);
    if (item == rpcs_.end()) return unknown_operation(operation);
    const json::value* input = &value;
    if (const auto* object = value.if_object(); object && object->size() == 1) {
      const std::string wrapper = fmt::format("{}:input", operation.substr(0, operation.find(':')));
      if (object->begin()->key() == wrapper) input = &object->begin()->value();
    }
    Source source;
    auto mistakes = read_json(*input, source);
    if (!mistakes.empty()) return invalid(std::move(mistakes), {});
    return bind(item->second, operation, source, false);
  }

  Result<json::object> bind_object(std::string_view kind, const json::value& value, bool partial) override {
    const auto item = kinds_.find(kind);
    if (item == kinds_.end()) return fail(Fault::invalid, "model.no-kind", {{"kind", excerpt(kind)}});
    Source source;
    auto mistakes = read_json(value, source);
    if (mistakes.empty()) {
      auto walked = walk(context_.get(), item->second, source, partial);
      if (walked.mistakes.empty()) return std::move(walked.value);
      mistakes = std::move(walked.mistakes);
    }
    return invalid(std::move(mistakes), {});
  }

  std::vector<std::string> operations() const override {
    std::vector<std::string> names;
    for (const auto& [name, item] : rpcs_)
      names.push_back(name);
    return names;
  }

 private:
  Status keep(std::map<std::string, Item, std::less<>>& where, std::string name, const lysc_node* node) {
    auto item = compile(context_.get(), node);
    if (!item) return std::move(item).error();
    where.emplace(std::move(name), std::move(*item));
    return Done{};
  }

  Status compile_module(const lys_module& module) {
    const std::string_view name = module.name;
    for (const lysc_node* node = module.compiled->data; node; node = node->next) {
      if (name == "assent-registry") {
        const auto kind = std::string_view(node->name);
        if (kind == "ticket" || kind == "act" || kind == "finding") continue;
        if (auto done = keep(kinds_, node->name, node); !done) return done;
      } else if (node->nodetype == LYS_CONTAINER && (node->flags & LYS_CONFIG_W)) {
        if (auto done = keep(tops_, fmt::format("{}:{}", name, node->name), node); !done) return done;
      }
    }
    for (const lysc_node_action* rpc = module.compiled->rpcs; rpc;
         rpc = reinterpret_cast<const lysc_node_action*>(rpc->next)) {
      auto done =
          keep(rpcs_, fmt::format("{}:{}", name, rpc->name), reinterpret_cast<const lysc_node*>(&rpc->input));
      if (!done) return done;
    }
    return Done{};
  }

  Error unknown_operation(std::string_view operation) const {
    std::vector<std::string_view> known;
    for (const auto& [name, item] : rpcs_)
      known.push_back(name);
    Error error = fail(Fault::not_found, "model.no-operation", {{"operation", excerpt(operation)}});
    if (const auto meant = nearest(operation, known.data(), known.size()); !meant.empty())
      error.next = Message{"model.did-you-mean", {{"key", std::string(meant)}}};
    return error;
  }

  Result<json::object> bind(const Item& item, std::string_view name, const Source& source, bool partial) {
    auto walked = walk(context_.get(), item, source, partial);
    if (walked.mistakes.empty() && item.rules) {
      if (auto broken = check_rules(item, name, walked.value, source))
        walked.mistakes.push_back(std::move(*broken));
    }
    if (!walked.mistakes.empty()) return invalid(std::move(walked.mistakes), source.file);
    return std::move(walked.value);
  }

  /// libyang's own opinion, for what only it can judge: must and when. It stops at the first.
  std::optional<Mistake> check_rules(const Item& item, std::string_view name, const json::object& value,
                                     const Source& source) {
    json::object whole;
    whole[name] = for_libyang(item, value);
    const std::string text = json::serialize(whole);
    ly_err_clean(context_.get(), nullptr);
    lyd_node* tree = nullptr;
    LY_ERR code = LY_SUCCESS;
    if (item.input) {
      ly_in* in = nullptr;
      lyd_node* operation = nullptr;
      code = ly_in_new_memory(text.c_str(), &in);
      if (code == LY_SUCCESS)
        code = lyd_parse_op(context_.get(), nullptr, in, LYD_JSON, LYD_TYPE_RPC_YANG, &tree, &operation);
      if (code == LY_SUCCESS) code = lyd_validate_op(tree, nullptr, LYD_TYPE_RPC_YANG, nullptr);
      ly_in_free(in, 0);
    } else {
      code = lyd_parse_data_mem(context_.get(), text.c_str(), LYD_JSON, LYD_PARSE_STRICT,
                                LYD_VALIDATE_PRESENT, &tree);
    }
    lyd_free_all(tree);
    if (code == LY_SUCCESS) return std::nullopt;
    return explain(item, name, source);
  }

  Mistake explain(const Item& item, std::string_view name, const Source& source) const {
    const ly_err_item* first = ly_err_first(context_.get());
    const ly_err_item* last = first ? first->prev : nullptr;
    Mistake mistake;
    std::string path = quoted(last && last->path ? last->path : "");
    const std::string top = fmt::format("/{}", name);
    if (path.substr(0, top.size()) == top) path.erase(0, top.size());
    mistake.place = place_of(item, source, path);
    mistake.path = path.empty() ? "/" : path;
    const std::string tag = last && last->apptag ? last->apptag : "";
    if (tag.substr(0, 6) == "model.")
      mistake.what = {tag, {}};
    else
      mistake.what = {"model.rejected", {{"text", last && last->msg ? last->msg : "?"}}};
    return mistake;
  }

  Context context_;
  std::map<std::string, Item, std::less<>> tops_, rpcs_, kinds_;
};

} // namespace

Result<std::unique_ptr<Model>> Model::load(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code trouble;
  for (std::filesystem::directory_iterator entry(directory, trouble), end; !trouble && entry != end;
       entry.increment(trouble)) {
    const auto name = entry->path().filename().string();
    if (name.substr(0, 7) == "assent-" && entry->path().extension() == ".yang")
      names.push_back(entry->path().stem());
  }
  if (trouble || names.empty())
    return fail(Fault::outside, "model.no-modules",
                {{"directory", directory}, {"reason", trouble ? trouble.message() : "-"}});
  std::sort(names.begin(), names.end());
  ly_log_options(LY_LOSTORE);
  ly_ctx* made = nullptr;
  if (ly_ctx_new(directory.c_str(), LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIR_CWD, &made) !=
      LY_SUCCESS)
    return fail(Fault::outside, "model.no-modules", {{"directory", directory}, {"reason", "libyang"}});
  Context context(made);
  for (const auto& name : names)
    if (!ly_ctx_load_module(made, name.c_str(), nullptr, nullptr))
      return fail(Fault::outside, "model.yang-faulty", {{"module", name}, {"text", last_error(made)}});
  auto model = std::make_unique<LibyangModel>(std::move(context));
  if (auto done = model->compile_all(); !done) return std::move(done).error();
  return std::unique_ptr<Model>(std::move(model));
}

} // namespace assent::model
