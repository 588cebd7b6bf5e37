# PGGAN as pytorch_train_step.py trains it: preset g's layers, with a minibatch statistic or without.
# A module for it; pggan.py is the one that is written beside the paper.
import math

import torch
import torch.nn.functional as F

from pytorch_layers import PLAIN, ROOT2, convolution, memory_format, minibatch_stddev, pixel_norm, rectifier, sides

GAINS = {"generator/4/dense/weight": ROOT2 / 4, "generator/toRGB/weight": 1, "discriminator/output/weight": 1}


def shapes_of(options):
    def channels(side):
        return max(1, min(int(options.fmap_base / 2 ** (math.log2(side) - 1)), options.fmap_max))

    generator, discriminator = {}, {}

    def add(shapes, name, shape, bias):
        shapes[f"{name}/weight"], shapes[f"{name}/bias"] = shape, (bias,)

    for side in sides(options.resolution):
        here, below = channels(side), channels(side // 2)
        if side == 4:
            add(generator, "4/dense", (here * 16, options.latent_size), here)
        else:
            add(generator, f"{side}/conv0", (here, below, 3, 3), here)
        add(generator, f"{side}/conv1", (here, here, 3, 3), here)
        maps = here + (side == 4 and options.statistic == "stddev")
        add(discriminator, f"{side}/conv0", (here, maps, 3, 3), here)
        if side == 4:
            add(discriminator, "4/dense", (below, here * 16), below)
        else:
            add(discriminator, f"{side}/conv1", (below, here, 3, 3), below)
    top = channels(options.resolution)
    # Only the finished resolution's are run when nothing fades in.
    add(generator, "toRGB", (3, top, 1, 1), 3)
    add(discriminator, "fromRGB", (top, 3, 1, 1), top)
    add(discriminator, "output", (1, channels(2)), 1)
    return generator, discriminator


def initial_value(name, shape):
    return torch.randn(shape) if name.endswith("weight") else torch.zeros(shape)


def scale_of(network, name, shape):
    """Factor by which the equalised learning rate multiplies a parameter."""
    gain = GAINS.get(f"{network}/{name}", ROOT2)
    return gain / math.sqrt(math.prod(shape[1:])) if name.endswith("weight") else 1


def generate(options, p, z):
    channels = p["4/dense/bias"].shape[0]
    grid = F.linear(pixel_norm(z), p["4/dense/weight"]).view(-1, channels, 4, 4)
    grid = (grid + p["4/dense/bias"].view(-1, 1, 1)).contiguous(memory_format=memory_format(options))
    x = pixel_norm(rectifier(grid))
    for side in sides(options.resolution):
        for conv in ["conv1"] if side == 4 else ["conv0", "conv1"]:
            if conv == "conv0":
                x = F.interpolate(x, scale_factor=2, mode="nearest")
            x = convolution(x, p[f"{side}/{conv}/weight"], p[f"{side}/{conv}/bias"])
            x = pixel_norm(rectifier(x))
    return convolution(x, p["toRGB/weight"], p["toRGB/bias"])


def score(options, p, images, layers=PLAIN):
    convolve, rectify = layers
    x = rectify(convolve(images, p["fromRGB/weight"], p["fromRGB/bias"]))
    for side in reversed(sides(options.resolution)):
        if side == 4 and options.statistic == "stddev":
            x = minibatch_stddev(x)
        for conv in ["conv0"] if side == 4 else ["conv0", "conv1"]:
            x = rectify(convolve(x, p[f"{side}/{conv}/weight"], p[f"{side}/{conv}/bias"]))
        if side > 4:
            x = F.avg_pool2d(x, 2)
    # Channels before pixels, whatever the layout in memory.
    x = rectify(F.linear(x.reshape(len(x), -1), p["4/dense/weight"], p["4/dense/bias"]))
    return F.linear(x, p["output/weight"], p["output/bias"])
