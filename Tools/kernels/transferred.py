"""Writes what chips without kernel tables rest on: `kernels:` of chips that have them, and the band of `transfer:`."""
import os
import re

from tables import CATALOG, JOINS, PACKAGE

# Chips of makers without any table, with efficiencies of all chips that have them.
POOLED = ("amd-mi300x", "amd-mi308x", "cambricon-mlu590", "hygon-bw200", "hygon-k100", "hygon-k100-ai", "kunlun-p800",
          "moore-threads-s4000", "moore-threads-s5000", "t-head-zhenwu-810e")
# Chips that keep another one's efficiencies: whose, and whether that is of the same generation.
SIBLINGS = {
    "ascend-920": ("the Ascend 910C", False), "ascend-950dt": ("the Ascend 910C", False),
    "ascend-950pr": ("the Ascend 910C", False), "ascend-960": ("the Ascend 910C", False),
    "ascend-970": ("the Ascend 910C", False), "nvidia-rubin": ("the NVIDIA B200", False),
    "nvidia-h20": ("the NVIDIA H100 and H200", True)}
KINDS = {"products": ("products",), "experts": ("experts",), "attention": ("attention", "prompts")}


def transfer(source, found, band, left):
    """The lines of `transfer:`."""
    lines = ["  transfer:", f"    from: {source}"]
    for name, operators in KINDS.items():
        parts = [part for (operator, _), each in found.items() if operator in operators for part in each]
        low, _, high = band(parts)
        lines.append(f"    {name}: {{ low: {low:.2f}, high: {high:.2f} }}")
    return lines + [
        f'    source: "{PACKAGE}, {left} left out of the fit in turn: nine of ten of its kernels took between low '
        f'and high times as long as predicted (Tools/kernels/transfer.py)"']


def kernels(pooled, matrix):
    """The lines of `kernels:`; shares of the peak as products reach them on this chip over the fitted ones."""
    scale = matrix / pooled["products", "bf16"][1][0]
    source = (f"carried over: one fit of {PACKAGE} over nine NVIDIA chips (Tools/kernels/transfer.py), shares of the "
              f"peak times {scale:.2f}, what large products reach here (`matrix`) over what they reach there")

    def entry(name, share, read, startup, more=""):
        text = f"share: {share * scale:.3g}, read: {read:.3g}, startup: {startup * 1e6:.3g} us"
        return f'      {name}: {{ {text}{more}, source: "{source}" }}'

    lines = [
        "  # Kernels by format, carried over from chips with tables; written by Tools/kernels/transfer.py.",
        "  kernels:", "    products:"]
    for name in ("bf16", "fp8", "fp8Block"):
        power, (share, read, startup, fill, *_), _ = pooled["products", name]
        lines.append(entry(name, share, read, startup, f", fill: {fill:.0f}, join: {JOINS[power]}"))
    lines.append("    experts:")
    for name in ("bf16", "fp8", "fp8Block"):
        power, (share, read, fixed, moves, ordering), _ = pooled["experts", name]
        lines.append(entry(
            name, share, read, fixed / 2,
            f", holdsMixture: true, ordering: {ordering * 1e6:.3g} us, moves: {moves:.3g}, fill: 0, "
            f"join: {JOINS[power]}"))
    lines.append("    attention:")
    share, _, keys = pooled["prompts", "bf16"][1]
    for name in ("bf16", "fp8"):
        _, (read, startup, *_), _ = pooled["attention", name]
        lines.append(entry(name, share, read, startup, f", extraKeys: {keys:.0f}"))
    return lines


def write(operators, chips, one, whole, band):
    pooled = {(o.name, f): o.carried(f, chips) for o in operators for f in o.formats}
    for (name, format_), (power, values, _) in pooled.items():
        print(f"all chips: {name} {format_}: join {power},", ", ".join(f"{value:.3g}" for value in values))
    for file in POOLED + tuple(SIBLINGS):
        path = os.path.join(CATALOG, "chips", file + ".yaml")
        text = open(path).read()
        head = re.split(r"\n  # Kernels by format, carried over|\n  transfer:", text)[0].rstrip("\n")
        if "\nefficiency:" not in head:
            head += "\nefficiency:"
        lines = []
        if file in SIBLINGS:
            source, isNear = SIBLINGS[file]
            lines += transfer(source, one if isNear else whole, band, "each chip" if isNear else "each generation")
        else:
            matrix = float(re.search(r"\n  matrix:\s*\{ value: ([\d.]+),", text)[1])
            lines += kernels(pooled, matrix)
            lines += transfer("nine NVIDIA chips", whole, band, "each generation")
        with open(path, "w") as file_:
            file_.write(head + "\n" + "\n".join(lines) + "\n")
