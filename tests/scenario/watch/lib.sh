# What the watch's scenarios share: a network of their own with a device that is a real snmpd, and what to ask of it.
# Use, as the scenario's first act: . "$(dirname "$0")/../lib.sh"; own_network "$@"
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# own_network "$@": the scenario goes on in a network namespace of its own, which ends with its processes.
own_network() {
  if [ "${ASSENT_OWN_NETWORK:-}" != "$ASSENT_TMP" ]; then
    local as=()
    [ "$(id -u)" = 0 ] || as=(-U -r)
    unshare "${as[@]}" -n true || skip "this kernel makes no network namespaces"
    export ASSENT_OWN_NETWORK=$ASSENT_TMP
    exec unshare "${as[@]}" -n "$0" "$@"
  fi
  mkdir -p "$w/log"
  ip link set lo up
}

router=198.18.0.2 # the device's address; this side has .1
export MIBS=      # numbers will do for Net-SNMP's tools

# router_up: a namespace joined to this one by a veth pair, with two more interfaces, eth1 (eth1p is its far end)
# and eth2, and a real snmpd, on port 161.
router_up() {
  launch router unshare -n sleep 100000
  wait_for 10 "the router's namespace" other_network
  ip link add router type veth peer name up0 netns "$(pid_of router)"
  ip address add 198.18.0.1/30 dev router
  ip link set router up
  on_router ip link set lo up
  on_router ip address add "$router/30" dev up0
  on_router ip link set up0 up
  on_router ip link add eth1 type veth peer name eth1p
  on_router ip link add eth2 type veth peer name eth2p
  on_router ip address add 10.9.1.1/24 dev eth1
  local name
  for name in eth1 eth1p eth2 eth2p; do on_router ip link set "$name" up; done
  cat >"$w/snmpd.conf" <<'TXT'
rwcommunity public
sysName router
sysLocation 九江
interface_fadeout 0
TXT
  mkdir -p "$w/snmpd"
  snmpd_up
}
on_router() { nsenter -t "$(pid_of router)" -n "$@"; }
other_network() { [ "$(readlink "/proc/$(pid_of router)/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
answers() { snmpget -v2c -c public -t 1 -r 0 "$router" 1.3.6.1.2.1.1.3.0; }

# snmpd_up: it keeps tables for 1 s only (3 s and 30 s are its own choice; within them it shows what was)
snmpd_up() {
  SNMP_PERSISTENT_DIR=$w/snmpd launch snmpd nsenter -t "$(pid_of router)" -n \
    snmpd -f -Lo -C -c "$w/snmpd.conf" -p "$w/snmpd.own.pid" "udp:$router:161"
  wait_for 10 "snmpd answers" answers
  local cached=1.3.6.1.4.1.8072.1.5.3.1.2 # nsCacheTimeout
  snmpset -v2c -c public "$router" "$cached.1.3.6.1.2.1.2.2" i 1 "$cached.1.3.6.1.2.1.4.34" i 1 >"$w/log/snmpset.log"
}
describe() { # INTERFACE TEXT: ifAlias
  local index
  index=$(on_router cat "/proc/net/dev_snmp6/$1" | awk '$1 == "ifIndex" {print $2}')
  snmpset -v2c -c public "$router" "1.3.6.1.2.1.31.1.1.1.18.$index" s "$2" >"$w/log/snmpset.log"
}

# finding PATH: the open finding on exactly this path, as JSON
finding() { ctl finding list -o json | jq -e --arg path "$1" '.[] | select(.path == $path)'; }
no_finding_on() { ! finding_on "$1"; }
number_of() { finding "$1" | jq -r .id; }
# events NAME: the journal's entries of this name
events() { ctl journal list -o json --stream decisions --limit 1000 | jq --arg name "$1" '[.[].body | select(.event == $name)]'; }
now() { date -u +%Y-%m-%dT%H:%M:%S.%6NZ; }
# permitted DEVICE PATH [ARGUMENTS…]: a ticket with a permit, approved, its window open and the device read in it;
# prints its number
permitted() {
  local device=$1 path=$2 ticket
  shift 2
  ticket=$(granted ticket new --device "$device" --path "$path" --closes 1h "$@")
  wait_for 30 "ticket $ticket is ready" ready "$ticket"
  echo "$ticket"
}
finish() { # TICKET: its requester says so, and it closes
  ctl ticket finish "$1" --as zhang.wei --key "$w/keys/zhang.wei" --yes >>"$w/log/requests.log" 2>&1 || fail "ticket $1 is not finished"
  wait_for 30 "ticket $1 closes" is_state "$1" closed
}
