# shellcheck shell=bash
# A collector: a real rsyslogd that listens on a stream and writes one JSON object a message.
# collector_conf MODULE INPUT…: its configuration; started with collect, stopped with halt rsyslogd
collector_conf() {
  local module=$1
  shift
  cat >"$w/rsyslog.conf" <<TXT
global(workDirectory="$w/rsyslog" net.enableDNS="off" maxMessageSize="8k")
$module
template(name="fields" type="list" option.jsonf="on") {
$(for pair in pri:pri time:timereported app:app-name msgid:msgid data:structured-data text:msg; do
    printf '  property(outname="%s" name="%s" format="jsonf"%s)\n' "${pair%%:*}" "${pair#*:}" \
      "$([ "${pair%%:*}" = time ] && echo ' dateFormat="rfc3339" date.inUTC="on"')"
  done)
}
$*
TXT
}
collector_listens() { ss -Hltn "sport = :$1" | grep -q .; }
# collect PORT
collect() {
  launch rsyslogd rsyslogd -n -f "$w/rsyslog.conf" -i "$w/rsyslogd.pidfile"
  wait_for 15 "rsyslogd listens at $1" collector_listens "$1"
}
# many N: N events (standard changes), as quickly as the API takes them
many() { python3 "$(dirname "$0")/../many.py" "$ASSENT_SOCKET" "$1" || fail "standard changes"; }
# in_order FILE: every journal entry is in the file, in the journal's order; duplicates only where allowed
in_order() { python3 "$(dirname "$0")/../in_order.py" "$ASSENT_SOCKET" "$@" >"$w/order" 2>&1; }
metric() { curl -sS "http://127.0.0.1:$status_port/metrics" | awk -v name="$1" 'index($0, name) == 1 { print $NF; exit }'; }
metric_is() { [ "$(metric "$1")" = "$2" ]; }
alarm_gone() { ! alarm_on "$1"; }
