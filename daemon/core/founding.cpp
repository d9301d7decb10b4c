#include "daemon/core/founding.hpp"

#include <set>

#include "common/hash.hpp"
#include "daemon/core/state.hpp"
#include "daemon/trust/ssh_signature.hpp"

namespace assent::core {
namespace {

struct Founder {
  std::string handle;
  trust::PublicKey key;
  json::array accounts, roles;
};

Result<std::vector<Founder>> founders_of(const json::object& content) {
  std::vector<Founder> founders;
  std::set<std::string> keys, handles;
  for (const auto& given : array_of(content, "founders")) {
    const auto& object = given.as_object();
    Founder founder;
    founder.handle = text_of(object, "handle");
    auto key = trust::parse_public_key(text_of(object, "public-key"));
    if (!key) return key.error();
    founder.key = std::move(*key);
    founder.accounts = array_of(object, "accounts");
    founder.roles = array_of(object, "roles");
    if (!keys.insert(founder.key.fingerprint).second)
      return fail(Fault::refused, "core.founders-share-a-key", {{"person", founder.handle}});
    if (!handles.insert(founder.handle).second)
      return fail(Fault::refused, "core.founder-twice", {{"person", founder.handle}});
    founders.push_back(std::move(founder));
  }
  if (founders.size() < 2) return fail(Fault::refused, "core.too-few-founders");
  return founders;
}

Status all_signed(const Founding& founding, const std::vector<Founder>& founders) {
  for (const auto& founder : founders) {
    const auto signature = founding.signatures.find(founder.handle);
    if (signature == founding.signatures.end())
      return fail(Fault::refused, "core.founder-has-not-signed", {{"person", founder.handle}});
    auto valid = trust::verify(founder.key, trust::ns_founding, founding.text, signature->second);
    if (!valid) {
      Error error = fail(Fault::refused, "core.founder-signature-wrong", {{"person", founder.handle}});
      error.evidence.push_back(valid.error().what);
      return error;
    }
  }
  return Done{};
}

void add_people(std::vector<journal::Row>& rows, const std::vector<Founder>& founders) {
  Id person = 0, role = 0;
  for (const auto& founder : founders) {
    ++person;
    rows.push_back({Kind::person,
                    person,
                    1,
                    false,
                    {{"handle", founder.handle},
                     {"organisation", 1},
                     {"accounts", founder.accounts},
                     {"state", "active"}}});
    rows.push_back({Kind::key,
                    person,
                    1,
                    false,
                    {{"person", person},
                     {"public-key", founder.key.text},
                     {"fingerprint", founder.key.fingerprint},
                     {"state", "active"}}});
    for (const auto& name : founder.roles)
      rows.push_back(
          {Kind::role, ++role, 1, false, {{"person", person}, {"role", name}, {"organisation", 1}}});
  }
}

Status add_profiles(std::vector<journal::Row>& rows, const json::object& content, model::Model& model) {
  Id id = 0;
  for (const auto& given : array_of(content, "profiles")) {
    const std::string text = text_of(given.as_object(), "text");
    auto profile = model.bind_yaml(text, "profile " + std::to_string(id + 1), "assent-policy:profile");
    if (!profile) return profile.error();
    rows.push_back({Kind::profile,
                    ++id,
                    1,
                    false,
                    {{"name", text_of(*profile, "name")},
                     {"revision", number_of(*profile, "revision")},
                     {"sha256", sha256_hex(text)},
                     {"text", text}}});
  }
  return Done{};
}

/// The founding must leave a register that loads, and a policy under which founders can act.
Status check_rows(const std::vector<journal::Row>& rows, const tickets::Policy& policy) {
  registry::Registry registry;
  for (const auto& row : rows)
    if (auto loaded = registry.load(row.kind, row.id, row.version, row.body); !loaded) return loaded.error();
  if (auto loaded = registry.loaded(); !loaded) return loaded.error();
  if (policy.people_who_may(registry, "policy-authority", 1).size() < 2)
    return fail(Fault::refused, "core.nobody-can-change-policy");
  return Done{};
}

} // namespace

Result<std::string> found(const Founding& founding, model::Model& model, const store::Options& options,
                          Instant now) {
  auto content = model.bind_yaml(founding.text, founding.file_name, "assent-policy:founding");
  if (!content) return content.error();
  auto founders = founders_of(*content);
  if (!founders) return founders.error();
  if (auto done = all_signed(founding, *founders); !done) return done.error();

  std::vector<journal::Row> rows;
  const auto& organisation = object_of(*content, "organisation");
  rows.push_back({Kind::organisation,
                  1,
                  1,
                  false,
                  {{"name", text_of(organisation, "name")}, {"tier", text_of(organisation, "tier")}}});
  add_people(rows, *founders);
  if (auto done = add_profiles(rows, *content, model); !done) return done.error();
  const std::string text = text_of(*content, "policy");
  auto policy = policy_of(model, {{"text", text}, {"name", founding.file_name + " (policy)"}}, 1);
  if (!policy) return policy.error();
  rows.push_back(
      {Kind::policy, 1, 1, false, {{"name", policy->name()}, {"sha256", sha256_hex(text)}, {"text", text}}});
  if (auto done = check_rows(rows, *policy); !done) return done.error();

  journal::Draft entry;
  entry.event = "founding";
  entry.time = now;
  json::array signatures;
  for (const auto& founder : *founders)
    signatures.push_back({{"handle", founder.handle}, {"signature", founding.signatures.at(founder.handle)}});
  entry.detail = {{"file", founding.text},
                  {"signatures", std::move(signatures)},
                  {"checkpoint-key", text_of(*content, "checkpoint-key")}};
  entry.rows = std::move(rows);
  const std::string installation = sha256_hex(founding.text);
  if (auto created = store::Store::create(options, installation, entry); !created) return created.error();
  return installation;
}

} // namespace assent::core
