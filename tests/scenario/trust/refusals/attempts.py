"""What somebody would try, over the bare doors: each attempt must be refused with its reason, and afterwards the journal
must tell of exactly these refusals, in this order. Usage: attempts.py signatures|doors"""

import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone

WORLD = os.environ["ASSENT_TMP"] + "/w"
PERSON, AGENT, STATUS = f"{WORLD}/control.sock", f"{WORLD}/snmp-extranet.sock", ""
PORT = int(os.environ["ASSENT_PORTS"])
ANOTHER = os.environ["ANOTHER"]
expected = []


def ask(method, path, body=None, door=PERSON, account=None):
    """(status, object) by curl, as another account where one is named."""
    words = ["curl", "-sS", "-X", method, "-w", "\n%{http_code}"]
    if account and os.getuid() == 0:
        words = ["setpriv", f"--reuid={account}", "--clear-groups"] + words
    words += ["--unix-socket", door, f"http://localhost{path}"] if door else [f"http://127.0.0.1:{PORT}{path}"]
    if body is not None:
        words += ["-H", "Content-Type: application/json", "--data-binary", "@-"]
    done = subprocess.run(words, input=json.dumps(body) if body is not None else "", capture_output=True, text=True)
    text, _, status = done.stdout.rpartition("\n")
    if done.returncode != 0:
        sys.exit(f"{method} {path}: {done.stderr}")
    return int(status), json.loads(text)


def operate(name, door=PERSON, account=None, **value):
    return ask("POST", f"/restconf/operations/{name}", {name.split(":")[0] + ":input": value}, door, account)


def output(answer):
    status, value = answer
    if status != 200:
        sys.exit(f"expected to be let through: {value}")
    return next(iter(value.values()))


def refused(what, reason, answer):
    status, value = answer
    error = value.get("ietf-restconf:errors", {}).get("error", [{}])[0]
    found = error.get("error-info", {}).get("id", f"{status} {value}")
    if status < 400 or found != reason:
        sys.exit(f"{what}: expected {reason}, got {found}")
    expected.append(reason)
    print(f"- {what}: {error['error-message']}", flush=True)


def journal(stream):
    entries, start = [], 0
    while True:
        _, page = ask("GET", f"/restconf/data/assent-status:journal?stream={stream}&limit=1000&from={start}")
        entries += page["assent-status:journal"]
        if "next" not in page:
            return entries
        start = page["next"]


def refusals():
    return [e["body"]["detail"] for e in journal("records") if e["body"]["event"] == "refused"]


def sign(key, page, space="assent-approval"):
    return subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", space, "-f", f"{WORLD}/keys/{key}"], input=page,
                          capture_output=True, text=True, check=True).stdout


def fingerprint(key):
    return subprocess.run(["ssh-keygen", "-lf", f"{WORLD}/keys/{key}.pub"], capture_output=True, text=True,
                          check=True).stdout.split()[1]


def draft(who, edits, account=None):
    return output(operate("assent-ticket:prepare", account=account, requester=who, reason="测试", edits=edits))["page"]


def act(page, signature, account=None):
    return operate("assent-ticket:act", account=account, page=page, signature=signature)


def page_of(ticket, who, stage="", word="approve"):
    more = {"stage": stage} if stage else {}
    return output(operate("assent-ticket:page", ticket=ticket, word=word, person=who, **more))["page"]


def altered(page, line, value):
    """The page with another value on the line that begins so."""
    changed = re.sub(rf"(?m)^{re.escape(line)}: .*$", lambda _: f"{line}: {value}", page)
    if changed == page:
        sys.exit(f"nothing altered: {line}")
    return changed


def address(text, organisation="浔阳区"):
    return [{"operation": "create", "kind": "address",
             "value": {"network": "extranet", "address": text, "organisation": organisation}}]


def submitted(who, edits, account=None, key=None):
    page = draft(who, edits, account)
    return output(act(page, sign(key or who, page, "assent-request"), account))["ticket"]


def time(ahead):
    return (datetime.now(timezone.utc) + ahead).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def signatures():
    people = {p["handle"]: p["id"] for p in ask("GET", "/restconf/data/assent-registry:person")[1]["assent-registry:person"]}

    def claimed_by(page, who, key=None):
        return altered(altered(page, "person", f"{who} ({people[who]})"), "key", fingerprint(key or who))

    block = [{"operation": "create", "kind": "block",
              "value": {"network": "extranet", "prefix": "172.16.0.0/16", "organisation": "九江市", "source": "省"}}]
    own = submitted("zhang.wei", block)
    page = claimed_by(page_of(own, "li.na"), "zhang.wei")
    refused("the requester approves himself", "ticket.self-approval", act(page, sign("zhang.wei", page)))

    # Zhang is root on this machine, and approves with his own key what he asked for as somebody else.
    page = draft("chen.jie", address("10.1.0.50"), ANOTHER)
    refused("as root he takes another's account and asks in the other's name", "core.signed-by-another",
            act(page, sign("zhang.wei", page, "assent-request"), ANOTHER))
    behind = submitted("zhang.wei", address("10.1.0.51"), ANOTHER)
    page = page_of(behind, "zhao.min", "holder")
    output(act(page, sign("zhao.min", page)))
    page = altered(claimed_by(page, "zhang.wei"), "stage", "city")
    refused("as root he asks from another's account in his own name", "ticket.self-approval",
            act(page, sign("zhang.wei", page)))
    stolen = submitted("chen.jie", address("10.1.0.52"))
    page = claimed_by(page_of(stolen, "zhao.min", "holder"), "zhang.wei")
    refused("as root he asks with another's key, from his own account", "ticket.requester-account",
            act(page, sign("zhang.wei", page)))

    good = page_of(own, "li.na")
    refused("a signature by an unknown key", "core.unknown-key", act(good, sign("stranger", good)))
    page = altered(good, "key", fingerprint("stranger"))
    refused("the same on a page that names it", "core.unknown-key", act(page, sign("stranger", page)))
    page = altered(good, "revision", "0")
    refused("a signature over an older revision", "page.other-revision", act(page, sign("li.na", page)))
    page = altered(good, "reason", "something else")
    refused("a signature over an edited page", "page.differs", act(page, sign("li.na", page)))
    refused("a page that was edited after it was signed", "trust.signature-wrong",
            act(altered(good, "reason", "something else"), sign("li.na", good)))
    other = submitted("zhang.wei", address("10.1.0.60"))
    of_holder = page_of(other, "zhao.min", "holder")
    of_city = altered(claimed_by(of_holder, "li.na"), "stage", "city")
    refused("a signature for another ticket", "trust.signature-wrong", act(of_city, sign("li.na", good)))
    page = altered(good, "ticket", str(other))
    refused("a page whose ticket was altered before it was signed", "page.differs", act(page, sign("li.na", page)))
    refused("a signature for a stage whose turn it is not", "ticket.not-this-stage", act(of_city, sign("li.na", of_city)))
    page = altered(of_city, "stage", "nobody")
    refused("a signature for a stage that is not", "ticket.no-such-stage", act(page, sign("li.na", page)))
    output(act(of_holder, sign("zhao.min", of_holder)))
    refused("a signature for one stage used for the next", "trust.signature-wrong",
            act(altered(of_holder, "stage", "city"), sign("zhao.min", of_holder)))
    page = altered(of_holder, "stage", "city")
    refused("a signature for a stage of others", "ticket.right-missing", act(page, sign("zhao.min", page)))
    page = altered(good, "not valid after", "2026-11-23T00:00:01.000000Z")
    refused("a signature after not valid after", "core.page-too-old", act(page, sign("li.na", page)))
    page = altered(good, "not valid after", time(timedelta(days=400)))
    refused("a page that would be valid for ever", "core.page-too-long", act(page, sign("li.na", page)))
    refused("a signature that was made for something else", "trust.other-namespace",
            act(good, sign("li.na", good, "assent-request")))

    def asks(edits):
        return operate("assent-ticket:prepare", account=ANOTHER, requester="chen.jie", reason="x", edits=edits)

    refused("a request outside the requester's subtree", "policy.may-not-request", asks(address("10.200.0.1", "九江市")))
    refused("a request for a role of one's own", "policy.may-not-request",
            asks([{"operation": "create", "kind": "role",
                   "value": {"person": "chen.jie", "role": "founder", "organisation": "九江市"}}]))

    for ticket in (own, behind, stolen, other):
        state = ask("GET", f"/restconf/data/assent-registry:ticket={ticket}")[1]["assent-registry:ticket"][0]["state"]
        if state != "submitted":
            sys.exit(f"ticket {ticket} is {state}")
    output(act(good, sign("li.na", good)))  # and what is right still goes through
    print("- the page that nobody altered, signed by who may: taken")


def doors():
    address_1 = "/restconf/data/assent-registry:address=1"
    row = {"assent-registry:address": [{"id": 1, "address": "10.1.0.77"}]}
    before = len(journal("decisions"))
    refused("POST on the addresses", "api.method-not-allowed", ask("POST", "/restconf/data/assent-registry:address", row))
    refused("PUT on an address", "api.method-not-allowed", ask("PUT", address_1, row))
    refused("PATCH of an address", "api.method-not-allowed", ask("PATCH", address_1, row))
    refused("DELETE of an address", "api.method-not-allowed", ask("DELETE", address_1))
    refused("POST of the whole datastore", "api.nothing-here", ask("POST", "/restconf/data", row))
    refused("PATCH of the policy's text", "api.method-not-allowed",
            ask("PATCH", "/restconf/data/assent-registry:policy=1", {"assent-registry:policy": [{"text": "name: mine"}]}))
    refused("POST of an alarm", "api.method-not-allowed", ask("POST", "/restconf/data/assent-status:alarms", {}))
    refused("DELETE of the journal", "api.method-not-allowed", ask("DELETE", "/restconf/data/assent-status:journal"))
    refused("an operation of agents at the people's door", "api.agents-door-only",
            operate("assent-agent:report", session="11111111-2222-4333-8444-555555555555", sequence=1))
    refused("a standard change that the template does not cover", "policy.template-does-not-match",
            operate("assent-ticket:standard", template="next-address", reason="x",
                    edits=[{"operation": "create", "kind": "block", "value": {
                        "network": "extranet", "prefix": "172.17.0.0/16", "organisation": "九江市", "source": "x"}}]))
    refused("a standard change by an account of nobody", "core.account-of-nobody",
            operate("assent-ticket:standard", account="nobody", template="next-address", reason="x",
                    edits=address("10.1.0.78")))
    for name in ("prepare", "standard", "act"):
        refused(f"an agent that would {name}", "api.not-for-agents", operate(f"assent-ticket:{name}", AGENT, page="x"))
    refused("an agent that would back up", "api.not-for-agents", operate("assent-admin:backup", AGENT, path="/tmp/x"))
    refused("DELETE at an agent's door", "api.method-not-allowed", ask("DELETE", address_1, door=AGENT))
    refused("a request at the status port", "api.status-door-reads-only", operate("assent-ticket:prepare", STATUS))
    refused("PUT at the status port", "api.method-not-allowed", ask("PUT", address_1, row, STATUS))
    refused("POST to the metrics", "api.method-not-allowed", ask("POST", "/metrics", {}, STATUS))
    if len(journal("decisions")) != before:
        sys.exit("something was decided")


known = len(refusals())
globals()[sys.argv[1]]()
told = refusals()[known:]
if [one["why"] for one in told] != expected:
    sys.exit(f"the journal tells of {[one['why'] for one in told]}, tried was {expected}")
print(f"- the journal tells of all {len(told)}, each with operation and account", flush=True)
if any(not one.get("operation") or not one.get("account") for one in told):
    sys.exit(f"a refusal without its operation or account: {told}")
