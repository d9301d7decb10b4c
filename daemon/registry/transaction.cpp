#include "daemon/registry/transaction.hpp"

namespace assent::registry {
namespace {

Error conflict(std::string id, Ref ref) {
  return fail(Fault::conflict, std::move(id),
              {{"kind", std::string(name_of(ref.kind))}, {"id", std::to_string(ref.id)}});
}

/// The merged body of a modify: null removes a member. What only pages show of a baseline's or profile's edit
/// is no member.
json::object merged(json::object body, const json::object& changes, Kind kind) {
  for (const auto& [key, value] : changes) {
    if (kind == Kind::baseline && (key == "changes" || key == "accept")) continue;
    if (kind == Kind::profile && key == "reads") continue;
    if (value.is_null()) {
      body.erase(key);
    } else {
      body[key] = value;
    }
  }
  return body;
}

template <class Row>
Id number_for(const Table<Row>& table, const Row& row) {
  if constexpr (std::is_same_v<Row, record::Baseline>) return row.device;
  if constexpr (std::is_same_v<Row, record::Policy>) return 1;
  return table.last() + 1;
}

} // namespace

Transaction::Transaction(Registry& registry) : impl_(std::make_unique<Impl>(*registry.impl_)) {
  ASSENT_CHECK(!impl_->state.in_transaction);
  impl_->state.in_transaction = true;
}

Transaction::~Transaction() {
  impl_->finish(false);
}

Status Transaction::settle() {
  for (const Ref ref : impl_->state.unsettled)
    if (auto status = holder_fits(impl_->state, ref); !status) return status;
  impl_->state.unsettled.clear();
  return Done{};
}

void Transaction::keep() {
  ASSENT_CHECK(impl_->state.unsettled.empty());
  impl_->finish(true);
}

void Transaction::Impl::finish(bool keep) {
  if (over) return;
  over = true;
  if (!keep)
    for (auto step = undo.rbegin(); step != undo.rend(); ++step)
      record::with_kind(step->object.kind, [&]<class Row>(std::type_identity<Row>) {
        if (step->operation == Operation::create) {
          state.erase<Row>(step->object.id);
          state.table<Row>().set_last(step->last);
          if (step->removed != 0) state.removed_baselines[step->object.id] = step->removed;
          return;
        }
        if (Row::kind == Kind::baseline) state.removed_baselines.erase(step->object.id);
        auto row = decode<Row>(step->body);
        row->version = step->version;
        state.put(step->object.id, std::move(*row));
      });
  state.unsettled.clear();
  for (const Id ticket : lifted)
    state.lower(ticket);
  state.in_transaction = false;
}

template <class Row>
Result<journal::Row> Transaction::Impl::create(const Edit& edit) {
  if (edit.id != 0 || edit.before != 0) return fail(Fault::invalid, "registry.edit-wrong");
  auto row = edit.kind == Kind::baseline ? decode<Row>(merged({}, edit.value, edit.kind), made)
                                         : decode<Row>(edit.value, made);
  if (!row) return std::move(row).error();
  auto& table = state.table<Row>();
  const Id last = table.last();
  const Id id = number_for(table, *row);
  if (auto status = allowed<Row>(state, id, *row, nullptr); !status) return std::move(status).error();
  std::uint64_t removed = 0;
  if (Row::kind == Kind::baseline)
    if (const auto node = state.removed_baselines.extract(id)) removed = node.mapped();
  row->version = removed + 1;
  journal::Row out{edit.kind, id, row->version, false, encode(*row)};
  state.put(id, std::move(*row));
  undo.push_back({Operation::create, {edit.kind, id}, 0, {}, last, removed});
  made.push_back({edit.kind, id});
  edit_of.emplace(made.back(), made.size());
  return out;
}

template <class Row>
Result<journal::Row> Transaction::Impl::modify(const Edit& edit) {
  const Ref ref{edit.kind, edit.id};
  const Row* old = state.find<Row>(edit.id);
  json::object body = encode(*old);
  auto row = decode<Row>(merged(body, edit.value, edit.kind), made);
  if (!row) return std::move(row).error();
  if (auto status = allowed<Row>(state, edit.id, *row, old); !status) return std::move(status).error();
  row->version = old->version + 1;
  before.emplace(ref, touch_of(edit.id, *old));
  undo.push_back({Operation::modify, ref, old->version, std::move(body), 0, 0});
  journal::Row out{edit.kind, edit.id, row->version, false, encode(*row)};
  state.put(edit.id, std::move(*row));
  return out;
}

template <class Row>
Result<journal::Row> Transaction::Impl::remove(const Edit& edit) {
  const Ref ref{edit.kind, edit.id};
  const bool dissolves =
      Row::kind == Kind::prefix && edit.value.size() == 1 && text_of(edit.value, "contents") == "parent";
  if (!edit.value.empty() && !dissolves) return fail(Fault::invalid, "registry.edit-wrong");
  if (auto status = dissolves ? dissolvable(state, edit.id) : removable(state, ref); !status)
    return std::move(status).error();
  const Row* old = state.find<Row>(edit.id);
  journal::Row out{edit.kind, edit.id, old->version + 1, true, {}};
  before.emplace(ref, touch_of(edit.id, *old));
  undo.push_back({Operation::remove, ref, old->version, encode(*old), 0, 0});
  if (Row::kind == Kind::baseline) {
    out.gone = false;
    out.body = {{"state", "removed"}};
    state.removed_baselines[edit.id] = out.version;
  }
  state.erase<Row>(edit.id);
  return out;
}

Result<journal::Row> Transaction::apply(const Edit& resolved, Id ticket) {
  ASSENT_CHECK(!impl_->over);
  impl_->lift(ticket);
  const Ref ref{resolved.kind, resolved.id};
  const bool creates = resolved.operation == Operation::create;
  Result<journal::Row> out = fail(Fault::invalid, "registry.edit-wrong");
  record::with_kind(resolved.kind, [&]<class Row>(std::type_identity<Row>) {
    if (creates) {
      out = impl_->create<Row>(resolved);
      return;
    }
    const Row* old = impl_->state.find<Row>(resolved.id);
    if (old == nullptr) {
      out = fail(Fault::not_found, "registry.no-such",
                 {{"kind", std::string(name_of(ref.kind))}, {"name", std::to_string(ref.id)}});
    } else if (impl_->edited.count(ref) != 0 || impl_->edit_of.count(ref) != 0) {
      out = conflict("registry.edited-twice", ref);
    } else if (old->version != resolved.before) {
      Error error = conflict("registry.version-moved", ref);
      error.what.args.push_back({"before", std::to_string(resolved.before)});
      error.what.args.push_back({"now", std::to_string(old->version)});
      out = std::move(error);
    } else {
      out = resolved.operation == Operation::modify ? impl_->modify<Row>(resolved)
                                                    : impl_->remove<Row>(resolved);
    }
  });
  if (out.ok() && !creates) {
    impl_->edited.insert(ref);
    impl_->made.push_back({resolved.kind, 0});
  }
  return out;
}

} // namespace assent::registry
