#!/usr/bin/env python3
"""Fits what kernels and collectives reach to the tables of the PyPI package aiconfigurator-core.

    pip download --no-deps aiconfigurator-core==0.12.0
    pip install numpy scipy pyarrow
    Tools/kernels/fit.py aiconfigurator_core-0.12.0-*.whl            # prints errors by chip, operator and format
    Tools/kernels/fit.py --write aiconfigurator_core-0.12.0-*.whl    # and rewrites `kernels:` of catalog/chips and
                                                                     # `collectives:` of catalog/systems
    Tools/kernels/transfer.py [--write] aiconfigurator_core-0.12.0-*.whl   # chips and generations left out

Nobody needs this to run Supernode: what it writes is in the catalog. Of several engines' kernels for one shape the
fastest counts; experts and attention are fitted for each engine by itself too, and experts for each backend that an
engine can be told to take. Products are not: engines choose among the same libraries. A fit that errs by more than 27%
in the median on its other half, or ends at a bound, is left out. operators.py and collectives.py have the formulas.
"""
import argparse
import re
import zipfile

import numpy

import operators
from collectives import fit_collectives
from operators import BACKENDS, FORMATS
from tables import CHIPS, ENGINES, JOINS, PACKAGE, Chip, fit, fitted_source, told

# Name in the catalog: folder of the tables.
FAMILIES = {"vLLM": "vllm", "sgLang": "sglang", "tensorRT": "trtllm"}


def fitted(table):
    """Power, values and errors of the half that was not fitted; None where there is no table."""
    if table is None:
        return None
    power, values = fit([table])
    return power, values, table.ratios(power, values)[~table.fitted]


def is_good(found, read=None, fixed=None):
    """Whether the half that was not fitted is met, and no value lies at the end of its range."""
    _, values, errors = found
    if numpy.median(abs(errors)) > 0.27:
        return False
    if read is not None and values[read] < 0.21:
        return False
    return fixed is None or values[fixed[0]] < 0.99 * fixed[1]


class Writer:
    """The lines of `kernels:`, entries by operator and format."""

    def __init__(self, chip):
        self.chip = chip
        self.lines = []

    def head(self, indent, name):
        self.lines.append("  " * indent + name + ":")

    def entry(self, indent, place, name, errors, note="", **values):
        source = fitted_source(errors) + note
        text = ", ".join(f"{key}: {value}" for key, value in values.items())
        self.lines.append("  " * indent + f'{name}: {{ {text}, source: "{source}" }}')
        row(self.chip, place, name, errors, text)

    def group(self, indent, name, place, entries):
        """Entries under a head, where there are any."""
        entries = list(entries)
        if entries:
            self.head(indent, name)
            for format_, errors, note, values in entries:
                self.entry(indent + 1, f"{place}{name}", format_, errors, note, **values)

    def products(self):
        self.startups = {}
        for name in FORMATS:
            found = fitted(operators.products(self.chip, name))
            if not found:
                continue
            power, (share, read, startup, fill, *quantise), errors = found
            self.startups[name] = startup
            note = "; without the tables' quantise kernel, %.1f bytes a value" % quantise[0] if quantise else ""
            yield name, errors, note, {
                "share": f"{share:.3g}", "read": f"{read:.3g}", "startup": f"{startup * 1e6:.3g} us",
                "fill": f"{fill:.0f}", "join": JOINS[power]}

    def experts(self, engines=None, only=None):
        for name in FORMATS:
            found = fitted(operators.experts(self.chip, name, engines, only))
            if not found or not is_good(found, read=1, fixed=(2, 1e-4)):
                continue
            power, (share, read, fixed, moves, ordering), errors = found
            values = {"share": f"{share:.3g}", "read": f"{read:.3g}"}
            note = ""
            if name == "weights4" and only is None:
                # Marlin, which these stand for too, starts faster than the kernels that the tables time.
                values["startup"] = f"{self.startups['bf16'] * 1e6:.3g} us"
                note = "; start-up as of one product in bf16"
            else:
                values["startup"] = f"{fixed / 2 * 1e6:.3g} us"
                values["holdsMixture"] = "true"
                if ordering > 1e-7:
                    values["ordering"] = f"{ordering * 1e6:.3g} us"
            yield name, errors, note, values | {"moves": f"{moves:.3g}", "fill": 0, "join": JOINS[power]}

    def attention(self, engines=ENGINES):
        found = fitted(operators.prompts(self.chip, engines))
        if not found:
            return
        _, (share, _, keys), prompts = found
        row(self.chip, "prompts " + "+".join(engines), "bf16", prompts, f"share: {share:.3g}, extraKeys: {keys:.3g}")
        for name in ("bf16", "fp8"):
            found = fitted(operators.decode(self.chip, name, share, engines))
            if found and is_good(found):
                _, (read, startup), errors = found
                yield name, errors, f"; share and extra keys: those of prompts in bf16, {told(prompts)}", {
                    "share": f"{share:.3g}", "read": f"{read:.3g}", "startup": f"{startup * 1e6:.3g} us",
                    "extraKeys": f"{keys:.0f}"}

    def latent(self, engines=ENGINES):
        for name in ("bf16", "fp8"):
            found = fitted(operators.latent(self.chip, name, engines))
            if found and is_good(found):
                power, (share, read, startup), errors = found
                yield name, errors, "", {
                    "share": f"{share:.3g}", "read": f"{read:.3g}", "startup": f"{startup * 1e6:.3g} us",
                    "join": JOINS[power]}


def row(chip, place, name, errors, text):
    print(
        "| %s | %s | %s | %d | %.0f%% | %.0f%% | %+.0f%% | %s |" % (
            chip.folder, place, name, len(errors), 100 * numpy.median(abs(errors)),
            100 * numpy.quantile(abs(errors), 0.9), 100 * numpy.median(errors), text), flush=True)


def kernels(chip):
    """The lines of `kernels:`."""
    writer = Writer(chip)
    writer.lines += [
        "  # Isolated kernels by format: tables of NVIDIA's aiconfigurator-core 0.12.0, fastest of the engines'",
        "  # kernels for each shape, then those of one engine and of one backend of experts; by Tools/kernels/fit.py.",
        "  kernels:"]
    writer.group(2, "products", "", writer.products())
    writer.group(2, "experts", "", writer.experts())
    writer.group(2, "attention", "", writer.attention())
    writer.group(2, "latentAttention", "", writer.latent())
    writer.head(2, "engines")
    for family, folder in FAMILIES.items():
        place = family + " "
        writer.head(3, family)
        writer.group(4, "experts", place, writer.experts((folder,)))
        writer.group(4, "attention", place, writer.attention((folder,)))
        writer.group(4, "latentAttention", place, writer.latent((folder,)))
    backends = len(writer.lines)
    writer.head(2, "expertBackends")
    for name in BACKENDS:
        writer.group(3, name, "backend ", writer.experts(only=name))
    if len(writer.lines) == backends + 1:
        writer.lines.pop()
    return "\n".join(writer.lines) + "\n"


def collectives(chip):
    """The lines of `collectives:`; None where the tables follow no line."""
    values, errors = fit_collectives(chip)
    for kind, left in errors.items():
        row(chip, "collective", kind, left, "")
    if max(numpy.median(abs(left)) for left in errors.values()) > 0.2:
        return None
    kinds = {"ring": 0, "inSwitch": 0, "bulkRing": 0, "oneShot": 1, "twoShot": 1, "gather": 2, "bulkGather": 2}
    lines = [
        "    # Collectives: tables of NVIDIA's aiconfigurator-core 0.12.0, fitted by Tools/kernels/fit.py.",
        "    collectives:"]
    for kernel, (startup, per_rank, bandwidth) in values.items():
        kind = list(errors)[kinds.get(kernel, 3)]
        told_ = (
            f"identifiedBy: [comm tables of {chip.folder}], source: \"fit of {PACKAGE}, {kind} "
            f"(half of the sizes and ranks; the other half errs by {told(errors[kind])})\"")
        lines += [
            f"      {kernel}:",
            f"        startup: {{ value: {startup * 1e6:.3g} us, {told_} }}",
            f"        perRank: {{ value: {max(per_rank * 1e6, 0.001):.3g} us, {told_} }}",
            f"        bandwidth: {{ value: {bandwidth / 1e9:.3g} GB/s, {told_} }}"]
    return "\n".join(lines) + "\n"


def rewrite_chip(chip, text):
    head = re.split(r"\n  # Isolated kernels by format|\n  kernels:", chip.text)[0].rstrip("\n")
    if "\nefficiency:" not in head:
        head += "\nefficiency:"
    with open(chip.path, "w") as file:
        file.write(head + "\n" + text)


def rewrite_system(chip, text):
    old = open(chip.system_path).read()
    found = re.search(r"(    # Collectives:[^\n]*\n)?    collectives:\n(      [^\n]*\n)+", old)
    if found:
        new = old[:found.start()] + text + old[found.end():]
    else:
        # Behind the utilisation of the plane inside a board.
        found = re.search(r"role: scaleUp.*?\n    utilisation: [^\n]*\n", old, re.S)
        new = old[:found.end()] + text + old[found.end():]
    with open(chip.system_path, "w") as file:
        file.write(new)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", help="aiconfigurator_core-0.12.0-….whl")
    parser.add_argument("--chips", default=",".join(CHIPS))
    parser.add_argument("--write", action="store_true", help="rewrite the chips and systems of the catalog")
    parser.add_argument("--only", choices=["kernels", "collectives"], help="these alone")
    options = parser.parse_args()
    archive = zipfile.ZipFile(options.wheel)
    print("| chip | operator | format | rows | median | nine of ten | bias | values |")
    print("| --- | --- | --- | --: | --: | --: | --: | --- |")
    for folder in options.chips.split(","):
        chip = Chip(folder, archive)
        if options.only != "collectives":
            text = kernels(chip)
            if options.write:
                rewrite_chip(chip, text)
        if options.only != "kernels":
            text = collectives(chip)
            if options.write and text:
                rewrite_system(chip, text)


if __name__ == "__main__":
    main()
