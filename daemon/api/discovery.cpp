#include "daemon/api/discovery.hpp"

#include <map>

#include "daemon/api/rows.hpp"

namespace assent::api {
namespace {

constexpr Id standard_port = 161; ///< RFC 3417 3.1: where a device's row names none

/// Names of rows, each read once.
class Names {
 public:
  explicit Names(store::Reader& reader) : reader_(reader) {}

  /// Empty where there is no such row.
  std::string of(Kind kind, Id id) { return known(kind, id).name; }

  /// An organisation with those above it, as people write it.
  std::string path(Id organisation) {
    constexpr int deepest = 64;
    std::string path;
    for (int i = 0; organisation != 0 && i < deepest; ++i) {
      const auto& one = known(Kind::organisation, organisation);
      path = one.name + (path.empty() ? "" : "/") + path;
      organisation = one.parent;
    }
    return path;
  }

 private:
  struct Known {
    std::string name;
    Id parent = 0;
  };
  const Known& known(Kind kind, Id id) {
    const auto [place, fresh] = known_.try_emplace({kind, id});
    if (!fresh || id == 0) return place->second;
    const auto row = reader_.get(kind, id);
    const auto body = row ? parse_json(row->body, 1u << 20, "row") : Result<json::value>(row.error());
    if (body && body->is_object())
      place->second = {text_of(body->get_object(), "name"), number_of(body->get_object(), "parent")};
    return place->second;
  }
  store::Reader& reader_;
  std::map<std::pair<Kind, Id>, Known> known_;
};

json::object group_of(const json::object& device, Id id, Names& names) {
  const std::string address = text_of(device, "address");
  const Id given = number_of(device, "port");
  const std::string port = std::to_string(given == 0 ? standard_port : given);
  std::string labels = ",";
  for (const auto& one : array_of(device, "labels"))
    if (one.is_string()) labels += std::string(one.get_string()) + ",";
  const bool v6 = address.find(':') != std::string::npos;
  return {{"targets", json::array{(v6 ? "[" + address + "]" : address) + ":" + port}},
          {"labels",
           json::object{{"__meta_assent_kind", name_of(Kind::device)},
                        {"__meta_assent_id", std::to_string(id)},
                        {"__meta_assent_name", text_of(device, "name")},
                        {"__meta_assent_network", names.of(Kind::network, number_of(device, "network"))},
                        {"__meta_assent_organisation", names.path(number_of(device, "organisation"))},
                        {"__meta_assent_agent", names.of(Kind::agent, number_of(device, "agent"))},
                        {"__meta_assent_profile", text_of(device, "profile")},
                        {"__meta_assent_address", address},
                        {"__meta_assent_port", port},
                        {"__meta_assent_labels", labels == "," ? "" : labels}}}};
}

} // namespace

Result<std::string> discovered_devices(store::Reader& reader, const Scope& scope) {
  Sight sight(scope, reader);
  Names names(reader);
  constexpr std::size_t at_once = 256;
  std::string out = "[";
  Id after = 0;
  do {
    auto page = reader.list(Kind::device, {}, after, at_once);
    if (!page) return std::move(page).error();
    for (const auto& row : page->rows) {
      if (!sight.reads(Kind::device, row.id, row.body)) continue;
      // What a monitor may not see of a device is in no label.
      auto device = parse_json(row_text(View::monitor, Kind::device, row), 1u << 20, "row");
      if (!device) return std::move(device).error();
      if (out.size() > 1) out += ',';
      out += json::serialize(group_of(device->as_object(), row.id, names));
    }
    after = page->next;
  } while (after != 0);
  return out + "]";
}

} // namespace assent::api
