#!/usr/bin/env python3
"""Turns what `weir replay --json` prints into a table for people.

usage: weir replay --json … | report.py TITLES

TITLES has a line for each capture: its name, a tab, and what happens in it.
"""

import json
import os
import sys

COLOURS = {"passed": "32", "dropped": "31", "rejected": "31", "alerted": "33", "dim": "2", "bold": "1"}


def paint(text, name):
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return text
    return f"\033[{COLOURS[name]}m{text}\033[0m"


def outcome(file):
    """The word for a capture, and the finding behind it."""
    findings = [entry["finding"] for entry in file["findings"]]
    for word in ("rejected", "dropped"):
        for finding in findings:
            if finding["what"] == word:
                return word, finding
    return "passed", None


def explain(finding):
    if finding["reason"] == "policy":
        return f"policy rule \"{finding['rule']}\" at {finding['text']}"
    if finding["reason"] == "signature":
        return f"signature {finding['rule']}: {finding['text']}"
    return " ".join(filter(None, (finding["reason"], finding["rule"], finding["text"])))


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        titles = dict(line.rstrip("\n").split("\t", 1) for line in lines if "\t" in line)
    files = json.load(sys.stdin)["files"]
    totals = {"passed": 0, "dropped": 0, "rejected": 0}
    for file in files:
        name = "/".join(file["file"].split("/")[-2:])
        word, finding = outcome(file)
        totals[word] += 1
        verdicts = file["verdicts"]
        blocked = verdicts["drop"] + verdicts["reject"]
        print(f"{paint(f'{word:<8}', word)}  {paint(titles.get(name, name), 'bold')}")
        count = f"{verdicts['forward']} of {file['packets']} packets forwarded"
        print(paint(f"          {name}: {count}" + (f", {blocked} not" if blocked else ""), "dim"))
        if finding:
            print(f"          why   {explain(finding)}")
            print(f"          who   {finding['flow']}")
        for entry in file["findings"]:
            if entry["finding"]["what"] == "alerted":
                print(f"          {paint('alert', 'alerted')} {explain(entry['finding'])}")
        print()
    print(f"{len(files)} captures: {totals['passed']} passed, {totals['dropped']} dropped, {totals['rejected']} rejected")


main()
