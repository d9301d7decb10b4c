// An example for each verb of the register that help shows.
#include "agents/ctl/kinds.hpp"

namespace assent::ctl {

std::string example_of(std::string_view noun, std::string_view verb) {
  struct Row {
    std::string_view noun, verb, text;
  };
  static constexpr Row rows[] = {
      {"organisation", "create", "浔阳区 --tier county --parent 九江市 --reason 'new county'"},
      {"organisation", "list", "--tier county"},
      {"person", "create", "li.na --organisation 九江市/浔阳区 --accounts lina --reason 'new administrator'"},
      {"key", "create", "~/.ssh/id_ed25519.pub --person li.na --reason 'first key'"},
      {"key", "revoke", "SHA256:… --reason 'laptop lost'"},
      {"role", "create",
       "--person li.na --role administrator --organisation 九江市/浔阳区 --reason 'new administrator'"},
      {"network", "create", "extranet --separation intranet=logical --reason founding"},
      {"block", "create",
       "10.64.0.0/12 --network extranet --organisation 九江市 --source '省厅 2026-7' --reason 'received'"},
      {"prefix", "list", "--network extranet --organisation 九江市/浔阳区"},
      {"prefix", "create",
       "10.64.8.0/22 --network extranet --organisation 九江市/浔阳区 --reason 'county offices'"},
      {"prefix", "modify", "10.64.8.0/22 --network extranet --status reserved --reason 'kept for the move'"},
      {"address", "list", "--network extranet -o csv"},
      {"device", "create",
       "xunyang-sw1 --network extranet --address 10.64.8.2 --organisation 九江市/浔阳区 --agent "
       "snmp-extranet "
       "--profile huawei-vrp --credential county --labels access --reason 'new switch'"},
      {"link", "create",
       "xunyang-up --network extranet --organisation 九江市/浔阳区 --device xunyang-sw1 --interface GE0/0/1 "
       "--entitlement 100M --enabled true --reason 'access line'"},
  };
  for (const auto& row : rows)
    if (row.noun == noun && row.verb == verb)
      return "assentctl " + std::string(noun) + " " + std::string(verb) + " " + std::string(row.text);
  return {};
}

} // namespace assent::ctl
