# Makes test/fixtures/pggan-gradients.safetensors.gz and pggan-steps.safetensors.gz: what PGGAN computes, by PyTorch.
# Needs PyTorch and NumPy (made with Python 3.11.2, PyTorch 1.13.0 and NumPy 1.24.2). It takes about five seconds.
# Run: OMP_NUM_THREADS=1 python3 tools/reference/pggan_golden.py
#
# Everything is computed in float64. The gradients are stored as float32, to be held against float32; the steps as
# float64, since Adam's first steps are so near the gradients' signs that float32 would only show its own noise.
#
# Both are gzipped safetensors. Their `__metadata__.cases` is a JSON list of the cases: `name`, `presets` that the case
# stands for, `resolution`, `alpha` (null when nothing fades), `minibatch`, and `config`, the fields of pggan.Config;
# for the steps also `steps`, `emaDecay` and `penalised`, the steps that carry the penalty; for some gradients also
# `biases`, the largest that a bias is (BIASES elsewhere).
# Tensors of the gradients: <case>/dLoss, realScore, fakeScore, penalty, gLoss; <case>/dGradient/<parameter> and
# <case>/gGradient/<parameter>; up to 16×16 <case>/images, the generator's. Both losses see the same fakes.
# The feed `reals` is what comes from the data: while fading, the loss first takes detail from it (discriminator_loss).
# Tensors of the steps: <case>/dLoss/<k>, realScore/<k>, fakeScore/<k>, penalty/<k> (if penalised), gLoss/<k>, and
# <case>/state/<name>, every state after the last step. Parameters and feeds are not stored: `unit` below gives them.
import gzip
import io
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy
import torch

from pggan import (
    Config,
    discriminator_loss,
    discriminator_shapes,
    discriminator_step,
    generator,
    generator_loss,
    generator_shapes,
    generator_step,
    gradients,
    he_deviation,
    initial_training_state,
    learnt,
)

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"
STEPS, EMA_DECAY, BIASES = 3, 0.9, 0.1

tiny = Config(fmap_base=16, fmap_max=8, latent_size=8)
d = replace(tiny, drift=0.001, learning_rate=1e-4)
e = replace(d, statistic="stddev")
f = replace(e, equalised=True, learning_rate=1e-3)
g = replace(f, generator_norm="pixel")
PRESETS = {
    "a": replace(
        tiny,
        normalise_latents=False,
        generator_activation="relu",
        generator_norm="batch",
        tanh=True,
        discriminator_norm="layer",
        beta2=0.9,
        learning_rate=1e-4,
    ),
    "d": d,
    "e-star": replace(d, statistic="discrimination", kernels=3),
    "e": e,
    "f": f,
    "g": g,
    "cpu": replace(g, group_size=4, loss="logistic-r1", drift=0, gamma=0.3, interval=8, learning_rate=2e-3),
}
SHARED = {"a": ["a", "b", "c", "report"], "g": ["g", "h"]}


# Values that any language can make again


def unit(name, shape):
    """Numbers in [-1, 1), row-major: a linear congruential generator that starts at the name's FNV-1a hash."""
    state = 2166136261
    for byte in name.encode():
        state = (state ^ byte) * 16777619 % 2**32
    values = numpy.empty(shape, numpy.float64)
    for i in range(values.size):
        state = (1664525 * state + 1013904223) % 2**32
        values.flat[i] = state / 2**31 - 1
    return torch.from_numpy(values)


def first_value(config, name, shape, biases):
    u, kind = unit(name, shape), name.rsplit("/", 1)[1]
    if kind == "weight" and not name.startswith("discriminator/minibatch/"):
        return u * 1.7 if config.equalised else u * 1.7 * he_deviation(name, shape)
    return {
        "weight": u * 0.1,
        "bias": u * biases,
        "logScale": u * 0.1,
        "gain": u * 0.1 + 1,
        "mean": torch.zeros_like(u),
        "variance": torch.ones_like(u),
    }[kind]


def networks(config, resolution, biases=BIASES):
    shapes = {**generator_shapes(config, resolution), **discriminator_shapes(config, resolution)}
    return {name: first_value(config, name, shape, biases) for name, shape in shapes.items()}


def latents(config, minibatch, suffix=""):
    return unit(f"z{suffix}", (minibatch, config.latent_size)) * 1.7


def feeds(config, resolution, minibatch, suffix=""):
    return {
        "z": latents(config, minibatch, suffix),
        "reals": unit(f"reals{suffix}", (minibatch, 3, resolution, resolution)),
        "mixing": unit(f"mixing{suffix}", (minibatch, 1, 1, 1)) * 0.5 + 0.5,
    }


# Cases


def case(preset, resolution, alpha, minibatch, config=None, note=""):
    return {
        "name": f"{preset}-{resolution}" + ("" if alpha is None else "-fade") + note,
        "presets": SHARED.get(preset, [preset]),
        "resolution": resolution,
        "alpha": alpha,
        "minibatch": minibatch,
        "config": config or PRESETS[preset],
    }


def gradient_cases():
    # No case may have an activation so near zero that float32 could put it on the other side of a rectifier's kink:
    # that chose the channels above 16, the two images from 64 and the share 0.7 (pggan_check.py asserts it). Above 16,
    # fmapBase 16 would leave one channel besides, and pixelnorm of one channel leaves nothing but its sign.
    wider = replace(g, fmap_base=128, fmap_max=4)
    for resolution in (4, 8, 16, 32, 64):
        yield case("g", resolution, None, 2 if resolution == 64 else 4, wider if resolution > 16 else g)
    for resolution in (8, 16, 32):
        yield case("g", resolution, 0.3, 4, wider if resolution > 16 else g)
    # Among millions of activations some are near a kink, and where all channels are near 0, pixelnorm leaves float32
    # few digits. Larger biases keep most away from 0: each is one, tried from 2 upwards, that keeps all away.
    for preset, resolution, alpha, biases in (
        ("g", 64, 0.3, 2.64),
        ("g", 128, None, 2.18),
        ("cpu", 128, 0.3, 2.08),
        ("g", 256, 0.7, 2.81),
        ("cpu", 256, None, 3.37),
    ):
        config = replace(PRESETS[preset], fmap_base=128 if resolution == 64 else 256, fmap_max=4)
        if preset == "cpu":
            # A score's slope in one of so many pixels is small: R1 counts beside the loss only by a γ that makes up.
            config = replace(config, gamma=4 * resolution**2)
        yield {**case(preset, resolution, alpha, 2, config), "biases": biases}
    # The ends of a fade, by both losses.
    for preset in ("g", "cpu"):
        for alpha in (0, 1):
            yield case(preset, 8, alpha, 4, note=f"-{alpha}")
    for preset in PRESETS:
        if preset != "g":
            minibatch = 8 if preset == "cpu" else 4
            yield case(preset, 8, 0.7, minibatch)
            yield case(preset, 16, None, minibatch)
    # Six images are one group where it is the whole minibatch, and two of three where it is at most four.
    yield case("e", 8, None, 6, note="-minibatch-6")
    yield case("cpu", 8, None, 6, note="-minibatch-6")


def gradient_tensors(case, perturbed=lambda tensors: tensors):
    config, resolution, alpha = case["config"], case["resolution"], case["alpha"]
    state = perturbed(networks(config, resolution, case.get("biases", BIASES)))
    fed = perturbed(feeds(config, resolution, case["minibatch"]))
    of_generator, of_discriminator = learnt(state, "generator"), learnt(state, "discriminator")
    fakes, _ = generator(config, {**state, **of_generator}, fed["z"], resolution, alpha)
    d_loss, terms = discriminator_loss(config, of_discriminator, fed["reals"], fakes, fed["mixing"], alpha)
    g_loss = generator_loss(config, state, fakes, alpha)
    tensors = {"dLoss": d_loss, **terms, "gLoss": g_loss}
    for prefix, loss, parameters in (("d", d_loss, of_discriminator), ("g", g_loss, of_generator)):
        found = gradients(loss, parameters)
        tensors |= {f"{prefix}Gradient/{name}": gradient for name, gradient in found.items()}
    if resolution <= 16:
        tensors["images"] = fakes
    return {name: value.detach() for name, value in tensors.items()}


def step_cases():
    for preset in PRESETS:
        penalised = [0] if preset == "cpu" else list(range(STEPS))
        yield {**case(preset, 8, 0.6, 4), "steps": STEPS, "emaDecay": EMA_DECAY, "penalised": penalised}


def step_tensors(case, perturbed=lambda tensors: tensors):
    config, resolution, alpha, minibatch = (case[key] for key in ("config", "resolution", "alpha", "minibatch"))
    state = initial_training_state(config, perturbed(networks(config, resolution)))
    tensors = {}
    for k in range(case["steps"]):
        fed = feeds(config, resolution, minibatch, f":{k}")
        state, d_terms = discriminator_step(config, state, fed, resolution, alpha, k in case["penalised"])
        fed = {"z": latents(config, minibatch, f":g{k}")}
        state, g_terms = generator_step(config, state, fed, resolution, case["emaDecay"], alpha)
        tensors |= {f"{name}/{k}": value for name, value in {**d_terms, **g_terms}.items()}
    return {**tensors, **{f"state/{name}": value for name, value in state.items()}}


# Files


def camel_case(name):
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def described(case):
    return {**case, "config": {camel_case(name): value for name, value in asdict(case["config"]).items()}}


def safetensors(tensors, metadata):
    header, chunks, end = {"__metadata__": metadata}, [], 0
    for name, array in sorted(tensors.items()):
        start, end = end, end + array.nbytes
        dtype = {"float32": "F32", "float64": "F64"}[array.dtype.name]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [start, end]}
        chunks.append(array.tobytes())
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    return len(encoded).to_bytes(8, "little") + encoded + b"".join(chunks)


def gzipped(content):
    """The same bytes each time: no clock, no file name."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()


def write(path, cases, tensors_of, dtype):
    tensors = {}
    for case in cases:
        for name, value in tensors_of(case).items():
            # A copy of the same shape: ascontiguousarray would give scalars an axis.
            tensors[f"{case['name']}/{name}"] = numpy.array(value.numpy(), dtype, order="C")
    content = gzipped(safetensors(tensors, {"cases": json.dumps([described(case) for case in cases])}))
    path.write_bytes(content)
    print(f"{path.name}: {len(cases)} cases, {len(tensors)} tensors, {len(content)} bytes")


def main():
    torch.set_num_threads(1)
    write(FIXTURES / "pggan-gradients.safetensors.gz", list(gradient_cases()), gradient_tensors, "<f4")
    write(FIXTURES / "pggan-steps.safetensors.gz", list(step_cases()), step_tensors, "<f8")


if __name__ == "__main__":
    main()
