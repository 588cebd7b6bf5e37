# Makes test/fixtures/style-gradients.safetensors.gz and style-steps.safetensors.gz: what the style networks compute, by
# PyTorch. What they hold is told in golden.py.
# Needs PyTorch and NumPy (made with Python 3.11.2, PyTorch 1.13.0 and NumPy 1.24.2). It takes about five seconds.
# Run: OMP_NUM_THREADS=1 python3 tools/reference/style_golden.py
from dataclasses import replace

import torch

import style
from golden import EMA_DECAY, STEPS, gradient_tensors, step_tensors, write

RESOLUTIONS = 4, 8, 16, 32, 64, 128
BIASES = {32: 0.11, 64: 0.15, 128: 0.39}


def case(resolution, minibatch, statistic="stddev", note="", **changes):
    config = style.Config(
        # Two channels at the finished size: fewer would not tell one from another.
        fmap_base=max(16, resolution),
        fmap_max=8 if resolution <= 16 else 6,
        # Unlike any count of channels, so that no two axes can be taken for each other.
        latent_size=5,
        statistic=statistic,
        group_size=4 if statistic == "stddev" else 0,
        # A score's slope in one of many pixels is small: the penalty counts beside the loss by a γ that makes up.
        gamma=0.1 * resolution**2,
    )
    return {
        "model": style,
        "name": f"style-{resolution}{note}",
        "presets": ["style"],
        "resolution": resolution,
        "alpha": None,
        "minibatch": minibatch,
        "config": replace(config, **changes),
    }


def gradient_cases():
    # No activation may be so near zero that float32 could put it on the other side of a rectifier's kink: that chose
    # the two images from 64 and the largest biases from 32, tried from 0.1 upwards (style_check.py asserts it). Biases
    # that are larger still bring two images so near each other that float32 has few digits left of their deviation.
    for resolution in RESOLUTIONS:
        for statistic, note in (("stddev", ""), ("none", "-no-statistic")):
            chosen = {"biases": BIASES[resolution]} if resolution in BIASES else {}
            yield {**case(resolution, 2 if resolution >= 64 else 4, statistic, note), **chosen}
    # Six images are two groups of three where a group is at most four, eight are two of four.
    yield case(8, 6, note="-minibatch-6")
    yield case(8, 8, note="-minibatch-8")


def step_cases():
    for resolution in (4, 8, 16):
        # Where the networks are smallest, the optimiser keeps means besides.
        yield of_steps(case(resolution, 4, interval=2, **({"beta1": 0.5} if resolution == 4 else {})), [0, 2])
    # Both at once. Where each image counts alone, a step without a penalty can be computed in fewer passes, in a way
    # that the loss decides: so there are cases without a statistic, by both logistic losses.
    yield at_once(case(4, 4, beta1=0.5), [0, 1, 2])
    yield at_once(case(8, 4, interval=2), [0, 2])
    for loss, note in (("relativistic-r1-r2", ""), ("logistic-r1", "-logistic")):
        yield at_once(case(8, 4, "none", f"-no-statistic{note}", loss=loss, interval=2), [0, 2])
    yield at_once(case(16, 4, "none", "-no-statistic", interval=4), [0])


def of_steps(given, penalised):
    return {**given, "steps": STEPS, "emaDecay": EMA_DECAY, "penalised": penalised}


def at_once(given, penalised):
    return {**of_steps(given, penalised), "name": f"{given['name']}-simultaneous", "simultaneous": True}


def main():
    torch.set_num_threads(1)
    write("style-gradients", gradient_cases(), gradient_tensors, "<f4")
    write("style-steps", step_cases(), step_tensors, "<f8")


if __name__ == "__main__":
    main()
