# What every scenario shares: an installation of its own in $ASSENT_TMP/w, with two founders who sign.
# Use: . "$(dirname "$0")/../../lib.sh"; world; …   Environment: tests/run-scenarios.
# shellcheck shell=bash
set -euo pipefail

: "${ASSENT_BIN:?run it with tests/run-scenarios}" "${ASSENT_SOURCE:?}" "${ASSENT_TMP:?}" "${ASSENT_PORTS:?}"
w=$ASSENT_TMP/w
export ASSENT_SOCKET=$w/control.sock
export NO_COLOR=1
status_port=$((ASSENT_PORTS + 0))

say() { printf '%s\n' "- $*"; }
fail() {
  printf 'FAILED: %s\n' "$*"
  for log in "$w"/log/*.log; do
    [ -e "$log" ] && { printf '== %s\n' "${log##*/}"; tail -n 25 "$log"; }
  done
  exit 1
}
skip() { printf '%s\n' "$*"; exit 77; }
ctl() { "$ASSENT_BIN/assentctl" "$@"; }

# wait_for SECONDS WHAT COMMAND…: until the command succeeds, else the scenario fails.
# The seconds are for an idle machine; a loaded one gets three times as long.
wait_for() {
  local seconds=$(($1 * 3)) what=$2 deadline
  shift 2
  deadline=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "waited $seconds s in vain: $what"
    sleep 0.1
  done
}

equals() { [ "$1" = "$2" ] || fail "${3:-value}: expected '$2', got '$1'"; }

# launch NAME COMMAND…: in the background; its pid in $w/NAME.pid, its output in $w/log/NAME.log
launch() {
  local name=$1
  shift
  "$@" >>"$w/log/$name.log" 2>&1 </dev/null &
  echo $! >"$w/$name.pid"
}
pid_of() { cat "$w/$1.pid"; }
running() { kill -0 "$(pid_of "$1")" 2>/dev/null; }
gone() { ! running "$1"; }
# halt NAME [SIGNAL]: and waits until it is gone
halt() {
  kill "-${2:-TERM}" "$(pid_of "$1")" 2>/dev/null || true
  wait "$(pid_of "$1")" 2>/dev/null || true
  wait_for 20 "$1 stops" gone "$1"
}

indent() { sed "s/^/$1/; s/^ *\$//" "$2"; }
key_of() { cut -d' ' -f1,2 "$w/keys/$1.pub"; }
make_key() { [ -f "$w/keys/$1" ] || ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$w/keys/$1"; }

scenario_waivers='waivers:
  - {name: scenario, weaknesses: [v2c], reason: simulated devices have nothing better, expires: 2099-01-01}'
# policy: on standard output; STATE and COUNTERS set its intervals, HELD its limit, WAIVERS its waivers (empty: none)
policy() {
  cat <<TXT
name: scenario
clock: {require: none}
intervals: {counters: ${COUNTERS:-2s}, state: ${STATE:-3s}}
limits: {approval: 24h, ticket: 30d, held: ${HELD:-256}}
roles:
  - {name: founder, rights: [request, approve, policy-authority, read]}
  - {name: administrator, rights: [request, read]}
  - {name: approver, rights: [approve, read]}
rules:
  - name: authority
    match: {kinds: [organisation, person, key, role, policy, profile, agent, network]}
    stages: [{name: founders, right: policy-authority, of: root, due: 5d}]
  - name: register
    match: {kinds: [block, prefix, address, device, link, baseline]}
    stages: [{name: city, right: approve, of: root, due: 3d}]
  - name: settings
    match: {permits: true}
    stages: [{name: owner, right: approve, of: owner, due: 3d}]
${WAIVERS-$scenario_waivers}
templates:
  - name: next-address
    match: {kinds: [address], operations: [create], networks: [extranet]}
    unsigned: true
    per-day: 10000000
    expires: 2099-01-01
    max-edits: 1000
TXT
}

configuration() {
  cat <<TXT
database: $w/assent.db
socket: {path: $w/control.sock, mode: "0600"}
agents:
  - {name: snmp-extranet, socket: $w/snmp-extranet.sock}
status: {address: 127.0.0.1, port: $status_port}
${SYSLOG:-}
checkpoint: {key: $w/keys/checkpoint, file: $w/checkpoints}
policies: $ASSENT_SOURCE/policies
messages: $ASSENT_BUILD/share/locale
proposed: [$w/policy.yaml]
TXT
}

founding() {
  cat <<TXT
organisation: {name: 九江市, tier: city}
founders:
  - {handle: zhang.wei, public-key: "$(key_of zhang.wei)", accounts: [$(id -un)], roles: [founder]}
  - {handle: li.na, public-key: "$(key_of li.na)", roles: [founder]}
checkpoint-key: "$(key_of checkpoint)"
created: "2026-11-23T00:00:00Z"
policy: |
$(indent '  ' "$w/policy.yaml")
profiles:
$(for profile in "$ASSENT_SOURCE"/mibs/*.yaml; do printf '  - text: |\n'; indent '      ' "$profile"; done)
TXT
}

# found: keys, founding file, its signatures, the store
found() {
  mkdir -p "$w/keys" "$w/log"
  chmod 700 "$w" "$w/keys"
  local who
  for who in zhang.wei li.na checkpoint; do make_key "$who"; done
  policy >"$w/policy.yaml"
  configuration >"$w/assentd.yaml"
  founding >"$w/founding.yaml"
  for who in zhang.wei li.na; do
    ssh-keygen -q -Y sign -n assent-founding -f "$w/keys/$who" <"$w/founding.yaml" >"$w/founding.yaml.$who.sig"
  done
  "$ASSENT_BIN/assentd" --config "$w/assentd.yaml" --found "$w/founding.yaml" >"$w/installation" || fail "founding"
}

daemon() {
  launch assentd "$ASSENT_BIN/assentd" --config "$w/assentd.yaml"
  wait_for 30 "assentd answers" ctl status
}

# asked ARGUMENTS…: a request of zhang.wei (or WHO=…); prints the ticket's number
asked() {
  local answer who=${WHO:-zhang.wei} status=0
  answer=$(ctl "$@" --reason "${REASON:-测试}" --as "$who" --key "$w/keys/$who" --yes -o json 2>>"$w/log/requests.log") || status=$?
  [ $status = 0 ] || [ $status = 3 ] || { echo "$answer" >>"$w/log/requests.log"; return $status; }
  jq -r .ticket <<<"$answer"
}
# approve TICKET: by li.na (or BY=…)
approve() { ctl ticket approve "$1" --as "${BY:-li.na}" --key "$w/keys/${BY:-li.na}" --yes -o json 2>>"$w/log/requests.log" >/dev/null; }
state_of() { ctl ticket show "$1" -o json | jq -r .state; }
# granted ARGUMENTS…: asked and approved; prints the ticket's number
granted() {
  local number
  number=$(asked "$@") || fail "refused: $*"
  approve "$number" || fail "not approved: $*"
  echo "$number"
}

# world: founded, running, with the network extranet, its block 10.0.0.0/8 and the agent snmp-extranet
world() {
  found
  daemon
  granted network create extranet >/dev/null
  granted agent create snmp-extranet --network extranet >/dev/null
  granted block create 10.0.0.0/8 --network extranet --organisation 九江市 >/dev/null
}

# agent: starts assent-snmp with the community "public" (or COMMUNITY)
agent() {
  (umask 077 && printf '%s\n' "${COMMUNITY:-public}" >"$w/keys/community")
  cat >"$w/snmp-extranet.yaml" <<TXT
name: snmp-extranet
socket: $w/snmp-extranet.sock
credentials:
  - {name: demo, version: v2c, community-file: $w/keys/community}
limits: {timeout: ${TIMEOUT:-1s}, tries: 2}
${TRAPS:-}
TXT
  launch assent-snmp "$ASSENT_BIN/assent-snmp" --config "$w/snmp-extranet.yaml" --policies "$ASSENT_SOURCE/policies"
}

# device NAME ADDRESS PORT [PROFILE]: into the register
device() {
  granted device create "$1" --network extranet --address "$2" --port "$3" --organisation 九江市 \
    --agent snmp-extranet --profile "${4:-standard}" --credential demo --labels access >/dev/null
}
last_reading() { ctl device list -o json | jq -r --arg name "$1" '.[] | select(.name == $name) | ."last-reading" // ""'; }
was_read() { [ -n "$(last_reading "$1")" ]; }
read_after() { [ "$(last_reading "$1")" \> "$2" ]; }
# reading NAME: waits for a reading that begins after now
reading() { wait_for 40 "$1 is read again" read_after "$1" "$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)"; }
# baseline NAME…: taken by ticket from the newest reading
baseline() {
  local name
  for name in "$@"; do wait_for 40 "$name is read" was_read "$name"; done
  granted baseline take "$@" >/dev/null
}

findings() { ctl finding list -o json | jq -r '.[] | .path'; }   # of open findings
finding_on() { findings | grep -qF -- "$1"; }
no_findings() { [ -z "$(findings)" ]; }
alarm_on() { ctl alarm list -o json | jq -r '.[] | .type' | grep -qx -- "$1"; }
no_alarm_on() { ! alarm_on "$1"; }
ready() { [ "$(ctl ticket show "$1" -o json | jq -r '.ready // false')" = true ]; }
is_state() { [ "$(state_of "$1")" = "$2" ]; }
