// What an edit touches: whose it is, from whose space it comes, and how a person would name it.
#include <algorithm>

#include "daemon/registry/transaction.hpp"

namespace assent::registry {

template <class Row>
Touch Transaction::Impl::touch_of(Id id, const Row& row) const {
  Touch touch;
  touch.object = {Row::kind, id};
  touch.label = state.label_of(id, row);
  const auto labels_of = [&](Id device) {
    if (const auto* found = state.find<record::Device>(device)) touch.labels = found->labels;
  };
  if constexpr (requires { row.network; }) touch.network = row.network;
  if constexpr (requires { row.organisation; }) touch.organisation = touch.holder = row.organisation;
  if constexpr (requires { row.prefix; }) touch.space = row.prefix;
  if constexpr (requires { row.labels; }) touch.labels = row.labels;
  if constexpr (requires { row.device; }) {
    labels_of(row.device);
    touch.device = row.device;
  }
  if constexpr (Row::kind == Kind::device) touch.device = id;
  const auto roles_of = [&](Id person) {
    const auto [begin, end] = state.roles_of.equal_range(person);
    for (auto each = begin; each != end; ++each)
      touch.also.push_back(state.find<record::Role>(each->second)->organisation);
    std::sort(touch.also.begin(), touch.also.end());
    touch.also.erase(std::unique(touch.also.begin(), touch.also.end()), touch.also.end());
  };
  if constexpr (Row::kind == Kind::person) roles_of(id);
  if constexpr (Row::kind == Kind::key) roles_of(row.person);
  if constexpr (Row::kind == Kind::organisation) {
    touch.organisation = id != 0 ? id : row.parent;
    touch.holder = row.parent;
  } else if constexpr (Row::kind == Kind::key) {
    if (const auto* person = state.find<record::Person>(row.person))
      touch.organisation = touch.holder = person->organisation;
  } else if constexpr (Row::kind == Kind::baseline) {
    if (const auto* device = state.find<record::Device>(row.device)) {
      touch.organisation = touch.holder = device->organisation;
      touch.network = device->network;
    }
  } else if constexpr (Row::kind == Kind::block) {
    touch.holder = 0;
  } else if constexpr (Row::kind == Kind::network || Row::kind == Kind::agent || Row::kind == Kind::profile ||
                       Row::kind == Kind::policy) {
    const auto root = state.children_of.lower_bound({0, 0});
    if (root != state.children_of.end() && root->first == 0) touch.organisation = touch.holder = root->second;
    if constexpr (Row::kind == Kind::network) touch.network = id;
  }
  if constexpr (Row::kind == Kind::address) touch.space = Prefix{row.address, row.address.width()};
  if constexpr (Row::kind == Kind::prefix || Row::kind == Kind::address) {
    Space* in = state.space_if(row.network, touch.space->first.v4);
    const auto* node = in != nullptr ? in->over(*touch.space, Row::kind == Kind::prefix) : nullptr;
    touch.holder = 0;
    if (node != nullptr)
      touch.holder = node->block ? state.find<record::Block>(node->id)->organisation
                                 : state.find<record::Prefixed>(node->id)->organisation;
  }
  return touch;
}

template Touch Transaction::Impl::touch_of(Id, const record::Organisation&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Person&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Key&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Role&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Network&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Block&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Prefixed&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Addressed&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Agent&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Profile&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Device&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Link&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Policy&) const;
template Touch Transaction::Impl::touch_of(Id, const record::Baseline&) const;

Touch Transaction::Impl::touch_of(Ref ref) const {
  Touch out;
  record::with_kind(ref.kind, [&]<class Row>(std::type_identity<Row>) {
    if (const Row* row = state.find<Row>(ref.id)) out = touch_of(ref.id, *row);
  });
  return out;
}

Result<Touch> Transaction::Impl::touch_alone(const Edit& resolved) const {
  const Ref ref{resolved.kind, resolved.id};
  Touch out;
  if (resolved.operation == Operation::create) {
    std::optional<Error> error;
    record::with_kind(resolved.kind, [&]<class Row>(std::type_identity<Row>) {
      json::object body = resolved.value;
      if (resolved.kind == Kind::baseline) body.erase("changes");
      auto row = decode<Row>(body, made);
      if (!row) {
        error = std::move(row).error();
      } else {
        out = touch_of(0, *row);
      }
    });
    if (error) return std::move(*error);
    out.operation = Operation::create;
    return out;
  }
  const auto was = before.find(ref);
  if (was == before.end() || resolved.operation == Operation::remove) {
    if (was != before.end())
      out = was->second;
    else if (state.exists(ref))
      out = touch_of(ref);
    else
      return fail(Fault::not_found, "registry.no-such",
                  {{"kind", std::string(name_of(ref.kind))}, {"name", std::to_string(ref.id)}});
    out.operation = resolved.operation;
    return out;
  }
  // What changes hands is a matter for whoever stands above both hands.
  out = touch_of(ref);
  const auto both = [&](Id one, Id other) { return one == other ? other : state.common(one, other); };
  out.organisation = both(was->second.organisation, out.organisation);
  out.holder = both(was->second.holder, out.holder);
  if (was->second.network != out.network || was->second.labels != out.labels)
    out.left.push_back({was->second.network, was->second.labels});
  for (const Id organisation : was->second.also)
    if (std::find(out.also.begin(), out.also.end(), organisation) == out.also.end())
      out.also.push_back(organisation);
  out.operation = Operation::modify;
  return out;
}

Result<Touch> Transaction::touch(const Edit& resolved) const {
  auto out = impl_->touch_alone(resolved);
  if (!out || out->object.kind == Kind::device) return out;
  // An edit before this one may have taken labels off the device.
  const auto device = impl_->before.find({Kind::device, out->device});
  if (device != impl_->before.end() && device->second.labels != out->labels)
    out->left.push_back({out->network, device->second.labels});
  return out;
}

} // namespace assent::registry
