"""Start-ups and bandwidths of collectives inside a board, in the form of Sources/Hardware/CollectiveConstants.swift.

    time = startup + perRank (ranks - 1) + sent / bandwidth

The library (NCCL) changes its protocol with the size: small messages start early and move slowly, large ones the other
way, so a collective is the faster of two lines: `ring` and `inSwitch` (where switches sum; else `bulkRing`), `gather`
and `bulkGather` (all-gather and reduce-scatter alike), `allToAll` and `bulkAllToAll`. Kernels of an engine's own sum in
one shot or in two (TensorRT-LLM's tables; above some size they call the library). Sizes in the tables count values; the
program counts bytes; less than one token of 2,048 values is left out.
"""
import io
import re

import numpy
import pyarrow.parquet

from tables import PACKAGE, Table, fastest, fit, is_fitted, told

LEAST = 4096
BYTES = {"half": 2, "bfloat16": 2, "float16": 2, "int8": 1}
# Boards whose switches sum for the library, as its tables show on large sizes.
SUMMING = ("h100_sxm", "h200_sxm", "b200_sxm", "b300_sxm")
# Seconds: first guess, least and most start-up of a kernel.
STARTUPS = {
    "oneShot": (3e-6, 1e-6, 1e-5), "twoShot": (1.2e-5, 2e-6, 8e-5), "ring": (8e-6, 1e-6, 4e-5),
    "inSwitch": (4e-5, 1e-5, 2e-4), "bulkRing": (4e-5, 1e-5, 1e-3), "gather": (7e-6, 1e-6, 4e-5),
    "bulkGather": (3e-5, 8e-6, 1e-3), "allToAll": (8e-6, 1e-6, 4e-5), "bulkAllToAll": (3e-5, 8e-6, 1e-3)}
# Kind of collective: operations of the library's tables, kernels.
LIBRARY = {
    "all-gather, reduce-scatter": (("all_gather", "reduce_scatter"), ("gather", "bulkGather")),
    "all-to-all": (("alltoall",), ("allToAll", "bulkAllToAll")),
}


def read(chip, folder, table, columns):
    head = f"aiconfigurator_core/systems/data/{chip.folder}/comm/{folder}/"
    for name in sorted(chip.archive.namelist()):
        if name.startswith(head) and name.endswith(f"/{table}_perf.parquet"):
            data = pyarrow.parquet.read_table(io.BytesIO(chip.archive.read(name)))
            yield from zip(*(data.column(column).to_pylist() for column in columns))


def library(chip, operations):
    """Milliseconds by operation, ranks and bytes: the fastest release, in 16 bits."""
    rows = read(chip, "nccl", "nccl", ["op_name", "nccl_dtype", "num_gpus", "message_size", "latency"])
    return fastest(((o, g, s * 2), l) for o, t, g, s, l in rows if o in operations and t == "half" and s * 2 >= LEAST)


def own_kernels(chip):
    rows = read(chip, "trtllm", "custom_allreduce", ["allreduce_dtype", "num_gpus", "message_size", "latency"])
    return fastest((("custom", g, s * BYTES[t]), l) for t, g, s, l in rows if s * BYTES[t] >= LEAST)


def sent(kernel, size, ranks):
    if kernel == "oneShot":
        return size * (ranks - 1)
    if kernel == "inSwitch":
        return size * (ranks + 1) / ranks
    return size * (ranks - 1) / ranks * (2 if kernel in ("twoShot", "ring", "bulkRing") else 1)


def table(chip, best, kernels, link, known=()):
    """The fastest of `kernels`, beside `known` ones with their values."""
    ranks, size = numpy.array([key[1:] for key in best], float).T

    def time(kernel, x):
        return x[0] + x[1] * (ranks - 1) + sent(kernel, size, ranks) / x[2]

    given = [time(kernel, x) for kernel, x in known]

    def model(_, x):
        return numpy.minimum.reduce([time(kernel, x[3 * i: 3 * i + 3]) for i, kernel in enumerate(kernels)] + given)

    low, high = [], []
    for kernel in kernels:
        low += [STARTUPS[kernel][1], 1e-9, link * 0.01]
        high += [STARTUPS[kernel][2], 2e-5, link * 1.2]

    def start(small, late):
        values = []
        for kernel in kernels:
            isLarge = kernel.startswith("bulk") or kernel == "inSwitch"
            values += [STARTUPS[kernel][0] * (late if isLarge else 1), 5e-7, link * (0.8 if isLarge else small)]
        return values

    starts = [start(small, late) for small in (0.4, 0.1) for late in (1, 0.5, 3)]
    return Table(
        best, lambda key: is_fitted(chip.folder, "comm", *key), model, None, low, high, 0.1, powers=(None,),
        starts=starts)


def fit_collectives(chip):
    """Values by kernel, and errors of the half not fitted by kind of collective."""
    text = open(chip.system_path).read()
    plane = re.search(r"role: scaleUp.*?bandwidth: \{ value: ([\d.]+) GB/s,", text, re.S)
    link = float(plane[1]) * 1e9
    values, errors = {}, {}

    def add(kind, best, kernels, known=()):
        found = table(chip, best, kernels, link, known)
        _, x = fit([found])
        for i, kernel in enumerate(kernels):
            values[kernel] = x[3 * i: 3 * i + 3]
        errors[kind] = found.ratios(None, x)[~found.fitted]

    large = "inSwitch" if chip.folder in SUMMING else "bulkRing"
    add("all-reduce, library", library(chip, ("all_reduce",)), ("ring", large))
    add("all-reduce, own kernels", own_kernels(chip), ("oneShot", "twoShot"), [(k, values[k]) for k in ("ring", large)])
    for kind, (operations, kernels) in LIBRARY.items():
        add(kind, library(chip, operations), kernels)
    return values, errors
