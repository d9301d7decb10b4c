#include "agents/sim/tree.hpp"

#include <algorithm>

namespace assent::sim {
namespace {

bool is_below(const Oid& oid, const Oid& prefix) {
  return oid.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), oid.begin());
}

Template::const_iterator first_from(const Template& base, const Oid& oid) {
  return std::lower_bound(base.begin(), base.end(), oid,
                          [](const Object& object, const Oid& wanted) { return object.oid < wanted; });
}

} // namespace

Object make_object(Oid oid, Value value) {
  Object out;
  out.encoded_oid = encode_oid(oid);
  out.encoded_value = encode(value);
  out.oid = std::move(oid);
  out.value = std::move(value);
  return out;
}

const Object* Tree::find(const Oid& oid) const {
  if (const auto own = own_.find(oid); own != own_.end()) return own->second ? &*own->second : nullptr;
  const auto at = first_from(*base_, oid);
  return at != base_->end() && at->oid == oid ? &*at : nullptr;
}

void Tree::set(const Oid& oid, Value value) {
  own_[oid] = make_object(oid, std::move(value));
}

std::size_t Tree::remove(const Oid& prefix) {
  std::size_t gone = 0;
  for (auto own = own_.lower_bound(prefix); own != own_.end() && is_below(own->first, prefix); ++own) {
    gone += own->second ? 1 : 0;
    own->second.reset();
  }
  for (auto at = first_from(*base_, prefix); at != base_->end() && is_below(at->oid, prefix); ++at)
    gone += own_.try_emplace(at->oid, std::nullopt).second ? 1 : 0;
  return gone;
}

std::size_t Tree::size() const {
  std::size_t out = base_->size();
  for (const auto& [oid, object] : own_) {
    const auto at = first_from(*base_, oid);
    const bool in_base = at != base_->end() && at->oid == oid;
    if (object && !in_base) ++out;
    if (!object && in_base) --out;
  }
  return out;
}

std::vector<Object> Tree::all() const {
  std::vector<Object> out;
  Cursor cursor(*this, {});
  while (const Object* object = cursor.next())
    out.push_back(*object);
  return out;
}

void Tree::replace(std::vector<Object> objects) {
  std::sort(objects.begin(), objects.end(), [](const Object& a, const Object& b) { return a.oid < b.oid; });
  base_ = std::make_shared<const Template>(std::move(objects));
  own_.clear();
}

Tree::Cursor::Cursor(const Tree& tree, const Oid& after)
    : tree_(tree), base_(first_from(*tree.base_, after)), own_(tree.own_.upper_bound(after)) {
  if (base_ != tree_.base_->end() && base_->oid == after) ++base_;
}

const Object* Tree::Cursor::next() {
  while (true) {
    const bool has_base = base_ != tree_.base_->end(), has_own = own_ != tree_.own_.end();
    if (has_own && (!has_base || own_->first <= base_->oid)) {
      if (has_base && own_->first == base_->oid) ++base_;
      const auto& object = (own_++)->second;
      if (object) return &*object;
      continue;
    }
    return has_base ? &*base_++ : nullptr;
  }
}

} // namespace assent::sim
