"""Models of products, experts and attention in the form of Sources/Costs/Timing/RooflineTimes.swift.

    compute = 2 m k n (1 + fill/(m n)) / (peak share k/(k + halfDepth))
    memory  = (weights + activations) / (bandwidth read)
    time    = startup + (compute^p + memory^p)^(1/p), p = 1, 2 or 4

Products in formats of eight and four bits are timed with a kernel that quantises their activations, which reads and
writes some bytes of each: `quantise`, in bytes a value over the bandwidth, is fitted beside and not written, since an
engine's elementwise kernels count it. Without it products of few columns came out 30 to 90% fast.

What lies in the cache of the chip between two runs of a table is left out (`Chip.is_cold`): in service it comes from
memory. Cards with 96 and 128 MB of cache read up to twice as fast as their memory is.

Experts: two such products over all that are active, fill = 0, what orders, quantises, activates and sums beside them
(`moves` times the bytes that the program counts), a fixed time, half of which is written as the start-up of each
product, and `ordering`, which grows to its whole with the tokens: kernels that order few tokens are fewer and shorter
(half of it at 128; at 64 and 256 tables are met as well). The tables time the rank with the most tokens, of loads that are drawn evenly in their logarithm: `Load` counts
the pairs and active experts of that rank. Weights of four bits with activations of sixteen keep the start-ups of
products: engines serve them with kernels that no table has (Marlin), and the tables' fixed times are long.
Attention: one new token a request over contexts of 128 tokens and more without windows, 2 to 16 query heads a
key-value head of 128 values, the longer of computing and reading; its share of the peak is that of prompts.
Latent attention: the same over latents of 512 + 64 values, computing and reading joined.
"""
import functools

import numpy

from tables import ENGINES, Table, fastest, is_fitted, join, thinned

# Name in the catalog: name in the tables, peak, bytes of a weight and of an activation with their scales.
FORMATS = {
    "bf16": ("bfloat16", "bf16", 2, 2),
    "fp8": ("fp8", "fp8", 1, 1),
    "fp8Block": ("fp8_block", "fp8", 1.0002, 1),
    "fp4": ("nvfp4", "fp4", 0.5625, 0.5625),
    "weights4": ("w4a16_mxfp4", "bf16", 0.53125, 2),
    "weights4Activations8": ("w4a8_mxfp4_mxfp8", "fp8", 0.53125, 1.03125),
}
# Backends of experts by words in the names of their kernels, the first that fits; `moe_torch_flow` alone tells nothing.
# CUTLASS is not told apart: TensorRT-LLM's own tables hold it, and in FP4 they are twice as slow as runs with it.
BACKENDS = {"trtllm": ("trtllm", "min_latency"), "deepGEMM": ("deepgemm",), "triton": ("triton",)}
HALF_DEPTH = 200.0
# Share of the bandwidth that elementwise kernels reach: `efficiency.vector` of these chips.
VECTOR = 0.8
# Tokens with which half of `ordering` is paid.
ORDERED = 128.0


def products(chip, name, most=None):
    """Values: share, read, startup, fill, quantise."""
    table, peak, weight, activation = FORMATS[name]
    if peak not in chip.peaks:
        return None
    rows = chip.rows("gemm", "gemm", ["m", "n", "k", "latency"], gemm_dtype=table)
    # No kernel reads its weights from memory faster than the nameplate.
    fast = weight / chip.bandwidth * 1e3
    best = fastest(
        ((m, n, k), l) for m, n, k, l in rows
        if k >= 256 and n >= 128 and chip.is_cold(k * n * weight) and l > k * n * fast)
    best = thinned(best, most)
    if len(best) < 50:
        return None
    m, n, k = numpy.array(list(best), float).T
    quantises = activation < 2

    def model(p, x):
        share, read, startup, fill = x[:4]
        compute = 2 * m * k * n * (1 + fill / (m * n)) / (chip.peaks[peak] * share * k / (k + HALF_DEPTH))
        memory = (k * n * weight + m * (k * activation + 2 * n)) / (chip.bandwidth * read)
        time = startup + join(compute, memory, p)
        return time + x[4] * m * k / chip.bandwidth if quantises else time

    start, low, high = [0.7, 0.85, 4e-6, 1e5], [0.05, 0.2, 1e-7, 1], [1, 1, 4e-5, 1e7]
    if quantises:
        start, low, high = start + [3], low + [0.01], high + [20]
    return Table(
        best, lambda key: is_fitted(chip.folder, "gemm", name, "x".join(map(str, key))), model, start, low, high)


@functools.lru_cache(None)
def load(tokens, experts, ranks, chosen, draws=40):
    """Pairs of a token and an expert on the busiest of `ranks`, and its experts that have any, as the tables' loads are
    drawn: evenly in their logarithm, up to 0.8 of the tokens; between 0.01 and 2 where there are few pairs."""
    low, high = (1, max(0.8 * tokens, 1.001)) if tokens * chosen > experts else (0.01, 2)
    drawn = low * (high / low) ** numpy.random.default_rng(1).random((draws, experts))
    for _ in range(2):
        drawn = numpy.minimum(drawn / drawn.sum(1, keepdims=True) * tokens * chosen, tokens)
    groups = drawn.reshape(draws, ranks, experts // ranks)
    sums = groups.sum(2)
    busiest = groups[numpy.arange(draws), sums.argmax(1)]
    return sums.max(1).mean(), max(1.0, numpy.minimum(busiest, 1).sum(1).mean())


def backend(kernel):
    return next((name for name, words in BACKENDS.items() if any(word in kernel for word in words)), None)


def experts(chip, name, engines=None, only=None, most=None):
    """Of all engines, of some, or of one backend of theirs. Values: share, read, fixed, moves, ordering."""
    table, peak, weight, activation = FORMATS[name]
    if peak not in chip.peaks:
        return None
    columns = ["kernel_source", "num_tokens", "hidden_size", "inter_size", "topk", "num_experts",
               "moe_tp_size", "moe_ep_size", "latency"]
    # Of all engines SGLang's Triton kernels are left out: twice as slow on formats that it serves with others by
    # default. FP4 is by the kernels that all engines share by now, which vLLM's tables have.
    shared = ("vllm",) if name == "fp4" else ("vllm", "trtllm")
    # Triton's kernels for MXFP4 are OpenAI's, which vLLM's tables time; SGLang's widen the weights and take twice as long.
    if only == "triton" and name == "weights4":
        engines = ("vllm",)
    rows = (row for row in chip.rows(
                "moe", "moe", columns, engines or (ENGINES if only else shared), moe_dtype=table,
                distribution="power_law_1.01")
            if only is None or backend(row[0]) == only)
    best = fastest(
        ((m, h, i, k, e, tp, ep), l) for s, m, h, i, k, e, tp, ep, l in rows
        # Experts are chosen as unevenly as by real tokens; slivers of experts, and those without a gate, are left out.
        if "nongated" not in s and k <= 16
        and e / ep >= 4 and e % ep == 0 and i / tp >= 128
        and chip.is_cold(3 * h * i / tp * weight * load(m, e, ep, k)[1]))
    best = thinned(best, most)
    if len(best) < 50:
        return None
    m, h, i, k, e, tp, ep = numpy.array(list(best), float).T
    pairs, active = numpy.array([load(m, e, ep, k) for m, h, i, k, e, tp, ep in best]).T
    width = i / tp

    def model(p, x):
        share, read, fixed, moves, ordering = x
        # Tokens are ordered and results summed (4 bytes a hidden value), activations made (5), by kernels of their own.
        time = fixed + ordering * m / (m + ORDERED) + moves * pairs * (4 * h + 5 * width) / (VECTOR * chip.bandwidth)
        for columns_, depth in ((2 * width, h), (h, width)):
            compute = 2 * pairs * columns_ * depth / (chip.peaks[peak] * share * depth / (depth + HALF_DEPTH))
            memory = (active * depth * columns_ * weight + pairs * (depth * activation + 2 * columns_)) / (
                chip.bandwidth * read)
            time = time + join(compute, memory, p)
        return time

    return Table(
        best, lambda key: is_fitted(chip.folder, "moe", name, "x".join(map(str, key))), model,
        [0.5, 0.8, 2e-5, 1.5, 5e-6], [0.05, 0.2, 4e-6, 0.1, 1e-8], [1, 1, 1e-4, 20, 1e-4], 0.1)


def decode(chip, name, share, engines=ENGINES, most=None):
    """Attention of one new token a request over its context; `share` of the peak as prompts reach it, fitted too where
    it is None. Values: read, startup, share."""
    columns = ["batch_size", "num_heads", "num_key_value_heads", "head_dim", "step", "window_size", "latency"]
    kind, size = {"bf16": ("bfloat16", 2), "fp8": ("fp8", 1)}[name]
    rows = chip.rows("attention", "generation_attention", columns, engines, kv_cache_dtype=kind)
    best = fastest(
        ((b, q, kv, d, s), l) for b, q, kv, d, s, w, l in rows
        if w == 0 and d == 128 and s >= 127 and 1 < q / max(1, kv) <= 16
        and chip.is_cold(2 * b * kv * d * (s + 1) * size))
    best = thinned(best, most)
    if len(best) < 50:
        return None
    b, q, kv, d, s = numpy.array(list(best), float).T
    context = s + 1
    free = 0 if share else 1

    def model(_, x):
        read, startup = x[:2]
        compute = 4 * b * q * d * context / (chip.peaks["bf16"] * (share or x[2]))
        memory = (2 * b * kv * d * context * size + 4 * b * q * d) / (chip.bandwidth * read)
        return startup + numpy.maximum(compute, memory)

    return Table(
        best, lambda key: is_fitted(chip.folder, "decode", name, "x".join(map(str, key))), model,
        [0.8, 8e-6] + [0.5] * free, [0.2, 1e-6] + [0.05] * free, [1, 4e-5] + [1] * free, powers=(None,))


def latent(chip, name, engines=ENGINES, most=None):
    """Attention of one new token a request over latents of 512 values and 64 that carry positions. Values: share, read,
    startup."""
    kind, size = {"bf16": ("bfloat16", 2), "fp8": ("fp8", 1)}[name]
    rows = chip.rows(
        "mla", "generation_mla", ["num_heads", "batch_size", "step", "latency"], engines, kv_cache_dtype=kind)
    best = fastest(
        ((h, b, s), l) for h, b, s, l in rows if s >= 127 and chip.is_cold(b * (s + 1) * 576 * size))
    best = thinned(best, most)
    if len(best) < 50:
        return None
    h, b, s = numpy.array(list(best), float).T
    context = s + 1

    def model(p, x):
        share, read, startup = x
        compute = 2 * b * h * context * (576 + 512) / (chip.peaks["bf16"] * share)
        memory = b * context * 576 * size / (chip.bandwidth * read)
        return startup + join(compute, memory, p)

    return Table(
        best, lambda key: is_fitted(chip.folder, "latent", name, "x".join(map(str, key))), model,
        [0.5, 0.8, 1e-5], [0.02, 0.02, 1e-6], [1, 1, 4e-5])


def prompts(chip, engines=ENGINES, most=None):
    """What attention of prompts reaches of the peak, and the keys that a query costs beside those that it sees: whole
    blocks on the diagonal, queries and outputs moved. Values: share, startup, keys."""
    columns = ["batch_size", "isl", "num_heads", "num_key_value_heads", "head_dim", "window_size", "latency"]
    rows = chip.rows("attention", "context_attention", columns, engines, kv_cache_dtype="bfloat16")
    best = fastest(
        ((b, n, q, kv, d), l) for b, n, q, kv, d, w, l in rows
        if w == 0 and d == 128 and q >= kv and b * n >= 64)
    best = thinned(best, most)
    if len(best) < 50:
        return None
    b, n, q, kv, d = numpy.array(list(best), float).T

    def model(p, x):
        share, startup, keys = x
        compute = 2 * b * q * d * n * (n + 1 + 2 * keys) / (chip.peaks["bf16"] * share)
        return startup + numpy.maximum(compute, 4 * b * n * d * kv / (0.8 * chip.bandwidth))

    return Table(
        best, lambda key: is_fitted(chip.folder, "prompts", "x".join(map(str, key))), model,
        [0.5, 1e-5, 300], [0.05, 1e-6, 1], [1, 1e-4, 1e4], powers=(None,))
