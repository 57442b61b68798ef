"""Reads the kernel tables of the PyPI package aiconfigurator-core and fits curves to halves of them.

Of the package only systems/data/*/{gemm,moe,attention,mla,comm}/*/*/*.parquet is opened; its measured serving runs
never are, since the program is judged on them. Shapes whose SHA-256 of "chip|operator|format|shape" is even
are fitted, odd ones tested.
"""
import functools
import hashlib
import io
import itertools
import os
import re

import numpy
import pyarrow.compute
import pyarrow.parquet
from scipy.optimize import least_squares

CATALOG = os.path.join(os.path.dirname(__file__), "../../Sources/Formats/Resources/catalog")
PACKAGE = "the kernel tables in PyPI aiconfigurator-core 0.12.0"

# Folder of the tables: file of the chip, file of the system, generation. Peaks are read from the chip's file.
CHIPS = {
    "a100_sxm": ("nvidia-a100", "hgx-a100", "Ampere"),
    "l40s": ("nvidia-l40s", "l40s-server", "Ada"),
    "h100_sxm": ("nvidia-h100", "hgx-h100", "Hopper"),
    "h200_sxm": ("nvidia-h200", "hgx-h200", "Hopper"),
    "b200_sxm": ("nvidia-b200", "hgx-b200", "Blackwell"),
    "b300_sxm": ("nvidia-b300", "hgx-b300", "Blackwell"),
    "gb200": ("nvidia-gb200", "gb200-nvl72", "Blackwell"),
    "gb300": ("nvidia-gb300", "gb300-nvl72", "Blackwell"),
    "rtx_pro_6000_server": ("nvidia-rtx-pro-6000", "rtx-pro-6000-server", "Blackwell card"),
}
# Half of the cache of cards with much of it and slow memory: what is smaller stays there between two runs of a table.
# Of other chips no table shows it.
CACHES = {"l40s": 48e6, "rtx_pro_6000_server": 64e6}
ENGINES = ("vllm", "trtllm", "sglang")
JOINS = {1: "sum", 2: "root", 4: "fourthRoot"}
UNITS = {"TFLOPS": 1e12, "TOPS": 1e12, "PFLOPS": 1e15, "GB/s": 1e9, "TB/s": 1e12}


def is_fitted(*parts):
    return hashlib.sha256("|".join(map(str, parts)).encode()).digest()[-1] % 2 == 0


class Chip:
    def __init__(self, folder, archive):
        self.folder = folder
        self.archive = archive
        file, system, self.generation = CHIPS[folder]
        self.path = os.path.join(CATALOG, "chips", file + ".yaml")
        self.system_path = os.path.join(CATALOG, "systems", system + ".yaml")
        self.text = open(self.path).read()
        self.bandwidth = self.quantity(r"\n  bandwidth: \{ value: ([\d.]+) (\S+),")
        peaks = {name: self.quantity(r"\n  %s: \{ value: ([\d.]+) (\S+)," % name) for name in ("bf16", "fp8", "fp4")}
        self.peaks = {name: peak for name, peak in peaks.items() if peak}

    def quantity(self, pattern):
        found = re.search(pattern, self.text)
        return float(found[1]) * UNITS[found[2]] if found else None

    def is_cold(self, size):
        """Whether bytes that a kernel reads come from memory; less than 1 MB takes no time either way."""
        return size < 1e6 or size >= CACHES.get(self.folder, 0)

    def rows(self, operator, table, columns, engines=ENGINES, **only):
        """Values of some columns in the tables of some engines, of rows where others have one value."""
        for engine in engines:
            head = f"aiconfigurator_core/systems/data/{self.folder}/{operator}/{engine}/"
            for name in sorted(self.archive.namelist()):
                if name.startswith(head) and name.endswith(f"/{table}_perf.parquet"):
                    data = self.read(name)
                    for wanted, value in only.items():
                        data = data.filter(pyarrow.compute.equal(data.column(wanted), value))
                    yield from zip(*(column(data, wanted) for wanted in columns))

    @functools.lru_cache(None)
    def read(self, name):
        return pyarrow.parquet.read_table(io.BytesIO(self.archive.read(name)))


def column(data, name):
    """Values of a column; older tables have no windows."""
    if name == "window_size" and name not in data.column_names:
        return [0] * data.num_rows
    return data.column(name).to_pylist()


def join(compute, memory, p):
    top = numpy.maximum(compute, memory)
    return top * ((compute / top) ** p + (memory / top) ** p) ** (1 / p)


def fastest(rows):
    best = {}
    for key, latency in rows:
        if latency > 0 and latency < best.get(key, float("inf")):
            best[key] = latency
    return best


def thinned(best, most):
    """At most so many shapes: those whose hashes are least."""
    if not most or len(best) <= most:
        return best
    keys = sorted(best, key=lambda key: hashlib.sha256(repr(key).encode()).digest())[:most]
    return {key: best[key] for key in keys}


class Table:
    """Measured times of shapes, which of them are fitted, and a model of them with a few values."""

    def __init__(self, best, is_fitted_key, model, start, low, high, scale=0.05, powers=tuple(JOINS), starts=()):
        self.keys = list(best)
        self.times = numpy.array(list(best.values())) * 1e-3
        self.fitted = numpy.array([is_fitted_key(key) for key in self.keys])
        # model(p, values) gives seconds of every shape.
        self.model = model
        self.starts, self.low, self.high = list(starts) or [start], low, high
        self.scale = scale
        self.powers = powers

    def thinned(self, most=4000):
        """Of the fitted half, evenly spaced ones: 4,000 say as much as 14,000."""
        places = numpy.flatnonzero(self.fitted)
        mask = numpy.zeros(len(self.fitted), bool)
        mask[places[:: -(-len(places) // most)]] = True
        return mask

    def ratios(self, power, values):
        """Logarithms of modelled over measured times, of all shapes."""
        return numpy.log(self.model(power, values) / self.times)


def fit(tables, chosen=None):
    """The join and the values of least sum of soft absolute errors over the fitted halves of some tables, each of which
    counts alike; the join is the one of the smallest median error there."""
    first = tables[0]
    chosen = chosen or [table.thinned() for table in tables]
    best = None
    for power, start in itertools.product(first.powers, first.starts):
        def residual(x):
            parts = []
            for table, mask in zip(tables, chosen):
                part = table.ratios(power, numpy.exp(x))[mask]
                parts.append(part if len(tables) == 1 else part / numpy.sqrt(len(part)))
            return numpy.concatenate(parts)
        scale = first.scale if len(tables) == 1 else first.scale / numpy.sqrt(numpy.mean([m.sum() for m in chosen]))
        found = least_squares(
            residual, numpy.log(start), loss="soft_l1", f_scale=scale,
            bounds=(numpy.log(first.low), numpy.log(first.high)))
        loss = numpy.median([
            numpy.median(abs(table.ratios(power, numpy.exp(found.x))[mask])) for table, mask in zip(tables, chosen)])
        if best is None or loss < best[0]:
            best = (loss, power, numpy.exp(found.x))
    return best[1], best[2]


def told(errors):
    return "%.0f%% in the median, %.0f%% in nine of ten, bias %+.0f%%" % (
        100 * numpy.median(abs(errors)), 100 * numpy.quantile(abs(errors), 0.9), 100 * numpy.median(errors))


def fitted_source(errors):
    return f"fit of {PACKAGE} (half of the shapes; the other half errs by {told(errors)})"
