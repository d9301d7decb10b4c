"""The register against what was acknowledged. Usage: compare.py ACKNOWLEDGED SOCKET CLIENTS"""

import json
import subprocess
import sys

acknowledged, door, clients = sys.argv[1:]


def listed(kind):
    after, rows = 0, []
    while after is not None:
        page = json.loads(subprocess.run(
            ["curl", "-sS", "--unix-socket", door, f"http://x/restconf/data/assent-registry:{kind}?limit=10000&after={after}"],
            capture_output=True, check=True).stdout)
        rows += page[f"assent-registry:{kind}"]
        after = page.get("next")
    return rows


said = [line.split() for line in open(acknowledged)]
rows = listed("address")
problems = []
there = {row["name"]: row["address"] for row in rows}
if len(there) != len(rows):
    problems.append("a name was given twice: a request was done twice")
if len({row["address"] for row in rows}) != len(rows):
    problems.append("an address was given twice")
for name, address, ticket in said:
    if there.get(name) != address:
        problems.append(f"{name} was told {address}, the register has {there.get(name)}")
made = {(one["id"], ticket["id"]) for ticket in listed("ticket")
        for one in ticket.get("made", []) if one["kind"] == "address"}
if {one for one, _ in made} != {row["id"] for row in rows} or len(made) != len(rows):
    problems.append("addresses without their ticket, or tickets without their address")
unheard = set(there) - {name for name, _, _ in said}
if len(unheard) > int(clients):
    problems.append(f"{len(unheard)} addresses that nobody was told of: {sorted(unheard)[:10]}")
print(f"{len(said)} acknowledged, {len(rows)} in the register")
for problem in problems[:20]:
    print(problem)
sys.exit(1 if problems else 0)
