// The register's rows as typed values. Each lists its members once, in visit(): reading JSON, printing JSON,
// finding references and resolving names all follow that list. Members and kinds: docs/architecture.md,
// "Objects".
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/ids.hpp"
#include "daemon/registry/compact.hpp"
#include "daemon/registry/net.hpp"

namespace assent::registry::record {

/// What a text may hold; bounds are in characters.
enum class Form : std::uint8_t {
  name,     ///< 1..128, printable, no `/`, not only digits, not starting with `$`, no blank at its ends
  handle,   ///< [a-z][a-z0-9._-]{1,31}
  word,     ///< 1..80, printable, no spaces
  line,     ///< up to 1,000, printable
  key,      ///< up to 16 KiB, one line
  document, ///< up to 4 MiB; tabs and line ends allowed
  mac,      ///< `aa:bb:cc:dd:ee:ff`, small letters
};

inline constexpr std::array<std::string_view, 6> tiers = {"nation", "province", "city",
                                                          "county", "township", "bureau"};
inline constexpr std::array<std::string_view, 2> person_states = {"active", "left"};
inline constexpr std::array<std::string_view, 2> key_states = {"active", "revoked"};
inline constexpr std::array<std::string_view, 4> prefix_states = {"container", "active", "reserved",
                                                                  "deprecated"};
/// The first stands for none.
inline constexpr std::array<std::string_view, 9> address_roles = {
    "", "loopback", "secondary", "anycast", "vip", "vrrp", "hsrp", "glbp", "carp"};
inline constexpr std::array<std::string_view, 2> separations = {"physical", "logical"};
inline constexpr std::uint8_t prefix_active = 1, prefix_reserved = 2, prefix_deprecated = 3;
inline constexpr std::uint8_t physical = 0;
inline constexpr std::uint64_t highest_rate = 1'000'000'000'000'000U; ///< bit/s

inline constexpr bool required = true, optional = false;

struct Organisation {
  static constexpr Kind kind = Kind::organisation;
  std::uint64_t version = 0;
  std::string name;
  std::uint8_t tier = 0;
  Id parent = 0;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.text("name", r.name, Form::name, required);
    v.choice("tier", r.tier, tiers, required);
    v.ref("parent", r.parent, Kind::organisation, optional);
  }
};

struct Person {
  static constexpr Kind kind = Kind::person;
  std::uint64_t version = 0;
  std::string handle;
  Id organisation = 0;
  std::vector<std::string> accounts;
  std::uint8_t state = 0;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.text("handle", r.handle, Form::handle, required);
    v.ref("organisation", r.organisation, Kind::organisation, required);
    v.texts("accounts", r.accounts, Form::word);
    v.choice("state", r.state, person_states, optional);
  }
};

struct Key {
  static constexpr Kind kind = Kind::key;
  std::uint64_t version = 0;
  Id person = 0;
  std::string text, fingerprint;
  std::uint8_t state = 0;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.ref("person", r.person, Kind::person, required);
    v.text("public-key", r.text, Form::key, required);
    v.text("fingerprint", r.fingerprint, Form::word, required);
    v.choice("state", r.state, key_states, optional);
  }
};

struct Role {
  static constexpr Kind kind = Kind::role;
  std::uint64_t version = 0;
  Id person = 0;
  std::string role;
  Id organisation = 0;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.ref("person", r.person, Kind::person, required);
    v.text("role", r.role, Form::word, required);
    v.ref("organisation", r.organisation, Kind::organisation, required);
  }
};

struct Separation {
  Id network = 0;
  std::uint8_t kind = 0;
};

struct Network {
  static constexpr Kind kind = Kind::network;
  std::uint64_t version = 0;
  std::string name;
  std::vector<Separation> separation;
  std::string description;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.text("name", r.name, Form::name, required);
    v.separation("separation", r.separation);
    v.text("description", r.description, Form::line, optional);
  }
};

struct Block {
  static constexpr Kind kind = Kind::block;
  std::uint64_t version = 0;
  Id network = 0;
  Prefix prefix;
  Id organisation = 0;
  std::string source, description;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.ref("network", r.network, Kind::network, required);
    v.prefix("prefix", r.prefix);
    v.ref("organisation", r.organisation, Kind::organisation, required);
    v.text("source", r.source, Form::line, optional);
    v.text("description", r.description, Form::line, optional);
  }
};

struct Prefixed {
  static constexpr Kind kind = Kind::prefix;
  std::uint64_t version = 0;
  Id network = 0;
  Prefix prefix;
  Id organisation = 0;
  std::uint8_t status = prefix_active;
  Text description;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.ref("network", r.network, Kind::network, required);
    v.prefix("prefix", r.prefix);
    v.ref("organisation", r.organisation, Kind::organisation, required);
    v.choice("status", r.status, prefix_states, optional);
    v.text("description", r.description, Form::line, optional);
  }
};

struct Addressed {
  static constexpr Kind kind = Kind::address;
  std::uint64_t version = 0;
  Id network = 0;
  Address address;
  Id organisation = 0;
  Id device = 0;
  Text name, interface, description, mac;
  std::uint8_t role = 0;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.ref("network", r.network, Kind::network, required);
    v.address("address", r.address);
    v.ref("organisation", r.organisation, Kind::organisation, required);
    v.text("name", r.name, Form::name, optional);
    v.ref("device", r.device, Kind::device, optional);
    v.text("interface", r.interface, Form::line, optional);
    v.text("description", r.description, Form::line, optional);
    v.text("mac", r.mac, Form::mac, optional);
    v.choice("role", r.role, address_roles, optional);
  }
};

struct Agent {
  static constexpr Kind kind = Kind::agent;
  std::uint64_t version = 0;
  std::string name;
  Id network = 0;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.text("name", r.name, Form::name, required);
    v.ref("network", r.network, Kind::network, required);
  }
};

struct Profile {
  static constexpr Kind kind = Kind::profile;
  std::uint64_t version = 0;
  std::string name;
  std::uint64_t revision = 0;
  std::string sha256, text;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.text("name", r.name, Form::name, required);
    v.number("revision", r.revision, 1, 4294967295U, required);
    v.text("sha256", r.sha256, Form::word, required);
    v.text("text", r.text, Form::document, required);
  }
};

struct Device {
  static constexpr Kind kind = Kind::device;
  std::uint64_t version = 0;
  std::string name;
  Id network = 0;
  Address address;
  std::uint64_t port = 161;
  Id organisation = 0;
  Id agent = 0;
  std::string profile, credential;
  std::vector<std::string> labels;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.text("name", r.name, Form::name, required);
    v.ref("network", r.network, Kind::network, required);
    v.address("address", r.address);
    v.number("port", r.port, 1, 65535, optional);
    v.ref("organisation", r.organisation, Kind::organisation, required);
    v.ref("agent", r.agent, Kind::agent, optional);
    v.named("profile", r.profile, Kind::profile, optional);
    v.text("credential", r.credential, Form::name, optional);
    v.texts("labels", r.labels, Form::name);
  }
};

struct Link {
  static constexpr Kind kind = Kind::link;
  std::uint64_t version = 0;
  std::string name;
  Id network = 0;
  Id organisation = 0;
  Id device = 0;
  std::string interface;
  std::uint64_t entitlement = 0;                          ///< bit/s, either direction; 0: none
  std::uint64_t entitlement_up = 0, entitlement_down = 0; ///< in place of `entitlement` in one direction
  bool enabled = false;
  Id uplink = 0;              ///< the shared link that carries its traffic on
  std::string towards;        ///< to whom the interface leads: `organisation` (so too where empty), `network`
  std::uint64_t capacity = 0; ///< bit/s, where it carries less than its interface's speed
  std::string service;        ///< the class of service that it is for: `video`
  std::uint64_t raised = 0;   ///< entitlement in both directions from … until …
  std::string raised_from, raised_until; ///< canonical times; all three or none
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.text("name", r.name, Form::name, required);
    v.ref("network", r.network, Kind::network, required);
    v.ref("organisation", r.organisation, Kind::organisation, required);
    v.ref("device", r.device, Kind::device, optional);
    v.text("interface", r.interface, Form::line, optional);
    v.number("entitlement", r.entitlement, 0, highest_rate, optional);
    v.number("entitlement-up", r.entitlement_up, 0, highest_rate, optional);
    v.number("entitlement-down", r.entitlement_down, 0, highest_rate, optional);
    v.flag("enabled", r.enabled);
    v.ref("uplink", r.uplink, Kind::link, optional);
    v.text("towards", r.towards, Form::word, optional);
    v.number("capacity", r.capacity, 0, highest_rate, optional);
    v.text("service", r.service, Form::word, optional);
    v.number("raised", r.raised, 0, highest_rate, optional);
    v.text("raised-from", r.raised_from, Form::word, optional);
    v.text("raised-until", r.raised_until, Form::word, optional);
  }
};

struct Policy {
  static constexpr Kind kind = Kind::policy;
  std::uint64_t version = 0;
  std::string name, sha256, text;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.text("name", r.name, Form::name, required);
    v.text("sha256", r.sha256, Form::word, required);
    v.text("text", r.text, Form::document, required);
  }
};

struct Baseline {
  static constexpr Kind kind = Kind::baseline;
  std::uint64_t version = 0;
  Id device = 0;
  std::string profile;
  std::uint64_t revision = 0;
  std::string fingerprint;
  std::uint64_t ticket = 0;
  template <class Self, class V>
  static void visit(Self& r, V&& v) {
    v.ref("device", r.device, Kind::device, required);
    v.named("profile", r.profile, Kind::profile, optional);
    v.number("revision", r.revision, 0, 4294967295U, optional);
    v.text("fingerprint", r.fingerprint, Form::line, optional);
    v.number("ticket", r.ticket, 0, 9007199254740991U, optional);
  }
};

/// Calls `then(std::type_identity<Row>{})` for the row type of a kind; false for kinds that no edit makes.
template <class Then>
bool with_kind(Kind kind, Then&& then) {
  switch (kind) {
  case Kind::organisation:
    then(std::type_identity<Organisation>{});
    return true;
  case Kind::person:
    then(std::type_identity<Person>{});
    return true;
  case Kind::key:
    then(std::type_identity<Key>{});
    return true;
  case Kind::role:
    then(std::type_identity<Role>{});
    return true;
  case Kind::network:
    then(std::type_identity<Network>{});
    return true;
  case Kind::block:
    then(std::type_identity<Block>{});
    return true;
  case Kind::prefix:
    then(std::type_identity<Prefixed>{});
    return true;
  case Kind::address:
    then(std::type_identity<Addressed>{});
    return true;
  case Kind::agent:
    then(std::type_identity<Agent>{});
    return true;
  case Kind::profile:
    then(std::type_identity<Profile>{});
    return true;
  case Kind::device:
    then(std::type_identity<Device>{});
    return true;
  case Kind::link:
    then(std::type_identity<Link>{});
    return true;
  case Kind::policy:
    then(std::type_identity<Policy>{});
    return true;
  case Kind::baseline:
    then(std::type_identity<Baseline>{});
    return true;
  case Kind::ticket:
  case Kind::act:
  case Kind::finding:
    return false;
  }
  return false;
}

} // namespace assent::registry::record
