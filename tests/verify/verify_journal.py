#!/usr/bin/env python3
"""A second verifier of the journal (docs/formats/journal.md). It shares no code with the daemon.

  tests/verify/verify_journal.py [--founding HASH] [--checkpoint FILE]… [--no-signatures] FILE

FILE is a backup (SQLite) or an export (JSON lines). Recomputed: both chains, every body, the founding and its
signatures, the replay of the decisions, the signature of every act (by ssh-keygen -Y verify, with the key that was
enrolled then), what an act's page says of itself, and, for a backup, every row of the tables. A checkpoint FILE holds
pairs of lines: the checkpoint, then `signature BASE64`.

Prints one line for each problem and a summary; exit status 0 where everything holds, 1 where not, 2 for wrong usage.
"""

import argparse
import concurrent.futures
import hashlib
import json
import math
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

KINDS = ["organisation", "person", "key", "role", "network", "block", "prefix", "address", "agent", "profile",
         "device", "link", "policy", "baseline", "ticket", "act", "finding"]
STREAMS = {"decisions": "decision", "records": "record"}
ZEROS = "0" * 64
MOST = 2**53 - 1
HEADER = re.compile(
    rb"assent-journal-1 sha256 ([0-9a-f]{64}) ([1-9][0-9]{0,15}) (decisions|records) (0|[1-9][0-9]{0,15}) "
    rb"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z) ([0-9a-f]{64}) ([0-9a-f]{64})\n")
CHECKPOINT = re.compile(
    r"assent-checkpoint-1 sha256 ([0-9a-f]{64}) ([1-9][0-9]{0,15}) (decisions|records) (0|[1-9][0-9]{0,15}) "
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z) ([0-9a-f]{64})")
NAMESPACES = {"request": "assent-request", "withdraw": "assent-request", "finish": "assent-request",
              "approve": "assent-approval", "reject": "assent-approval", "revoke": "assent-revocation"}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


# RFC 8785

def number_text(value):
    if isinstance(value, int):
        if abs(value) > MOST:
            raise ValueError("number beyond 2^53-1")
        return str(value)
    if not math.isfinite(value):
        raise ValueError("not a number")
    if value == 0:
        return "0"
    digits, exponent = f"{value:.17e}", 0
    for precision in range(17):
        digits = f"{abs(value):.{precision}e}"
        if float(digits) == abs(value):
            break
    mantissa, exponent = digits.split("e")
    figures = mantissa.replace(".", "").rstrip("0") or "0"
    k, n = len(figures), int(exponent) + 1
    if k <= n <= 21:
        text = figures + "0" * (n - k)
    elif 0 < n <= 21:
        text = figures[:n] + "." + figures[n:]
    elif -6 < n <= 0:
        text = "0." + "0" * -n + figures
    else:
        text = figures[0] + ("." + figures[1:] if k > 1 else "") + f"e{n - 1:+d}"
    return ("-" if value < 0 else "") + text


def canonical(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(canonical(v) for v in value) + "]"
    names = sorted(value, key=lambda n: n.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(json.dumps(n, ensure_ascii=False) + ":" + canonical(value[n]) for n in names) + "}"


def once(pairs):
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("a member stands twice")
    return out


def parse(data):
    return json.loads(data.decode("utf-8"), object_pairs_hook=once)


# Sources: each gives (number, header, body) of a stream, in order

class Backup:
    def __init__(self, path):
        plain = not os.path.exists(path + "-wal") or os.path.getsize(path + "-wal") == 0
        mode = "mode=ro&immutable=1" if plain else "mode=ro"
        self.database = sqlite3.connect(f"file:{path.replace('%', '%25').replace('?', '%3f')}?{mode}", uri=True)
        self.database.text_factory = bytes

    def entries(self, stream):
        yield from self.database.execute(f"SELECT number, header, body FROM {STREAMS[stream]} ORDER BY number")

    def rows(self, kind):
        for number, version, body in self.database.execute(f'SELECT id, version, body FROM "{kind}"'):
            yield number, version, body


class Export:
    def __init__(self, path):
        self.streams = {name: [] for name in STREAMS}
        with open(path, "rb") as file:
            for line in file:
                entry = parse(line)
                self.streams[entry["stream"]].append((entry["header"].encode(), entry["body"].encode()))

    def entries(self, stream):
        for number, (header, body) in enumerate(self.streams[stream]):
            yield number, header, body


def ssh_verify(public_key, namespace, message, signature):
    """What ssh-keygen says; it gets only files of a directory that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="assent-verify-") as folder:
        allowed, written = os.path.join(folder, "allowed"), os.path.join(folder, "signature")
        with open(allowed, "w", encoding="utf-8") as file:
            file.write(f"signer {public_key}\n")
        with open(written, "w", encoding="utf-8") as file:
            file.write(signature)
        done = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", allowed, "-I", "signer", "-n", namespace,
                               "-s", written], input=message, capture_output=True)
        return done.returncode == 0


class Verifier:
    def __init__(self, source, founding, signatures):
        self.source, self.founding, self.signatures = source, founding, signatures
        self.installation, self.checkpoint_key = None, ""
        self.problems, self.hashes = [], {name: [] for name in STREAMS}
        self.objects, self.spent = {}, set()
        self.to_verify = []  # (what, public key, namespace, message, signature)

    def problem(self, text):
        self.problems.append(text)

    # The chains
    def follow(self, stream):
        previous, expected, epoch = ZEROS, 0, 1
        first = None
        for number, header, body in self.source.entries(stream):
            where = f"{stream} {expected}"
            match = HEADER.fullmatch(header)
            if not match:
                return self.problem(f"{where}: malformed header")
            installation, its_epoch, its_stream, its_number, _, its_previous, its_body = (
                field.decode() for field in match.groups())
            if self.installation is None:
                self.installation = installation
            if installation != self.installation:
                self.problem(f"{where}: of another installation")
            if its_stream != stream or int(its_number) != expected or number != expected:
                return self.problem(f"{where}: missing, another entry stands in its place")
            if int(its_epoch) < epoch:
                self.problem(f"{where}: epoch falls")
            if its_previous != previous:
                return self.problem(f"{where}: does not follow the entry before it")
            if sha256(body) != its_body:
                self.problem(f"{where}: body was changed")
            previous, epoch = sha256(header), int(its_epoch)
            self.hashes[stream].append(previous)
            if expected == 0:
                first = body
            self.look_at(where, stream, expected, body)
            expected += 1
        if expected == 0:
            self.problem(f"{stream}: no founding")
        return first

    def look_at(self, where, stream, number, body):
        try:
            content = parse(body)
            if canonical(content).encode() != body:
                self.problem(f"{where}: body is not canonical")
        except (ValueError, RecursionError) as wrong:
            return self.problem(f"{where}: body is no JSON: {wrong}")
        if not isinstance(content, dict) or not isinstance(content.get("event"), str):
            return self.problem(f"{where}: no event")
        if stream == "records":
            if number > 0 and "rows" in content:
                self.problem(f"{where}: rows in records")
            return None
        rows = content.get("rows", [])
        self.apply(where, rows)
        if number == 0:
            self.found(content)
        for row in rows:
            if row.get("kind") == "act" and "body" in row:
                self.act(f"{where}: act {row['id']}", row["body"])
        return None

    # Replay
    def apply(self, where, rows):
        seen = set()
        for row in [r for r in rows if r.get("gone")] + [r for r in rows if not r.get("gone")]:
            kind, number, version = row.get("kind"), row.get("id"), row.get("version")
            key = (kind, number)
            members = {"gone", "id", "kind", "version"} if "gone" in row else {"body", "id", "kind", "version"}
            if kind not in KINDS or not isinstance(number, int) or not isinstance(version, int) \
                    or set(row) != members or key in seen:
                self.problem(f"{where}: malformed row")
                continue
            seen.add(key)
            present = self.objects.get(key)
            if version != (present[0] if present else 0) + 1 or ("gone" in row and not present):
                self.problem(f"{where}: {kind} {number} cannot get version {version}")
                continue
            if key in self.spent:
                self.problem(f"{where}: {kind} {number} was deleted before")
                continue
            if "gone" in row:
                del self.objects[key]
                self.spent.add(key)
            else:
                self.objects[key] = (version, row["body"])

    def compare(self):
        for kind in KINDS:
            there = {number: (version, body) for number, version, body in self.source.rows(kind)}
            wanted = {key[1]: value for key, value in self.objects.items() if key[0] == kind}
            for number in sorted(there.keys() | wanted.keys()):
                if number not in there:
                    self.problem(f"{kind} {number}: in the journal, not in its table")
                elif number not in wanted:
                    self.problem(f"{kind} {number}: in its table, not in the journal")
                elif there[number] != (wanted[number][0], canonical(wanted[number][1]).encode()):
                    self.problem(f"{kind} {number}: not as the journal says")

    # Trust
    def found(self, content):
        detail = content.get("detail", {})
        text = detail.get("file", "")
        if sha256(text.encode()) != self.installation:
            self.problem("founding: the file does not have the installation's hash")
        if self.founding and self.founding != self.installation:
            self.problem("founding: another installation than the one that was expected")
        self.checkpoint_key = detail.get("checkpoint-key", "")
        people = {body["handle"]: number for (kind, number), (_, body) in self.objects.items() if kind == "person"}
        signed = {one["handle"]: one["signature"] for one in detail.get("signatures", [])}
        if set(people) != set(signed) or len(people) < 2:
            self.problem("founding: not signed by every founder, or by fewer than two")
        if self.checkpoint_key and " ".join(self.checkpoint_key.split()[:2]) not in text:
            self.problem("founding: the checkpoint key does not stand in the file")
        for handle, signature in signed.items():
            keys = [body["public-key"] for (kind, _), (_, body) in self.objects.items()
                    if kind == "key" and body["person"] == people.get(handle)]
            if len(keys) != 1 or keys[0] not in text:
                self.problem(f"founding: {handle} has no key in the file")
                continue
            self.to_verify.append((f"founding: {handle}", keys[0], "assent-founding", text, signature))

    def act(self, where, act):
        keys = [body for (kind, _), (_, body) in self.objects.items()
                if kind == "key" and body.get("fingerprint") == act.get("key")]
        if len(keys) != 1 or keys[0]["person"] != act.get("person"):
            return self.problem(f"{where}: the key is not enrolled, or is somebody else's")
        word, page = act.get("word"), act.get("page", "")
        if word not in NAMESPACES:
            return self.problem(f"{where}: unknown word")
        self.to_verify.append((where, keys[0]["public-key"], NAMESPACES[word], page, act.get("signature", "")))
        lines = dict(line.split(": ", 1) for line in page.split("\n") if ": " in line)
        stage = act.get("stage", "-")
        wanted = {"installation": self.installation, "ticket": str(act.get("ticket")),
                  "revision": str(act.get("revision")), "word": word, "key": act.get("key")}
        for name, value in wanted.items():
            if lines.get(name) != value:
                self.problem(f"{where}: its page says another {name}")
        if word in ("approve", "reject") and "\\" not in lines.get("stage", "") and lines.get("stage") != stage:
            self.problem(f"{where}: its page says another stage")
        if not lines.get("person", "").endswith(f"({act.get('person')})"):
            self.problem(f"{where}: its page says another person")
        if act.get("at", "") > lines.get("not valid after", ""):
            self.problem(f"{where}: came after its page's end")
        ticket = self.objects.get(("ticket", act.get("ticket")), (0, {}))[1]
        bound = sha256(canonical({"edits": ticket.get("edits", []), "permits": ticket.get("permits", [])}).encode())
        if ticket.get("revision") == act.get("revision") and lines.get("edits-sha256") != bound:
            self.problem(f"{where}: its page binds other edits than the ticket's")
        return None

    def verify_signatures(self):
        if not self.signatures:
            return
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = [(what, pool.submit(ssh_verify, key, namespace, message.encode(), signature))
                    for what, key, namespace, message, signature in self.to_verify]
            for what, job in jobs:
                if not job.result():
                    self.problem(f"{what}: ssh-keygen does not accept the signature")

    def checkpoints(self, path):
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        for at in range(0, len(lines), 2):
            line, signature = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
            match = CHECKPOINT.fullmatch(line)
            if not match or not signature.startswith("signature "):
                self.problem(f"checkpoint line {at + 1}: malformed")
                continue
            installation, _, stream, number, _, wanted = match.groups()
            hashes = self.hashes[stream]
            if installation != self.installation:
                self.problem(f"checkpoint line {at + 1}: of another installation")
            elif int(number) >= len(hashes):
                self.problem(f"checkpoint line {at + 1}: the journal was cut before {stream} {number}")
            elif hashes[int(number)] != wanted:
                self.problem(f"checkpoint line {at + 1}: the journal was rewritten at or before {stream} {number}")
            blob = signature.split(" ", 1)[1]
            armoured = ("-----BEGIN SSH SIGNATURE-----\n" + "\n".join(blob[i:i + 70] for i in range(0, len(blob), 70)) +
                        "\n-----END SSH SIGNATURE-----\n")
            self.to_verify.append((f"checkpoint line {at + 1}", self.checkpoint_key, "assent-checkpoint", line, armoured))

    def run(self, checkpoints):
        first = [self.follow(stream) for stream in STREAMS]
        if first[0] != first[1]:
            self.problem("the two streams begin with different foundings")
        for path in checkpoints:
            self.checkpoints(path)
        if isinstance(self.source, Backup):
            self.compare()
        self.verify_signatures()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--founding")
    parser.add_argument("--checkpoint", action="append", default=[])
    parser.add_argument("--no-signatures", action="store_true")
    parser.add_argument("file")
    options = parser.parse_args()
    with open(options.file, "rb") as file:
        is_backup = file.read(16) == b"SQLite format 3\0"
    verifier = Verifier((Backup if is_backup else Export)(options.file), options.founding, not options.no_signatures)
    verifier.run(options.checkpoint)
    for problem in verifier.problems:
        print(problem)
    counts = {stream: len(hashes) for stream, hashes in verifier.hashes.items()}
    print(f"{counts['decisions']} decisions, {counts['records']} records, {len(verifier.objects)} objects, "
          f"{len(verifier.to_verify)} signatures, {len(verifier.problems)} problems")
    if not options.checkpoint and not options.founding:
        print("nothing from outside was given: a journal that was rewritten as a whole would look the same")
    return 1 if verifier.problems else 0


if __name__ == "__main__":
    sys.exit(main())
