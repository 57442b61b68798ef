#!/usr/bin/env python3
"""Fits what kernels reach on a chip to the measured kernel tables of the PyPI package aiconfigurator-core.

    pip download --no-deps aiconfigurator-core==0.12.0
    pip install numpy scipy pyarrow
    Tools/kernels/fit.py aiconfigurator_core-0.12.0-*.whl            # prints each chip's errors
    Tools/kernels/fit.py --write aiconfigurator_core-0.12.0-*.whl    # and rewrites `kernels:` of catalog/chips

Nobody needs this to run Supernode: what it writes is in the catalog. Of the package it opens the kernel tables alone
(systems/data/*/{gemm,moe,attention}/*/*/*.parquet); the package's measured serving runs are never opened, since the
program is judged on them.

Of several engines' kernels for one shape the fastest counts; experts and attention are fitted for each engine by itself
too, and experts for each backend that an engine can be told to take. Products are not: engines choose among the same
libraries, and the tables time a quantise kernel with some of them. A fit that errs by more than 30% in the median on its other half, or ends at a bound, is left out.

Shapes whose SHA-256 of "chip|operator|format|shape" is
even are fitted, odd ones tested. The form is that of Sources/Costs/Timing/RooflineTimes.swift:

    compute = 2 m k n (1 + fill/(m n)) / (peak share k/(k + halfDepth))
    memory  = (weights + activations) / (bandwidth read)
    time    = startup + (compute^p + memory^p)^(1/p), p = 1, 2 or 4

Experts: two such products over all that are active, fill = 0, what sums results and makes activations beside them, and
a fixed time, half of which is written as the start-up of each product: choosing, ordering, activating and summing are
in it. The share holds what uneven loads of experts cost. Weights of four bits with activations of sixteen keep the
start-ups of products: engines serve them with kernels that no table has (Marlin), and the tables' fixed times are long.
Attention: one new token a request over contexts of 128 tokens and more without windows, 2 to 16 query heads a
key-value head of 128 values, the longer of computing and reading; its share of the peak is that of prompts.
Latent attention: the same over latents of 512 + 64 values, computing and reading joined.
"""
import argparse
import hashlib
import io
import os
import re
import zipfile

import numpy
import pyarrow.parquet
from scipy.optimize import least_squares

CATALOG = os.path.join(os.path.dirname(__file__), "../../Sources/Formats/Resources/catalog/chips")

# Folder of the tables: file of the catalog. Peaks are read from that file.
CHIPS = {
    "h100_sxm": "nvidia-h100", "h200_sxm": "nvidia-h200", "b200_sxm": "nvidia-b200",
    "b300_sxm": "nvidia-b300", "gb200": "nvidia-gb200", "gb300": "nvidia-gb300",
}

# Name in the catalog: name in the tables, peak, bytes of a weight and of an activation with their scales.
FORMATS = {
    "bf16": ("bfloat16", "bf16", 2, 2),
    "fp8": ("fp8", "fp8", 1, 1),
    "fp8Block": ("fp8_block", "fp8", 1.0002, 1),
    "fp4": ("nvfp4", "fp4", 0.5625, 0.5625),
    "weights4": ("w4a16_mxfp4", "bf16", 0.53125, 2),
    "weights4Activations8": ("w4a8_mxfp4_mxfp8", "fp8", 0.53125, 1.03125),
}
ENGINES = ("vllm", "trtllm", "sglang")
# Name in the catalog: folder of the tables.
FAMILIES = {"vLLM": "vllm", "sgLang": "sglang", "tensorRT": "trtllm"}
# Backends of experts by words in the names of their kernels, the first that fits; `moe_torch_flow` alone tells nothing.
# CUTLASS is not told apart: it is what TensorRT-LLM's own tables hold, and in FP4 they are twice as slow as runs with it.
BACKENDS = {"trtllm": ("trtllm", "min_latency"), "deepGEMM": ("deepgemm",), "triton": ("triton",)}
HALF_DEPTH = 200.0
JOINS = {1: "sum", 2: "root", 4: "fourthRoot"}
UNITS = {"TFLOPS": 1e12, "TOPS": 1e12, "PFLOPS": 1e15, "GB/s": 1e9, "TB/s": 1e12}


def is_fitted(*parts):
    return hashlib.sha256("|".join(map(str, parts)).encode()).digest()[-1] % 2 == 0


class Chip:
    def __init__(self, folder, archive):
        self.folder = folder
        self.archive = archive
        self.path = os.path.join(CATALOG, CHIPS[folder] + ".yaml")
        self.text = open(self.path).read()
        self.bandwidth = self.quantity(r"\n  bandwidth: \{ value: ([\d.]+) (\S+),")
        peaks = {name: self.quantity(r"\n  %s: \{ value: ([\d.]+) (\S+)," % name) for name in ("bf16", "fp8", "fp4")}
        self.peaks = {name: peak for name, peak in peaks.items() if peak}

    def quantity(self, pattern):
        found = re.search(pattern, self.text)
        return float(found[1]) * UNITS[found[2]] if found else None

    def rows(self, operator, table, columns, engines=ENGINES):
        for engine in engines:
            head = f"aiconfigurator_core/systems/data/{self.folder}/{operator}/{engine}/"
            for name in sorted(self.archive.namelist()):
                if name.startswith(head) and name.endswith(f"/{table}_perf.parquet"):
                    data = pyarrow.parquet.read_table(io.BytesIO(self.archive.read(name)))
                    have = [c for c in columns if c in data.column_names]
                    if len(have) == len(columns):
                        yield from zip(*(data.column(c).to_pylist() for c in columns))


def join(compute, memory, p):
    top = numpy.maximum(compute, memory)
    return top * ((compute / top) ** p + (memory / top) ** p) ** (1 / p)


def fit(model, times, fitted, start, low, high, scale=0.05, powers=JOINS):
    """The power, the values of least sum of soft absolute errors over the fitted half, and errors of the other."""
    best = None
    for power in powers:
        def residual(x):
            return numpy.log(model(power, numpy.exp(x)) / times)[fitted]
        found = least_squares(
            residual, numpy.log(start), loss="soft_l1", f_scale=scale, bounds=(numpy.log(low), numpy.log(high)))
        loss = numpy.median(abs(residual(found.x)))
        if best is None or loss < best[0]:
            best = (loss, power, numpy.exp(found.x))
    _, power, values = best
    return power, values, numpy.log(model(power, values) / times)[~fitted]


def fastest(rows):
    best = {}
    for key, latency in rows:
        if latency > 0 and latency < best.get(key, float("inf")):
            best[key] = latency
    return best


def fit_products(chip, name):
    table, peak, weight, activation = FORMATS[name]
    if peak not in chip.peaks:
        return None
    rows = chip.rows("gemm", "gemm", ["gemm_dtype", "m", "n", "k", "latency"])
    best = fastest(((m, n, k), l) for d, m, n, k, l in rows if d == table and k >= 256 and n >= 128)
    if len(best) < 50:
        return None
    m, n, k = numpy.array(list(best), float).T
    times = numpy.array(list(best.values())) * 1e-3
    fitted = numpy.array([is_fitted(chip.folder, "gemm", name, "x".join(map(str, key))) for key in best])

    def model(p, x):
        share, read, startup, fill = x
        compute = 2 * m * k * n * (1 + fill / (m * n)) / (chip.peaks[peak] * share * k / (k + HALF_DEPTH))
        memory = (k * n * weight + m * (k * activation + 2 * n)) / (chip.bandwidth * read)
        return startup + join(compute, memory, p)

    return fit(model, times, fitted, [0.7, 0.85, 4e-6, 1e5], [0.05, 0.2, 1e-7, 1], [1, 1, 4e-5, 1e7])


def backend(kernel):
    return next((name for name, words in BACKENDS.items() if any(word in kernel for word in words)), None)


def fit_experts(chip, name, engines=None, only=None):
    """Of all engines, of some, or of one backend of theirs."""
    table, peak, weight, activation = FORMATS[name]
    if peak not in chip.peaks:
        return None
    columns = ["kernel_source", "moe_dtype", "num_tokens", "hidden_size", "inter_size", "topk", "num_experts",
               "moe_tp_size", "moe_ep_size", "distribution", "latency"]
    # Of all engines SGLang's Triton kernels are left out: twice as slow on formats that it serves with others by
    # default. FP4 is by the kernels that all engines share by now, which vLLM's tables have.
    shared = ("vllm",) if name == "fp4" else ("vllm", "trtllm")
    rows = (row for row in chip.rows("moe", "moe", columns, engines or (ENGINES if only else shared))
            if only is None or backend(row[0]) == only)
    best = fastest(
        ((m, h, i, k, e, tp, ep), l) for s, d, m, h, i, k, e, tp, ep, distribution, l in rows
        # Experts are chosen as unevenly as by real tokens; slivers of experts are left out.
        if d == table and distribution == "power_law_1.01" and "nongated" not in s and e / ep >= 4 and i / tp >= 128)
    if len(best) < 50:
        return None
    m, h, i, k, e, tp, ep = numpy.array(list(best), float).T
    times = numpy.array(list(best.values())) * 1e-3
    fitted = numpy.array([is_fitted(chip.folder, "moe", name, "x".join(map(str, key))) for key in best])
    pairs = m * k / ep
    # As the program counts them: each expert of each token drawn evenly.
    active = numpy.maximum(1, e / ep * (1 - (1 - k / e) ** m))
    width = i / tp

    def model(p, x):
        share, read, fixed = x
        # Results are summed over experts, and activations made, by kernels of their own.
        time = fixed + pairs * (4 * h + 5 * width) / (0.8 * chip.bandwidth)
        for columns_, depth in ((2 * width, h), (h, width)):
            outputs = pairs * columns_
            compute = 2 * outputs * depth / (
                chip.peaks[peak] * share * depth / (depth + HALF_DEPTH))
            memory = (active * depth * columns_ * weight + pairs * (depth * activation + 2 * columns_)) / (
                chip.bandwidth * read)
            time = time + join(compute, memory, p)
        return time

    return fit(model, times, fitted, [0.5, 0.8, 2e-5], [0.05, 0.2, 1e-6], [1, 1, 1e-4], 0.1)


def fit_decode(chip, name, share, engines=ENGINES):
    """Attention of one new token a request over its context; `share` of the peak as prompts reach it."""
    columns = ["kv_cache_dtype", "batch_size", "num_heads", "num_key_value_heads", "head_dim", "step", "window_size",
               "latency"]
    rows = chip.rows("attention", "generation_attention", columns, engines)
    kind, size = {"bf16": ("bfloat16", 2), "fp8": ("fp8", 1)}[name]
    best = fastest(
        ((b, q, kv, d, s), l) for t, b, q, kv, d, s, w, l in rows
        if t == kind and w == 0 and d == 128 and s >= 127 and 1 < q / max(1, kv) <= 16)
    if len(best) < 50:
        return None
    b, q, kv, d, s = numpy.array(list(best), float).T
    times = numpy.array(list(best.values())) * 1e-3
    fitted = numpy.array([is_fitted(chip.folder, "decode", name, "x".join(map(str, key))) for key in best])
    context = s + 1

    def model(_, x):
        read, startup = x
        compute = 4 * b * q * d * context / (chip.peaks["bf16"] * share)
        memory = (2 * b * kv * d * context * size + 4 * b * q * d) / (chip.bandwidth * read)
        return startup + numpy.maximum(compute, memory)

    return fit(model, times, fitted, [0.8, 8e-6], [0.2, 1e-6], [1, 4e-5], powers=[None])


def fit_latent(chip, name, engines=ENGINES):
    """Attention of one new token a request over latents of 512 values and 64 that carry positions."""
    kind, size = {"bf16": ("bfloat16", 2), "fp8": ("fp8", 1)}[name]
    rows = chip.rows("mla", "generation_mla", ["kv_cache_dtype", "num_heads", "batch_size", "step", "latency"], engines)
    best = fastest(((h, b, s), l) for t, h, b, s, l in rows if t == kind and s >= 127)
    if len(best) < 50:
        return None
    h, b, s = numpy.array(list(best), float).T
    times = numpy.array(list(best.values())) * 1e-3
    fitted = numpy.array([is_fitted(chip.folder, "latent", name, "x".join(map(str, key))) for key in best])
    context = s + 1

    def model(p, x):
        share, read, startup = x
        compute = 2 * b * h * context * (576 + 512) / (chip.peaks["bf16"] * share)
        memory = b * context * 576 * size / (chip.bandwidth * read)
        return startup + join(compute, memory, p)

    return fit(model, times, fitted, [0.5, 0.8, 1e-5], [0.02, 0.02, 1e-6], [1, 1, 4e-5])


def fit_prompts(chip, engines=ENGINES):
    """What attention of prompts reaches of the peak."""
    columns = ["kv_cache_dtype", "batch_size", "isl", "num_heads", "num_key_value_heads", "head_dim", "window_size",
               "latency"]
    rows = chip.rows("attention", "context_attention", columns, engines)
    best = fastest(
        ((b, n, q, kv, d), l) for t, b, n, q, kv, d, w, l in rows
        if t == "bfloat16" and w == 0 and d == 128 and q >= kv and b * n >= 64)
    b, n, q, kv, d = numpy.array(list(best), float).T
    times = numpy.array(list(best.values())) * 1e-3
    fitted = numpy.array([is_fitted(chip.folder, "prompts", "x".join(map(str, key))) for key in best])

    def model(p, x):
        share, startup = x
        compute = 2 * b * q * d * n * (n + 1) / (chip.peaks["bf16"] * share)
        memory = 2 * b * n * d * (2 * q + 2 * kv) / (0.8 * chip.bandwidth)
        return startup + join(compute, memory, p)

    return fit(model, times, fitted, [0.5, 1e-5], [0.05, 1e-6], [1, 1e-4])


def told(errors):
    return "%.0f%% in the median, %.0f%% in nine of ten, bias %+.0f%%" % (
        100 * numpy.median(abs(errors)), 100 * numpy.quantile(abs(errors), 0.9), 100 * numpy.median(errors))


PACKAGE = "the kernel tables in PyPI aiconfigurator-core 0.12.0"


def fitted_source(errors):
    return f"fit of {PACKAGE} (half of the shapes; the other half errs by {told(errors)})"


class Writer:
    """The lines of `kernels:`, entries by operator and format."""

    def __init__(self, chip):
        self.chip = chip
        self.lines = []

    def head(self, indent, name):
        self.lines.append("  " * indent + name + ":")

    def entry(self, indent, place, name, errors, note="", **values):
        source = fitted_source(errors) + note
        values = ", ".join(f"{key}: {value}" for key, value in values.items())
        self.lines.append("  " * indent + f'{name}: {{ {values}, source: "{source}" }}')
        print(self.chip.folder, place, name, values, told(errors), len(errors), flush=True)

    def group(self, indent, name, place, entries):
        """Entries under a head, where there are any."""
        entries = list(entries)
        if entries:
            self.head(indent, name)
            for format_, errors, note, values in entries:
                self.entry(indent + 1, f"{place}{name}", format_, errors, note, **values)

    def products(self):
        startups = {}
        for name in FORMATS:
            found = fit_products(self.chip, name)
            if not found:
                continue
            power, (share, read, startup, fill), errors = found
            startups[name] = startup
            yield name, errors, "", {
                "share": f"{share:.3g}", "read": f"{read:.3g}", "startup": f"{startup * 1e6:.3g} us",
                "fill": f"{fill:.0f}", "join": JOINS[power]}
        self.startups = startups

    def experts(self, engines=None, only=None):
        for name in FORMATS:
            found = fit_experts(self.chip, name, engines, only)
            if not found or not is_good(found, read=1, fixed=(2, 1e-4)):
                continue
            power, (share, read, fixed), errors = found
            values = {"share": f"{share:.3g}", "read": f"{read:.3g}"}
            if name == "weights4":
                values["startup"] = f"{self.startups['bf16'] * 1e6:.3g} us"
                note = "; start-up as of one product in bf16"
            else:
                values["startup"] = f"{fixed / 2 * 1e6:.3g} us"
                values["holdsMixture"] = "true"
                note = ""
            yield name, errors, note, values | {"fill": 0, "join": JOINS[power]}

    def attention(self, engines=ENGINES):
        _, (share, _), prompts = fit_prompts(self.chip, engines)
        for name in ("bf16", "fp8"):
            found = fit_decode(self.chip, name, share, engines)
            if found and is_good(found):
                _, (read, startup), errors = found
                yield name, errors, f"; share: that of prompts in bf16, {told(prompts)}", {
                    "share": f"{share:.3g}", "read": f"{read:.3g}", "startup": f"{startup * 1e6:.3g} us"}

    def latent(self, engines=ENGINES):
        for name in ("bf16", "fp8"):
            found = fit_latent(self.chip, name, engines)
            if found and is_good(found):
                power, (share, read, startup), errors = found
                yield name, errors, "", {
                    "share": f"{share:.3g}", "read": f"{read:.3g}", "startup": f"{startup * 1e6:.3g} us",
                    "join": JOINS[power]}


def is_good(found, read=None, fixed=None):
    """Whether the half that was not fitted is met, and no value lies at the end of its range."""
    _, values, errors = found
    if numpy.median(abs(errors)) > 0.3:
        return False
    if read is not None and values[read] < 0.21:
        return False
    return fixed is None or values[fixed[0]] < 0.99 * fixed[1]


def block(chip):
    """The lines of `kernels:`."""
    writer = Writer(chip)
    writer.lines += [
        "  # Isolated kernels by format: tables of NVIDIA's aiconfigurator-core 0.12.0, fastest of the engines' kernels",
        "  # for each shape, then those of one engine and of one backend of experts; fitted by Tools/kernels/fit.py.",
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
    writer.head(2, "expertBackends")
    for name in BACKENDS:
        writer.group(3, name, "backend ", writer.experts(only=name))
    return "\n".join(writer.lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", help="aiconfigurator_core-0.12.0-….whl")
    parser.add_argument("--chips", default=",".join(CHIPS))
    parser.add_argument("--write", action="store_true", help="rewrite `kernels:` of the chips in the catalog")
    options = parser.parse_args()
    archive = zipfile.ZipFile(options.wheel)
    for folder in options.chips.split(","):
        chip = Chip(folder, archive)
        text = block(chip)
        if options.write:
            head = re.split(r"\n  # Isolated kernels by format|\n  kernels:", chip.text)[0].rstrip("\n")
            with open(chip.path, "w") as file:
                file.write(head + "\n" + text)


if __name__ == "__main__":
    main()
