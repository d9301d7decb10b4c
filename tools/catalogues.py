#!/usr/bin/env python3
"""Both catalogues hold the same ids, each with a text, with the same {names}, and no id twice."""

import ast
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def entries(path):
    found, target = [], None
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.strip()
            if not line or line.startswith("#"):
                target = None
            elif line.startswith("msgid "):
                found.append([ast.literal_eval(line[6:]), "", f"{os.path.relpath(path, ROOT)}:{number}"])
                target = 0
            elif line.startswith("msgstr "):
                found[-1][1] = ast.literal_eval(line[7:])
                target = 1
            elif line.startswith('"') and target is not None:
                found[-1][target] += ast.literal_eval(line)
            else:
                sys.exit(f"{path}:{number}: not a plain gettext entry: {line}")
    return [e for e in found if e[0]]


def main():
    wrong, catalogues = [], {}
    for language in ("en", "zh_CN"):
        texts = catalogues.setdefault(language, {})
        for path in sorted(glob.glob(os.path.join(ROOT, "po", language, "*.po"))):
            for msgid, text, place in entries(path):
                if msgid in texts:
                    wrong.append(f"{place}: {msgid} stands twice, first at {texts[msgid][1]}")
                if not text:
                    wrong.append(f"{place}: {msgid} has no text")
                texts[msgid] = (set(re.findall(r"\{([a-z0-9-]+)\}", text)), place)
    for one, other in (("en", "zh_CN"), ("zh_CN", "en")):
        for msgid, (names, place) in catalogues[one].items():
            if msgid not in catalogues[other]:
                wrong.append(f"{place}: {msgid} is missing in po/{other}")
            elif one == "en" and names != catalogues[other][msgid][0]:
                wrong.append(f"{place}: {msgid} has other {{names}} in zh_CN: {catalogues[other][msgid][1]}")
    print("\n".join(wrong) or f"catalogues: {len(catalogues['en'])} messages in both languages")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
