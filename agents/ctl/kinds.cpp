// One table: its length is that of the register, and cutting it would only hide rows.
#include "agents/ctl/kinds.hpp"

#include <algorithm>
#include <utility>

namespace assent::ctl {

namespace {
using T = FieldType;
constexpr auto wide = Field::Shown::wide;
constexpr auto never = Field::Shown::never;
constexpr auto always = Field::Shown::always;
} // namespace

namespace {

std::vector<KindRow> table() {
  return {
      {"organisation",
       "name",
       true,
       {{"name"},
        {"tier", T::text, "nation|province|city|county|township|bureau"},
        {"parent", T::reference, "organisation"}}},
      {"person",
       "handle",
       true,
       {{"handle"},
        {"organisation", T::reference, "organisation"},
        {"accounts", T::words},
        {"state", T::text, "active|left"}}},
      {"key",
       "fingerprint",
       true,
       {{"fingerprint", T::text, "", always, false},
        {"person", T::reference, "person"},
        {"public-key", T::file, "", wide},
        {"state", T::text, "active|revoked"}}},
      {"role",
       "",
       true,
       {{"person", T::reference, "person"}, {"role"}, {"organisation", T::reference, "organisation"}}},
      {"network", "name", true, {{"name"}, {"separation", T::pairs}, {"description"}}},
      {"block",
       "prefix",
       true,
       {{"prefix"},
        {"network", T::reference, "network"},
        {"organisation", T::reference, "organisation"},
        {"source"},
        {"description", T::text, "", wide}}},
      {"prefix",
       "prefix",
       true,
       {{"prefix"},
        {"network", T::reference, "network"},
        {"organisation", T::reference, "organisation"},
        {"status", T::text, "container|active|reserved|deprecated"},
        {"description"}}},
      {"address",
       "address",
       true,
       {{"address"},
        {"network", T::reference, "network"},
        {"organisation", T::reference, "organisation"},
        {"name"},
        {"device", T::reference, "device"},
        {"interface"},
        {"description", T::text, "", wide},
        {"mac", T::mac, "", wide},
        {"role", T::text, "loopback|secondary|anycast|vip|vrrp|hsrp|glbp|carp", wide}}},
      {"agent", "name", true, {{"name"}, {"network", T::reference, "network"}}},
      {"profile",
       "name",
       true,
       {{"name"},
        {"revision", T::number},
        {"sha256", T::text, "", wide, false},
        {"text", T::file, "", never}}},
      {"device",
       "name",
       true,
       {{"name"},
        {"network", T::reference, "network"},
        {"address"},
        {"port", T::number, "", wide},
        {"organisation", T::reference, "organisation"},
        {"agent", T::reference, "agent"},
        {"profile"},
        {"credential", T::text, "", wide},
        {"labels", T::words}}},
      {"link",
       "name",
       true,
       {{"name"},
        {"network", T::reference, "network"},
        {"organisation", T::reference, "organisation"},
        {"device", T::reference, "device"},
        {"interface"},
        {"entitlement", T::rate},
        {"entitlement-up", T::rate, "", wide},
        {"entitlement-down", T::rate, "", wide},
        {"enabled", T::flag},
        {"uplink", T::reference, "link"},
        {"towards", T::text, "organisation|network", wide},
        {"capacity", T::rate, "", wide},
        {"service", T::text, "", wide},
        {"raised", T::rate, "", wide},
        {"raised-from", T::time, "", wide},
        {"raised-until", T::time, "", wide}}},
      {"policy", "name", false, {{"name"}, {"sha256"}, {"text", T::file, "", never}}},
      {"baseline",
       "device",
       false,
       {{"device", T::reference, "device"},
        {"profile"},
        {"revision", T::number},
        {"fingerprint"},
        {"ticket", T::number}}},
      {"ticket",
       "",
       false,
       {{"state", T::text, "submitted|approved|open|verifying|closed|rejected|withdrawn|expired|revoked"},
        {"kind", T::text, "normal|standard"},
        {"requester", T::reference, "person"},
        {"reason"},
        {"outcome"},
        {"submitted", T::time},
        {"closed", T::time, "", wide}}},
      {"finding",
       "",
       false,
       {{"state", T::text, "open|cleared|accepted"},
        {"device", T::reference, "device"},
        {"kind", T::text, "deviation|watch-blinded", wide},
        {"path"},
        {"before"},
        {"after"},
        {"verdict", T::text, "not-covered|undecidable"},
        {"opened", T::time}}},
  };
}

/// The columns by which the store can filter.
constexpr std::pair<std::string_view, std::string_view> indexed[] = {
    {"organisation", "name"},    {"organisation", "parent"},
    {"person", "handle"},        {"person", "organisation"},
    {"key", "person"},           {"key", "fingerprint"},
    {"role", "person"},          {"role", "organisation"},
    {"network", "name"},         {"block", "network"},
    {"block", "prefix"},         {"block", "organisation"},
    {"prefix", "network"},       {"prefix", "prefix"},
    {"prefix", "organisation"},  {"address", "network"},
    {"address", "address"},      {"address", "organisation"},
    {"address", "device"},       {"agent", "name"},
    {"agent", "network"},        {"profile", "name"},
    {"device", "name"},          {"device", "network"},
    {"device", "address"},       {"device", "organisation"},
    {"link", "network"},         {"link", "name"},
    {"link", "organisation"},    {"link", "device"},
    {"baseline", "fingerprint"}, {"ticket", "state"},
    {"ticket", "requester"},     {"finding", "device"},
    {"finding", "state"},
};

} // namespace

const std::vector<KindRow>& kinds() {
  static const std::vector<KindRow> all = [] {
    auto made = table();
    for (auto& kind : made)
      for (auto& field : kind.fields)
        field.indexed = std::find(std::begin(indexed), std::end(indexed), std::pair(kind.name, field.name)) !=
                        std::end(indexed);
    return made;
  }();
  return all;
}

const KindRow* kind_row(std::string_view name) {
  const auto& all = kinds();
  const auto hit = std::find_if(all.begin(), all.end(), [&](const KindRow& row) { return row.name == name; });
  return hit == all.end() ? nullptr : &*hit;
}

const Field* field_of(const KindRow& kind, std::string_view field) {
  const auto hit = std::find_if(kind.fields.begin(), kind.fields.end(),
                                [&](const Field& one) { return one.name == field; });
  return hit == kind.fields.end() ? nullptr : &*hit;
}

} // namespace assent::ctl
