# Makes golden files: what a GAN computes by PyTorch. A module for pggan_golden.py and style_golden.py.
#
# Everything is computed in float64. The gradients are stored as float32, to be held against float32; the steps as
# float64, since Adam's first steps are so near the gradients' signs that float32 would only show its own noise.
#
# Both are gzipped safetensors. Their `__metadata__.cases` is a JSON list of the cases: `name`, `presets` that the case
# stands for, `resolution`, `alpha` (null when nothing fades), `minibatch`, and `config`, the fields of the model's
# Config; for the steps also `steps`, `emaDecay`, `penalised`, the steps that carry the penalty, and `simultaneous`
# where both networks learn from the same feeds at once; for some gradients also `biases`, the largest that a bias is
# (BIASES elsewhere).
# Tensors of the gradients: <case>/dLoss, realScore, fakeScore, penalty, gLoss; <case>/dGradient/<parameter> and
# <case>/gGradient/<parameter>; up to 16×16 <case>/images, the generator's. Both losses see the same fakes.
# The feed `reals` is what comes from the data: while fading, the loss first takes detail from it (gan.as_faded).
# Tensors of the steps: <case>/dLoss/<k>, realScore/<k>, fakeScore/<k>, penalty/<k> (if penalised), gLoss/<k>, and
# <case>/state/<name>, every state after the last step. Parameters and feeds are not stored: `unit` below gives them.
import gzip
import io
import json
from dataclasses import asdict
from pathlib import Path

import numpy
import torch

from gan import (
    discriminator_loss,
    discriminator_step,
    generator_loss,
    generator_step,
    gradients,
    initial_training_state,
    learnt,
    simultaneous_step,
)

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"
STEPS, EMA_DECAY, BIASES = 3, 0.9, 0.1


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


def first_value(model, config, name, shape, biases):
    u, kind = unit(name, shape), name.rsplit("/", 1)[1]
    if kind == "weight" and not name.startswith("discriminator/minibatch/"):
        return u * 1.7 * model.stored_deviation(config, name, shape)
    if name.endswith("/style/bias"):
        return u * 0.1 + 1
    return {
        "weight": u * 0.1,
        "bias": u * biases,
        "constant": u * 1.7,
        "logScale": u * 0.1,
        "gain": u * 0.1 + 1,
        "mean": torch.zeros_like(u),
        "variance": torch.ones_like(u),
    }[kind]


def networks(case):
    model, config, resolution = case["model"], case["config"], case["resolution"]
    shapes = {**model.generator_shapes(config, resolution), **model.discriminator_shapes(config, resolution)}
    biases = case.get("biases", BIASES)
    return {name: first_value(model, config, name, shape, biases) for name, shape in shapes.items()}


def feeds(case, suffix=""):
    minibatch, resolution = case["minibatch"], case["resolution"]
    return {
        "z": unit(f"z{suffix}", (minibatch, case["config"].latent_size)) * 1.7,
        "reals": unit(f"reals{suffix}", (minibatch, 3, resolution, resolution)),
        "mixing": unit(f"mixing{suffix}", (minibatch, 1, 1, 1)) * 0.5 + 0.5,
    }


# The arrays stored for each case


def gradient_tensors(case, perturbed=lambda tensors: tensors):
    model, config, resolution, alpha = (case[key] for key in ("model", "config", "resolution", "alpha"))
    state, fed = perturbed(networks(case)), perturbed(feeds(case))
    of_generator, of_discriminator = learnt(state, "generator"), learnt(state, "discriminator")
    fakes, _ = model.generator(config, {**state, **of_generator}, fed["z"], resolution, alpha)
    d_loss, terms = discriminator_loss(model, config, of_discriminator, fed["reals"], fakes, fed["mixing"], alpha)
    g_loss = generator_loss(model, config, state, fakes, fed["reals"], alpha)
    tensors = {"dLoss": d_loss, **terms, "gLoss": g_loss}
    for prefix, loss, parameters in (("d", d_loss, of_discriminator), ("g", g_loss, of_generator)):
        found = gradients(loss, parameters)
        tensors |= {f"{prefix}Gradient/{name}": gradient for name, gradient in found.items()}
    if resolution <= 16:
        tensors["images"] = fakes
    return {name: value.detach() for name, value in tensors.items()}


def step_tensors(case, perturbed=lambda tensors: tensors):
    model, config, resolution, alpha = (case[key] for key in ("model", "config", "resolution", "alpha"))
    state = initial_training_state(config, perturbed(networks(case)))
    tensors = {}
    for k in range(case["steps"]):
        fed, decay, penalise = feeds(case, f":{k}"), case["emaDecay"], k in case["penalised"]
        if case.get("simultaneous"):
            state, terms = simultaneous_step(model, config, state, fed, resolution, decay, alpha, penalise)
        else:
            state, d_terms = discriminator_step(model, config, state, fed, resolution, alpha, penalise)
            fed = feeds(case, f":g{k}")
            state, g_terms = generator_step(model, config, state, fed, resolution, decay, alpha)
            terms = {**d_terms, **g_terms}
        tensors |= {f"{name}/{k}": value for name, value in terms.items()}
    return {**tensors, **{f"state/{name}": value for name, value in state.items()}}


# Files


def camel_case(name):
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def described(case):
    config = {camel_case(name): value for name, value in asdict(case["config"]).items()}
    return {**{key: value for key, value in case.items() if key != "model"}, "config": config}


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
    """Gzip without clock or file name, so that the bytes repeat."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()


def write(name, cases, tensors_of, dtype):
    cases, tensors = list(cases), {}
    for case in cases:
        for key, value in tensors_of(case).items():
            # A copy of the same shape: ascontiguousarray would give scalars an axis.
            tensors[f"{case['name']}/{key}"] = numpy.array(value.numpy(), dtype, order="C")
    content = gzipped(safetensors(tensors, {"cases": json.dumps([described(case) for case in cases])}))
    path = FIXTURES / f"{name}.safetensors.gz"
    path.write_bytes(content)
    print(f"{path.name}: {len(cases)} cases, {len(tensors)} tensors, {len(content)} bytes")
