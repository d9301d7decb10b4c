#!/usr/bin/env python3
"""The daemon's store writes a journal; the second verifier must accept it, and find every way of changing it.

  tests/verify/verify_journal_test.py JOURNAL-FEED
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import verify_journal as verify

HERE = os.path.dirname(os.path.abspath(__file__))
FEED = sys.argv[1]


class World:
    """Two founders, a checkpoint key, a ticket that one asks for and the other approves."""

    def __init__(self, folder):
        self.folder = folder
        self.keys = {name: self.make_key(name, kind) for name, kind in
                     (("li.na", "ed25519"), ("wang.wei", "ecdsa"), ("checkpoint", "ed25519"), ("eve", "ed25519"))}
        self.file = "organisation: {name: 九江市, tier: city}\n" + "".join(
            f"# {name}: {self.keys[name][0]}\n" for name in ("li.na", "wang.wei", "checkpoint"))
        self.installation = verify.sha256(self.file.encode())
        self.lines = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_key(self, name, kind):
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", self.path(name)], check=True)
        with open(self.path(name + ".pub"), encoding="utf-8") as file:
            text = " ".join(file.read().split()[:2])
        shown = subprocess.run(["ssh-keygen", "-l", "-f", self.path(name)], check=True, capture_output=True, text=True)
        return text, shown.stdout.split()[1]

    def sign(self, name, namespace, message):
        return subprocess.run(["ssh-keygen", "-Y", "sign", "-q", "-f", self.path(name), "-n", namespace],
                              input=message, check=True, capture_output=True, text=True).stdout

    def add(self, event, rows=(), **members):
        members["event"] = event
        if rows:
            members["rows"] = list(rows)
        self.lines.append(verify.canonical(members))

    def page(self, ticket, word, person, name, edits, stage="-"):
        return (f"assent page 1\ninstallation: {self.installation}\nticket: {ticket}\nrevision: 1\nkind: normal\n"
                f"word: {word}\nstage: {stage}\nperson: {name} ({person})\nkey: {self.keys[name][1]}\n"
                f"not valid after: 2026-12-01T00:00:00.000000Z\nedits-sha256: {edits}\nend\n")

    def act(self, number, word, person, name, edits, signer=None, /, **changes):
        stage = "holder" if word == "approve" else "-"
        page = self.page(1, word, person, name, edits, stage)
        body = {"ticket": 1, "revision": 1, "word": word, "person": person, "key": self.keys[name][1], "page": page,
                "signature": self.sign(signer or name, verify.NAMESPACES[word], page),
                "at": "2026-11-23T17:55:00.123456Z", "account": "root"}
        if stage != "-":
            body["stage"] = stage
        body.update(changes)
        return row("act", number, 1, body)

    def found(self):
        people = [row("person", i + 1, 1, {"handle": name, "organisation": 1, "accounts": [], "state": "active"})
                  for i, name in enumerate(("li.na", "wang.wei"))]
        keys = [row("key", i + 1, 1, {"person": i + 1, "public-key": self.keys[name][0],
                                      "fingerprint": self.keys[name][1], "state": "active"})
                for i, name in enumerate(("li.na", "wang.wei"))]
        self.add("founding", [row("organisation", 1, 1, {"name": "九江市", "tier": "city"})] + people + keys,
                 detail={"file": self.file, "checkpoint-key": self.keys["checkpoint"][0], "signatures": [
                     {"handle": name, "signature": self.sign(name, "assent-founding", self.file)}
                     for name in ("li.na", "wang.wei")]})

    def history(self, signer=None, **changes):
        self.found()
        edits = [{"operation": "create", "kind": "network", "value": {"name": "外网 \u2028\"\\\u0001\U0001f600", "é": 1.5e300}}]
        bound = verify.sha256(verify.canonical({"edits": edits, "permits": []}).encode())
        ticket = {"revision": 1, "state": "submitted", "requester": 1, "edits": edits}
        self.add("ticket-submitted", [row("ticket", 1, 1, ticket), self.act(1, "request", 1, "li.na", bound)],
                 ticket=1, person=1, key=self.keys["li.na"][1], account="root")
        self.add("ticket-opened", [row("ticket", 1, 2, dict(ticket, state="closed")),
                                   self.act(2, "approve", 2, "wang.wei", bound, signer, **changes),
                                   row("network", 1, 1, edits[0]["value"])], ticket=1)
        self.add("refused", stream="records", detail={"why": "no", "n": -0.0, "big": 1e21, "small": 1e-7, "x": 0.1})
        self.add("gone", [{"gone": True, "id": 1, "kind": "network", "version": 2},
                          row("network", 2, 1, {"name": "extranet"})])

    def feed(self):
        for name in ("assent.db", "backup.db"):
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))
        subprocess.run([FEED, self.path("assent.db"), self.installation, self.path("backup.db"), self.path("export")],
                       input="\n".join(self.lines) + "\n", text=True, check=True)

    def checkpoint(self, name, stream, number, header_hash):
        line = (f"assent-checkpoint-1 sha256 {self.installation} 1 {stream} {number} "
                f"2026-11-24T00:00:00.000000Z {header_hash}")
        armoured = self.sign("checkpoint", "assent-checkpoint", line).splitlines()
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(line + "\nsignature " + "".join(armoured[1:-1]) + "\n")
        return self.path(name)


def row(kind, number, version, body):
    return {"body": body, "id": number, "kind": kind, "version": version}


def run(*words):
    done = subprocess.run([os.path.join(HERE, "verify_journal.py"), *words], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, done.stdout


def accepted(*words):
    status, said = run(*words)
    assert status == 0, said
    return said


def found(text, *words):
    status, said = run(*words)
    assert status == 1 and text in said, f"expected '{text}', got:\n{said}"


def tampering(world):
    cases = [
        ("UPDATE decision SET body = replace(body, 'root', 'toor') WHERE number = 1", "decisions 1: body was changed"),
        ("UPDATE decision SET header = replace(header, '17:55', '17:56') WHERE number = 1",
         "decisions 2: does not follow"),
        ("DELETE FROM decision WHERE number = 1", "decisions 1: missing"),
        ("DELETE FROM record WHERE number = 0", "records 0: missing"),
        ("UPDATE network SET body = replace(body, 'extra', 'intra')", "network 2: not as the journal says"),
        ("UPDATE network SET version = 3", "network 2: not as the journal says"),
        ("DELETE FROM person WHERE id = 2", "person 2: in the journal, not in its table"),
        ("INSERT INTO role(id, version, body) VALUES(1, 1, '{}')", "role 1: in its table, not in the journal"),
    ]
    for sql, text in cases:
        path = world.path("tampered.db")
        shutil.copy(world.path("backup.db"), path)
        database = sqlite3.connect(path)
        database.execute(sql)
        database.commit()
        database.close()
        found(text, path)


def main():
    with tempfile.TemporaryDirectory(prefix="assent-verify-test-") as folder:
        world = World(folder)
        world.history()
        world.feed()
        backup, export = world.path("backup.db"), world.path("export")
        said = accepted(backup)
        assert "4 decisions, 2 records" in said and "4 signatures" in said, said
        assert "nothing from outside" in said
        accepted(export)
        accepted("--founding", world.installation, backup)
        found("another installation than", "--founding", "0" * 64, backup)
        tampering(world)

        header = sqlite3.connect(backup).execute("SELECT header FROM decision WHERE number = 2").fetchone()[0]
        good = world.checkpoint("good", "decisions", 2, hashlib.sha256(header.encode()).hexdigest())
        accepted("--checkpoint", good, backup)
        found("rewritten", "--checkpoint", world.checkpoint("other", "decisions", 2, "0" * 64), backup)
        found("cut before", "--checkpoint", world.checkpoint("later", "records", 9, "0" * 64), backup)
        with open(good, encoding="utf-8") as file:
            text = file.read()
        with open(world.path("forged"), "w", encoding="utf-8") as file:
            file.write(text.replace("2026-11-24", "2026-11-25"))
        found("ssh-keygen does not accept", "--checkpoint", world.path("forged"), backup)

        # The store does not judge acts: a journal whose hashes are right may still carry a lie.
        lies = [({"signer": "eve"}, "act 2: ssh-keygen does not accept"),
                ({"person": 1}, "somebody else's"),
                ({"key": "SHA256:nobody"}, "not enrolled"),
                ({"revision": 2}, "another revision"),
                ({"stage": "other"}, "another stage"),
                ({"at": "2026-12-02T00:00:00.000000Z"}, "came after its page's end"),
                ({"word": "reject"}, "another word")]
        for changes, text in lies:
            world.lines = []
            world.history(**changes)
            world.feed()
            found(text, backup)
        print("the second verifier agrees, and finds what was changed")


main()
