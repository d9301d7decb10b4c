// The objects of a simulated device: a sorted template that many devices may share, and what is different
// here. Pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/sim/ber.hpp"

namespace assent::sim {

/// One object, ready to be put into a message.
struct Object {
  Oid oid;
  std::string encoded_oid;
  Value value;
  std::string encoded_value;
};
Object make_object(Oid oid, Value value);

/// Sorted by OID, each OID once.
using Template = std::vector<Object>;

class Tree {
 public:
  explicit Tree(std::shared_ptr<const Template> base) : base_(std::move(base)) {}

  const Object* find(const Oid& oid) const;
  void set(const Oid& oid, Value value);
  std::size_t remove(const Oid& prefix); ///< how many objects went: the one itself and all below it
  std::size_t size() const;
  std::vector<Object> all() const;
  void replace(std::vector<Object> objects); ///< in any order, each OID once

  /// Goes forward through the objects after an OID.
  class Cursor {
   public:
    Cursor(const Tree& tree, const Oid& after);
    const Object* next(); ///< nullptr at the end
   private:
    const Tree& tree_;
    Template::const_iterator base_;
    std::map<Oid, std::optional<Object>>::const_iterator own_;
  };

 private:
  std::shared_ptr<const Template> base_;
  std::map<Oid, std::optional<Object>> own_; ///< nothing: the template's object is gone here
};

} // namespace assent::sim
