#include "daemon/api/service.hpp"

namespace assent::api {

bool Accounts::belongs_to_one(const std::string& account, std::uint64_t authority, Clock& clock,
                              store::Store& store) {
  const auto now = clock.monotonic();
  if (!known_ || authority != authority_ || now - read_ > std::chrono::seconds(5)) {
    people_.clear();
    known_ = false;
    auto reader = store.read();
    if (!reader) return false;
    const auto each = (*reader)->each(Kind::person, [&](store::StoredRow&& row) {
      auto body = parse_json(row.body, 1u << 20, "row");
      ASSENT_CHECK(body.ok() && body->is_object());
      if (text_of(body->get_object(), "state", "active") != "active") return;
      for (const auto& name : array_of(body->get_object(), "accounts"))
        if (name.is_string()) ++people_[std::string(name.get_string())];
    });
    if (!each) return false;
    known_ = true;
    authority_ = authority;
    read_ = now;
  }
  const auto found = people_.find(account);
  return found != people_.end() && found->second == 1;
}

} // namespace assent::api
