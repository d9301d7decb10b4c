#!/usr/bin/env python3
"""A second implementation of docs/formats/page.md, independent of the daemon.

    verify_page.py PAGE --ticket ROW.json --names NAMES.json [--signature FILE --public-key 'ssh-ed25519 AAAA…']

ROW.json is {"id": N, "body": {…}} with the ticket's row; NAMES.json is {"organisation": {"2": "九江市/浔阳区"}, …}.
Takes the head from the page's own lines, makes the whole page anew from the row and the names, and compares it byte by
byte; with a signature, `ssh-keygen -Y verify` decides whether the key that the page names signed it.
Exit status: 0 the page holds, 1 it does not, 2 wrong usage.

    verify_page.py --golden FOLDER      checks every *.page of a folder, and that spoilt pages are refused
"""
import argparse
import base64
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

MOST = 200
NAMESPACES = {"request": "assent-request", "withdraw": "assent-request", "finish": "assent-request",
              "approve": "assent-approval", "reject": "assent-approval", "revoke": "assent-revocation"}
ESCAPED = [(0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160),
           (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200D), (0x200E, 0x200F), (0x2028, 0x2029),
           (0x202A, 0x202E), (0x2060, 0x2065), (0x2066, 0x2069), (0x206A, 0x206F), (0x3164, 0x3164),
           (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0xE0000, 0xE0FFF)]
REFERENCES = {"organisation": "organisation", "parent": "organisation", "person": "person", "network": "network",
              "device": "device", "agent": "agent"}
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"


class Wrong(Exception):
    """The page does not hold; the text says why."""


def canonical(value):
    """RFC 8785 for what tickets hold: no fractions."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        raise Wrong("a fraction in a ticket")
    return json.dumps(value, ensure_ascii=False)


def escape(value, quoted):
    out = []
    for char in value:
        if char == "\\" or (char == '"' and quoted):
            out.append("\\" + char)
        elif any(first <= ord(char) <= last for first, last in ESCAPED):
            out.append("\\u{%x}" % ord(char))
        else:
            out.append(char)
    return "".join(out)


def text(value):
    return "\\u{2d}" if value == "-" else escape(value, False)


def string(value):
    return '"' + escape(value, True) + '"'


class Renderer:
    def __init__(self, names):
        self.names = names

    def ref(self, kind, number):
        name = self.names.get(kind, {}).get(str(number))
        return f"#{number}" + (f" {string(name)}" if name else "")

    def value(self, member, value):
        kind = REFERENCES.get(member)
        if kind and isinstance(value, int) and not isinstance(value, bool):
            return self.ref(kind, value)
        if kind and isinstance(value, str) and re.fullmatch(r"\$[0-9]{1,6}", value):
            return value
        if isinstance(value, str):
            return string(value)
        if isinstance(value, dict):
            return "{" + (self.members(value) if value else "") + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.value(member, item) for item in value) + "]"
        return canonical(value)

    def members(self, value):
        return ", ".join(f"{escape(n, True)} {self.value(n, value[n])}" for n in sorted(value)) or "-"

    def edit(self, edit):
        line = f"{edit['operation']} {edit['kind']}"
        if edit["operation"] != "create":
            line += f" {self.ref(edit['kind'], edit['id'])} version {edit.get('before', 0)}"
        bare = edit["operation"] == "delete" and not edit.get("value")
        return line if bare else line + ": " + self.members(edit.get("value", {}))

    def permit(self, permit):
        place = "device " + self.ref("device", permit["device"]) if "device" in permit else \
            "label " + string(permit["label"])
        line = f"{place}, {permit['operation']}, {string(permit['path'])}"
        return line + (", only " + string(permit["value"]) if "value" in permit else "")

    def touched(self, touched):
        return f"{touched['kind']} {self.ref(touched['kind'], touched['id'])} version {touched['version']}"

    def page(self, head, number, body):
        edits, permits, touched = (body.get(name, []) for name in ("edits", "permits", "touched"))
        bound = hashlib.sha256(canonical({"edits": edits, "permits": permits}).encode()).hexdigest()
        window = body.get("window", {})
        lines = ["assent page 1", f"installation: {head['installation']}", f"ticket: {number}",
                 f"revision: {body['revision']}", f"kind: {body['kind']}", f"word: {head['word']}",
                 f"stage: {head['stage']}", f"person: {head['person']}", f"key: {head['key']}",
                 f"not valid after: {head['not valid after']}"]
        if head["clock"]:
            lines.append("clock: unsure")
        if head["word"] != "request":
            requester = body.get("requester", 0)
            handle = self.names.get("person", {}).get(str(requester), "-")
            lines.append(f"requester: {text(handle)} ({requester})")
        lines += [f"policy: version {body.get('policy-version', 0)}",
                  f"window: from {window.get('opens', 'approval')} to {window.get('closes', '-')}",
                  "reason: " + (text(body["reason"]) if body.get("reason") else "-"),
                  "on behalf of: " + (text(body["on-behalf-of"]) if body.get("on-behalf-of") else "-"),
                  f"edits-sha256: {bound}"]
        for name, items, show, end in (("edits", edits, self.edit, ", bound by edits-sha256"),
                                       ("permits", permits, self.permit, ", bound by edits-sha256"),
                                       ("touched", touched, self.touched, "")):
            lines.append(f"{name}: {len(items)}")
            lines += [f"{i + 1}. {show(item)}" for i, item in enumerate(items[:MOST])]
            if len(items) > MOST:
                lines.append(f"and {len(items) - MOST} more{end}")
        return "\n".join(lines + ["end"]) + "\n"


def head_of(page):
    """The fixed lines that a page is made from, each in its form."""
    forms = [("layout", r"assent page 1"), ("installation", r"installation: ([0-9a-f]{64})"),
             ("ticket", r"ticket: (\d+)"), ("revision", r"revision: (\d+)"), ("kind", r"kind: (normal|standard)"),
             ("word", r"word: (" + "|".join(NAMESPACES) + ")"), ("stage", r"stage: (.+)"),
             ("person", r"person: ([a-z][a-z0-9._-]{1,31} \(\d+\))"), ("key", r"key: (SHA256:[A-Za-z0-9+/]{43})"),
             ("not valid after", f"not valid after: ({TIME})")]
    lines = page.split("\n")
    head = {}
    for index, (name, form) in enumerate(forms):
        match = re.fullmatch(form, lines[index]) if index < len(lines) else None
        if not match:
            raise Wrong(f"line {index + 1} is not a good '{name}' line")
        head[name] = match.group(1) if match.groups() else ""
    head["clock"] = len(lines) > len(forms) and lines[len(forms)] == "clock: unsure"
    if (head["word"] in ("approve", "reject")) == (head["stage"] == "-"):
        raise Wrong("approve and reject name a stage, other words none")
    return head


def check_page(data, row, names):
    """Gives the head where the page is the one that row and names make; else raises Wrong."""
    try:
        page = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Wrong(f"not UTF-8: {error}") from error
    head = head_of(page)
    if head["stage"] != "-" and head["stage"] not in [text(s["name"]) for s in row["body"].get("stages", [])]:
        raise Wrong(f"the ticket has no stage {head['stage']}")
    made = Renderer(names).page(head, row["id"], row["body"])
    if made == page:
        return head
    pairs = zip(page.split("\n") + ["(nothing)"], made.split("\n") + ["(nothing)"])
    for index, (given, expected) in enumerate(pairs):
        if given != expected:
            raise Wrong(f"line {index + 1} says {given!r}, the ticket says {expected!r}")
    raise Wrong("the page is longer or shorter than the one that the ticket makes")


def check_signature(data, head, signature, public_key):
    fingerprint = "SHA256:" + base64.b64encode(
        hashlib.sha256(base64.b64decode(public_key.split()[1])).digest()).decode().rstrip("=")
    if fingerprint != head["key"]:
        raise Wrong(f"the page names the key {head['key']}, this one is {fingerprint}")
    with tempfile.NamedTemporaryFile("w", suffix=".signers") as signers:
        signers.write(f"signer {public_key}\n")
        signers.flush()
        done = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", signers.name, "-I", "signer", "-n",
                               NAMESPACES[head["word"]], "-s", signature], input=data, capture_output=True, check=False)
    if done.returncode != 0:
        raise Wrong("signature: " + (done.stderr or done.stdout).decode(errors="replace").strip())


def refused(check, *arguments):
    try:
        check(*arguments)
    except Wrong:
        return True
    return False


def sign(folder, name, data, namespace):
    path = folder / name
    path.write_bytes(data)
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", folder / "key", "-n", namespace, path],
                   check=True, capture_output=True)
    return path.with_name(name + ".sig")


def golden(folder):
    names = json.loads((folder / "names.json").read_text())
    pages = sorted(folder.glob("*.page"))
    assert pages, "no pages"
    for path in pages:
        data, row = path.read_bytes(), json.loads(path.with_suffix(".json").read_text())
        head = check_page(data, row, names)
        lines = data.split(b"\n")
        for index in range(len(lines) - 1):
            spoilt = b"\n".join(lines[:index] + [lines[index] + b" "] + lines[index + 1:])
            assert refused(check_page, spoilt, row, names), f"{path}: line {index + 1} may change unseen"
        with tempfile.TemporaryDirectory() as place:
            keys = pathlib.Path(place)
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", keys / "key"], check=True)
            public_key = (keys / "key.pub").read_text().strip()
            head["key"] = subprocess.run(["ssh-keygen", "-lf", keys / "key.pub"], check=True, capture_output=True,
                                         text=True).stdout.split()[1]
            page = Renderer(names).page(head, row["id"], row["body"]).encode()
            signature = sign(keys, "page", page, NAMESPACES[head["word"]])
            check_signature(page, check_page(page, row, names), signature, public_key)
            assert refused(check_signature, page + b" ", head, signature, public_key), "a spoilt page verifies"
            other = sign(keys, "other", page, "assent-checkpoint")
            assert refused(check_signature, page, head, other, public_key), "another namespace verifies"
            assert refused(check_signature, page, dict(head, key="SHA256:" + "A" * 43), signature, public_key)
        print(f"{path.name}: holds")


def main():
    parser = argparse.ArgumentParser(description="Checks a signed page: docs/formats/page.md.")
    parser.add_argument("page", nargs="?", type=pathlib.Path)
    parser.add_argument("--ticket", type=pathlib.Path)
    parser.add_argument("--names", type=pathlib.Path)
    parser.add_argument("--signature", type=pathlib.Path)
    parser.add_argument("--public-key")
    parser.add_argument("--golden", type=pathlib.Path)
    options = parser.parse_args()
    if options.golden:
        golden(options.golden)
        return
    if not options.page or not options.ticket or bool(options.signature) != bool(options.public_key):
        parser.error("PAGE and --ticket are needed; --signature and --public-key come together")
    names = json.loads(options.names.read_text()) if options.names else {}
    data = options.page.read_bytes()
    try:
        head = check_page(data, json.loads(options.ticket.read_text()), names)
        if options.signature:
            check_signature(data, head, options.signature, options.public_key)
    except Wrong as wrong:
        print(f"{options.page}: {wrong}", file=sys.stderr)
        sys.exit(1)
    print(f"{options.page}: {head['word']} of ticket {head['ticket']} by {head['person']} holds"
          + ("" if options.signature else " (signature not checked)"))


if __name__ == "__main__":
    main()
