# Makes test/fixtures/pggan-gradients.safetensors.gz and pggan-steps.safetensors.gz, what PGGAN computes by PyTorch, and
# pggan-relativistic-*, the same by a loss that no row of the paper has. What they hold is told in golden.py.
# Needs PyTorch and NumPy (made with Python 3.11.2, PyTorch 1.13.0 and NumPy 1.24.2). It takes about five seconds.
# Run: OMP_NUM_THREADS=1 python3 tools/reference/pggan_golden.py
from dataclasses import replace

import torch

import pggan
from golden import EMA_DECAY, STEPS, gradient_tensors, step_tensors, write
from pggan import Config

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
RELATIVISTIC = replace(PRESETS["cpu"], loss="relativistic-r1-r2")
SHARED = {"a": ["a", "b", "c", "report"], "g": ["g", "h"]}


def case(preset, resolution, alpha, minibatch, config=None, note=""):
    return {
        "model": pggan,
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


def step_cases():
    for preset in PRESETS:
        penalised = [0] if preset == "cpu" else list(range(STEPS))
        yield {**case(preset, 8, 0.6, 4), "steps": STEPS, "emaDecay": EMA_DECAY, "penalised": penalised}


def relativistic_case(resolution, alpha, minibatch, note=""):
    """The loss that none of the rows has, on the networks of the row `cpu`."""
    return {**case("cpu", resolution, alpha, minibatch, RELATIVISTIC, f"-relativistic{note}"), "presets": []}


def relativistic_gradient_cases():
    yield relativistic_case(8, 0.7, 4)
    yield relativistic_case(16, None, 8)


def relativistic_step_cases():
    for simultaneous in (False, True):
        of_steps = {"steps": STEPS, "emaDecay": EMA_DECAY, "penalised": [0, 2], "simultaneous": simultaneous}
        yield {**relativistic_case(8, 0.6, 4, "-simultaneous" if simultaneous else ""), **of_steps}


def main():
    torch.set_num_threads(1)
    write("pggan-gradients", gradient_cases(), gradient_tensors, "<f4")
    write("pggan-steps", step_cases(), step_tensors, "<f8")
    write("pggan-relativistic-gradients", relativistic_gradient_cases(), gradient_tensors, "<f4")
    write("pggan-relativistic-steps", relativistic_step_cases(), step_tensors, "<f8")


if __name__ == "__main__":
    main()
