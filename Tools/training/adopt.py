#!/usr/bin/env python3
"""Writes constants that `supernode calibrate --kind training --json FILE` found into catalog/training/*.yaml.

    supernode calibrate --kind training --json fit.json && Tools/training/adopt.py fit.json
"""
import glob
import json
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
FILES = os.path.join(ROOT, "Sources/Formats/Resources/catalog/training")
SOURCE = "supernode calibrate --kind training: rows of role calibrate of training.csv with the priors of priors/training.yaml"


def number(value):
    return f"{value:.4g}"


def fact(value, low, high, unit, groups):
    ends = [f"{name}: {number(each)}{unit}" for name, each in [("value", value), ("low", low), ("high", high)]]
    by = ", ".join(f'"{group}"' for group in groups) if groups else ""
    return "{ " + ", ".join(ends) + (f", identifiedBy: [{by}]" if by else "") + f', source: "{SOURCE}" }}'


def replace(text, field, new):
    """The braces after `field:` in its block, for another text."""
    block, name = field.split(".")[:2]
    start = text.index(f"\n{block}:")
    at = re.compile(rf"\n  {name}: ").search(text, start)
    open_at = text.index("{", at.end() - 1)
    depth, end = 0, open_at
    while True:
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
        if depth == 0:
            break
    old = text[open_at:end]
    return text[:open_at] + new(old) + text[end:]


def main(path):
    names = {re.search(r"^name: (.*)$", open(each).read(), re.M).group(1): each for each in glob.glob(FILES + "/*.yaml")}
    for value in json.load(open(path))["values"]:
        after, unit = value["posterior"], value["constant"]
        unit = {"host.step": " ms"}.get(unit, " us" if unit.startswith("host.") and value["catalog"] > 10 else "")
        ends = [after["value"], after["low"], after["high"]]
        groups = value["groups"]

        def new(old, ends=ends, unit=unit, groups=groups):
            if "forward:" not in old:
                return fact(*ends, unit, groups)
            passes = [float(each) for each in re.findall(r"value: ([0-9.]+)", old)]
            back = [each * passes[1] / passes[0] for each in ends]
            return "{ forward: " + fact(*ends, "", groups) + ",\n      backward: " + fact(*back, "", groups) + " }"

        name = names[value["platform"]]
        text = replace(open(name).read(), value["constant"], new)
        open(name, "w").write(text)


main(sys.argv[1])
