// Which tickets concern which objects: what they edit and what they made. Out of it the history of an object
// is found without reading the whole journal. Pure; one thread at a time.
#pragma once

#include <vector>

#include "common/ids.hpp"
#include "common/json.hpp"

namespace assent::search {

class Touches {
 public:
  /// A ticket's row as it is now; taking in the same again changes nothing.
  void put(Id ticket, const json::object& body);
  void settle(); ///< after the first filling
  /// The tickets that name the object, by number, each once.
  std::vector<Id> tickets_of(Ref object) const;
  std::size_t bytes() const { return (all_.capacity() + late_.capacity()) * sizeof(Touch); }

 private:
  struct Touch {
    Ref object;
    Id ticket = 0;
    friend auto operator<=>(const Touch&, const Touch&) = default;
  };
  void add(const Touch& touch);

  std::vector<Touch> all_, late_; ///< sorted, `all_` once it is settled
  bool settled_ = false;
};

} // namespace assent::search
