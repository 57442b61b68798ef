#!/usr/bin/env python3
"""Writes catalog/published/training-compared.yaml from `supernode validate --kind training --json FILE`.

    supernode validate --kind training --json v.json && Tools/training/compared.py v.json
"""
import csv
import json
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
PUBLISHED = os.path.join(ROOT, "Sources/Formats/Resources/catalog/published")


def quantile(values, share):
    values = sorted(values)
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def products(row):
    recipe, precision = row["fp8_recipe"], row["precision"]
    if recipe.startswith("none"):
        return "bf16"
    if "NVFP4" in recipe + precision:
        return "nvfp4"
    if "MXFP8" in recipe + precision:
        return "mxfp8"
    if "delayed" in recipe:
        return "fp8Delayed"
    return "fp8Current" if re.search("per-tensor|per-row|blockwise", recipe) or precision.startswith("FP8") else "bf16"


def main(path):
    rows = {}
    for name in ["training.csv", "training-ascend.csv"]:
        rows.update((row["id"], row) for row in csv.DictReader(open(os.path.join(PUBLISHED, name))))
    facts = open(os.path.join(PUBLISHED, "training.yaml")).read()
    chips = dict(re.findall(r'row: "?([^,"]+(?:\([^)]*\))?)"?, chip: ([^,]+), system', facts))
    groups = {}
    for result in json.load(open(path))["rows"]:
        row = rows.get(result["id"])
        if row is None or result["file"] == "ascend.csv" or result["status"] != "scored":
            continue
        if row["metric"].startswith(("peak memory", "activation memory", "pipeline bubble")):
            continue
        mixture = "experts=" in row["architecture"] or "MoE" in row["architecture"]
        groups.setdefault((chips[row["chip"]], mixture), []).append((row, abs(result["error"])))
    lines = [
        "# What was compared with measurements, by chip and kind of model: rows that no constant was fitted to.",
        "# Written by Tools/training/compared.py.", "groups:",
    ]
    for (chip, mixture), members in sorted(groups.items()):
        errors = [error for _, error in members]
        most = max(int(float(row["chip_count"])) for row, _ in members)
        longest = max(int(float(row["sequence_length"])) for row, _ in members)
        names = ["bf16", "fp8Delayed", "fp8Current", "mxfp8", "nvfp4"]
        used = [name for name in names if any(products(row) == name for row, _ in members)]
        if {"fp8Delayed", "fp8Current"} & set(used):
            used = [n for n in names if n in used or n.startswith("fp8")]
        lines.append(
            f"  - {{ chip: {chip}, mixture: {str(mixture).lower()}, rows: {len(members)}, "
            f"median: {quantile(errors, 0.5):.3f}, p90: {quantile(errors, 0.9):.3f}, mostChips: {most}, "
            f"longestSequence: {longest}, products: [{', '.join(used)}] }}")
    open(os.path.join(PUBLISHED, "training-compared.yaml"), "w").write("\n".join(lines) + "\n")


main(sys.argv[1])
