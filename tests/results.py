"""What a case gave, and the tables that are made of it. Used by tests/run-units, tests/run-scenarios and ./check."""

import fnmatch
import json
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Case:
    def __init__(self, name, outcome, seconds, reason=""):
        assert outcome in ("passed", "failed", "skipped")
        self.name, self.outcome, self.seconds, self.reason = name, outcome, seconds, reason


def save(path, cases):
    with open(path, "a", encoding="utf-8") as out:
        for case in cases:
            out.write(json.dumps(vars(case), ensure_ascii=False) + "\n")


def load(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as lines:
        return [Case(**json.loads(line)) for line in lines]


def allowed_skips():
    patterns = []
    with open(os.path.join(ROOT, "tests", "skips-allowed"), encoding="utf-8") as lines:
        for line in lines:
            line = line.strip()
            if line and not line.startswith("#"):
                patterns.append(line.split()[0])
    return patterns


def forbid_unlisted_skips(cases):
    """A case that is skipped without leave counts as failed."""
    patterns = allowed_skips()
    for case in cases:
        name = case.name
        for preset in ("release/", "tsan/"):
            name = name.removeprefix(preset)
        if case.outcome == "skipped" and not any(fnmatch.fnmatchcase(name, p) for p in patterns):
            case.outcome = "failed"
            case.reason = "skipped, and not listed in tests/skips-allowed: " + (case.reason or "no reason given")


def tables(cases, out=sys.stdout):
    skipped = [c for c in cases if c.outcome == "skipped"]
    if skipped:
        print("\nSkipped:", file=out)
        for case in skipped:
            print(f"  {case.name:<52} {case.reason}", file=out)
    slowest = sorted(cases, key=lambda c: -c.seconds)[:10]
    if slowest:
        print("\nTen slowest:", file=out)
        for case in slowest:
            print(f"  {case.seconds:8.2f} s  {case.name}", file=out)
    failed = [c for c in cases if c.outcome == "failed"]
    if failed:
        print("\nFailed:", file=out)
        for case in failed:
            print(f"  {case.name:<52} {case.reason.splitlines()[0] if case.reason else ''}", file=out)


def closing_line(cases):
    count = {"passed": 0, "failed": 0, "skipped": 0}
    for case in cases:
        count[case.outcome] += 1
    return f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped"


def main(arguments):
    """results.py FILE: the tables and the closing line of everything that the file holds."""
    cases = load(arguments[0])
    tables(cases)
    print()
    print(closing_line(cases), flush=True)
    return 1 if any(c.outcome == "failed" for c in cases) or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
