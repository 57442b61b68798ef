#!/usr/bin/env python3
"""What efficiencies are worth on a chip that nobody measured: fits them on some and predicts the tables of another.

    Tools/kernels/transfer.py aiconfigurator_core-0.12.0-*.whl            # prints errors of each chip, and each
                                                                          # generation, left out
    Tools/kernels/transfer.py --write aiconfigurator_core-0.12.0-*.whl    # and rewrites the chips of transferred.py

Values are carried over by operator and format: share of the peak, share of the bandwidth, start-up, fill, moves; one
set for all chips that are fitted, each of which counts alike. Peaks and bandwidths are the left-out chip's own. A
format that no fitted chip has takes the values of the next wider one. Up to 3,000 shapes
of a table are used: the fitted half of them for fits, all of them where the chip is left out.
"""
import argparse
import zipfile

import numpy

import operators
from fit import row
from tables import CHIPS, Chip, fit

WIDER = {"fp4": ("fp8", "bf16"), "fp8Block": ("fp8", "bf16"), "fp8": ("bf16",), "weights4": ("bf16",),
         "weights4Activations8": ("fp8", "bf16"), "bf16": ()}
# Shapes of a table that are used.
MOST = 3000


class Operator:
    """Tables of one operator by format and chip."""

    def __init__(self, name, make, formats):
        self.name, self.make, self.formats = name, make, formats
        self.tables = {}

    def table(self, format_, chip):
        key = format_, chip.folder
        if key not in self.tables:
            self.tables[key] = self.make(chip, format_)
        return self.tables[key]

    def carried(self, format_, chips):
        """Join and values of `chips` in a format, or in the next wider one that they have; and that format."""
        for name in (format_,) + WIDER[format_]:
            tables = [table for table in (self.table(name, chip) for chip in chips) if table is not None]
            if tables:
                return *fit(tables), name
        return None


OPERATORS = [
    Operator(
        "products", lambda chip, name: operators.products(chip, name, most=MOST), ("bf16", "fp8", "fp8Block", "fp4")),
    Operator("experts", lambda chip, name: operators.experts(chip, name, most=MOST), tuple(operators.FORMATS)),
    Operator("attention", lambda chip, name: operators.decode(chip, name, None, most=MOST), ("bf16", "fp8")),
    Operator("prompts", lambda chip, _: operators.prompts(chip, most=MOST), ("bf16",)),
    Operator("latentAttention", lambda chip, name: operators.latent(chip, name, most=MOST), ("bf16", "fp8")),
]


def errors(operator, format_, target, sources):
    """Logarithms of modelled over measured times of the target's table; None where it has none."""
    table = operator.table(format_, target)
    if table is None:
        return None
    found = operator.carried(format_, sources)
    if found is None:
        return None
    power, values, name = found
    if len(values) < len(table.low):
        # From a format without a quantise kernel to one with: a pass that reads 16 bits and writes 8.
        values = numpy.append(values, 3)
    return table.ratios(power, values[:len(table.low)])


def leave_out(scope, chips, groups):
    """Prints the errors of each group of chips left out, and returns them by operator and format."""
    print(f"\n## {scope} left out\n")
    print("| chip | operator | format | rows | median | nine of ten | bias | fitted on |")
    print("| --- | --- | --- | --: | --: | --: | --: | --- |")
    found = {}
    for targets, sources in groups:
        for operator in OPERATORS:
            for format_ in operator.formats:
                for target in targets:
                    left = errors(operator, format_, target, sources)
                    if left is None:
                        continue
                    found.setdefault((operator.name, format_), []).append(left)
                    row(target, operator.name, format_, left, "+".join(chip.folder for chip in sources))
    print("\n| operator | format | chips | median | least to most | nine of ten lie within |")
    print("| --- | --- | --: | --: | --- | --- |")
    for (name, format_), parts in found.items():
        medians = [numpy.median(abs(part)) for part in parts]
        low, _, high = band(parts)
        print("| %s | %s | %d | %.0f%% | %.0f to %.0f%% | %.2f to %.2f |" % (
            name, format_, len(parts), 100 * numpy.median(medians), 100 * min(medians), 100 * max(medians), low, high),
            flush=True)
    return found


def band(parts):
    """The 5%, 50% and 95% quantiles of measured over modelled time, each chip counted alike."""
    every = numpy.concatenate([numpy.quantile(-part, numpy.linspace(0, 1, 1001)) for part in parts])
    return numpy.exp(numpy.quantile(every, [0.05, 0.5, 0.95]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", help="aiconfigurator_core-0.12.0-….whl")
    parser.add_argument("--write", action="store_true", help="rewrite the chips of transferred.py")
    options = parser.parse_args()
    archive = zipfile.ZipFile(options.wheel)
    chips = [Chip(folder, archive) for folder in CHIPS]
    generations = list(dict.fromkeys(chip.generation for chip in chips))
    one = leave_out("One chip", chips, [([c], [o for o in chips if o is not c]) for c in chips])
    whole = leave_out("A generation", chips, [
        ([c for c in chips if c.generation == g], [c for c in chips if c.generation != g]) for g in generations])
    leave_out("All but Hopper", chips, [
        ([c for c in chips if c.generation == "Blackwell"], [c for c in chips if c.generation == "Hopper"])])
    if options.write:
        from transferred import write
        write(OPERATORS, chips, one, whole, band)


if __name__ == "__main__":
    main()
