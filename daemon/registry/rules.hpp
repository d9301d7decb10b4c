// The rules of the register (docs/architecture.md, "Rules of the register"): may this row be, may this object
// go?
#pragma once

#include "daemon/registry/state.hpp"

namespace assent::registry {

/// Collects what shows a refusal: the first five, and how many more there are.
class Evidence {
 public:
  void add(Message message) {
    if (++count_ <= shown) list_.push_back(std::move(message));
  }
  void object(const State& state, Ref ref) {
    if (count_ < shown) {
      add({"registry.evidence-object", {{"object", state.label(ref)}}});
    } else {
      ++count_; // not named, so no name is made
    }
  }
  void add_unseen(std::size_t count) { count_ += count; }
  std::size_t count() const { return count_; }
  bool full() const { return list_.size() == shown; }
  bool any() const { return count_ != 0; }
  /// The error with this evidence.
  Error with(Error error) && {
    error.evidence = std::move(list_);
    if (count_ > shown)
      error.evidence.push_back({"registry.evidence-more", {{"count", std::to_string(count_ - shown)}}});
    return error;
  }
  static constexpr std::size_t shown = 5;

 private:
  std::vector<Message> list_;
  std::size_t count_ = 0;
};

/// May the row be put under this number, in place of `old` where there is one? `ticket` may use what it
/// holds.
template <class Row>
Status allowed(State& state, Id id, const Row& next, const Row* old);

/// May the object go?
Status removable(State& state, Ref ref);

// For allowed() of each kind.
Status allowed_block(State& state, Id id, const record::Block& next, const record::Block* old);
Status allowed_prefix(State& state, Id id, const record::Prefixed& next, const record::Prefixed* old);
Status allowed_address(State& state, Id id, const record::Addressed& next, const record::Addressed* old);
/// Its uplink, its direction and its raised entitlement; the name is looked at elsewhere.
Status allowed_link(State& state, Id id, const record::Link& next);
/// The refusal of space that lies in no block of its network.
Error outside_blocks(State& state, Id network, const Prefix& space, std::string text);
Status removable_space(State& state, Ref ref);
/// May the prefix go, with what lies in it falling to what lies around it?
Status dissolvable(State& state, Id id);
/// Has the prefix or address, as it is now, the holder that its place asks for, and what lies in it too?
Status holder_fits(State& state, Ref ref);
/// After an organisation's move: does everything still lie with a holder or below it? Called with the tree
/// changed.
Status holders_fit(State& state, Id moved);

} // namespace assent::registry
