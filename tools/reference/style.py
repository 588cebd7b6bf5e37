# The style networks written out from their specification in PyTorch, apart from the TypeScript, so that each can be
# held to the other: StyleGAN2's generator (Karras et al. 2020) with skips and without noise, a residual discriminator.
# The networks; losses and steps are in gan.py. A module for style_golden.py and style_check.py.
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from gan import ROOT2, SLOPE, channels_at, downsample, per_channel, pixel_norm, sides_up_to, upsample, with_stddev

MAPPING_LAYERS = 2
# The factor of the mapping's weights at run time, which is also how much more slowly they learn.
MAPPING_RATE = 0.01


@dataclass(frozen=True)
class Config:
    """One model: its size, its minibatch statistic and how it is trained."""

    fmap_base: int
    fmap_max: int
    latent_size: int
    kind: str = "style"
    fmap_decay: float = 1
    statistic: str = "none"  # or "stddev"
    group_size: int = 0  # of "stddev"; 0 is the whole minibatch
    loss: str = "relativistic-r1-r2"  # or "logistic-r1"
    gamma: float = 0
    interval: int = 1
    beta1: float = 0
    beta2: float = 0.99
    learning_rate: float = 1e-3


# Shapes


def generator_shapes(config, resolution):
    """Every parameter that a generator of this resolution has, as name → shape."""
    d = config.latent_size
    shapes = {}
    for layer in range(MAPPING_LAYERS):
        shapes[f"generator/mapping/{layer}/weight"] = (d, d)
        shapes[f"generator/mapping/{layer}/bias"] = (d,)
    shapes["generator/constant"] = (channels_at(config, 4), 4, 4)
    for side in sides_up_to(resolution):
        channels, below = channels_at(config, side), channels_at(config, side // 2)
        weights = {
            f"blocks/{side}/conv0": (channels, below, 3, 3),
            f"blocks/{side}/conv1": (channels, channels, 3, 3),
            f"toRGB/{side}": (3, channels, 1, 1),
        }
        if side == 4:
            # The constant stands for what the first convolution would make.
            del weights["blocks/4/conv0"]
        for layer, weight in weights.items():
            shapes[f"generator/{layer}/style/weight"] = (weight[1], d)
            shapes[f"generator/{layer}/style/bias"] = (weight[1],)
            shapes[f"generator/{layer}/weight"] = weight
            shapes[f"generator/{layer}/bias"] = weight[:1]
    return shapes


def discriminator_shapes(config, resolution):
    weights = {f"fromRGB/{resolution}": (channels_at(config, resolution), 3, 1, 1)}
    for side in reversed(sides_up_to(resolution)):
        channels, below = channels_at(config, side), channels_at(config, side // 2)
        if side > 4:
            weights[f"blocks/{side}/conv0"] = (channels, channels, 3, 3)
            weights[f"blocks/{side}/conv1"] = (below, channels, 3, 3)
            weights[f"blocks/{side}/skip"] = (below, channels, 1, 1)
        else:
            maps = channels + (1 if config.statistic == "stddev" else 0)
            weights["blocks/4/conv0"] = (channels, maps, 3, 3)
            weights["blocks/4/conv1"] = (channels, channels * 16)
            weights["output"] = (1, channels)
    shapes = {}
    for layer, weight in weights.items():
        shapes[f"discriminator/{layer}/weight"] = weight
        shapes[f"discriminator/{layer}/bias"] = weight[:1]
    return shapes


# Layers


def stored_deviation(config, name, shape):
    """Standard deviation of a weight's initial values; the mapping's make up for its small factor."""
    return 1 / MAPPING_RATE if "/mapping/" in name else 1


def equalised(parameters, layer):
    """The weight as used: the stored one, N(0, 1), divided by √fan-in."""
    weight = parameters[f"{layer}/weight"]
    return weight / math.sqrt(math.prod(weight.shape[1:]))


def convolved(x, weight):
    """A 2-D convolution that keeps the size."""
    return F.conv2d(x, weight, padding=weight.shape[2] // 2)


def rectified(x):
    """Leaky rectifier with the gain √2, which keeps the variance."""
    return ROOT2 * F.leaky_relu(x, SLOPE)


def enlarged(images):
    """Twice the side, bilinear: half-pixel centres, edges repeated. A new pixel has 3/4 of the old one it lies in."""
    for axis in (2, 3):
        length = images.shape[axis]
        before = images.index_select(axis, torch.arange(-1, length - 1).clamp(min=0))
        after = images.index_select(axis, torch.arange(1, length + 1).clamp(max=length - 1))
        halves = torch.stack([before + 3 * images, 3 * images + after], dim=axis + 1) / 4
        images = halves.flatten(axis, axis + 1)
    return images


# Generator


def generator(config, parameters, z, resolution, alpha=None):
    """Images [N, 3, R, R] of latents [N, d]; and, as PGGAN's has them, running statistics, of which there are none."""
    assert alpha is None, "nothing fades in"
    w = mapped(parameters, z)
    x = parameters["generator/constant"].expand(len(z), -1, -1, -1)
    image = None
    for side in sides_up_to(resolution):
        if side > 4:
            x = styled_convolution(parameters, f"generator/blocks/{side}/conv0", x, w, enlarge=True)
        x = styled_convolution(parameters, f"generator/blocks/{side}/conv1", x, w)
        rgb = to_rgb(parameters, f"generator/toRGB/{side}", x, w)
        image = rgb if image is None else enlarged(image) + rgb
    return image, {}


def mapped(parameters, z):
    x = pixel_norm(z)
    for layer in range(MAPPING_LAYERS):
        name = f"generator/mapping/{layer}"
        x = x @ equalised(parameters, name).T * MAPPING_RATE + parameters[f"{name}/bias"] * MAPPING_RATE
        x = rectified(x)
    return x


def styles(parameters, layer, w):
    """The factor of each input channel in each image, [N, I]."""
    return w @ equalised(parameters, f"{layer}/style").T + parameters[f"{layer}/style/bias"]


def styled_convolution(parameters, layer, x, w, enlarge=False):
    """
    StyleGAN2's modulated convolution, as a scaling of what goes in and of what comes out: the second brings back the
    size that the first took away, assuming inputs of deviation 1.
    """
    style, weight = styles(parameters, layer, w), equalised(parameters, layer)
    x = x * style[:, :, None, None]
    if enlarge:
        x = upsample(x)
    squares = (weight**2).sum(dim=(2, 3))
    demodulation = (style**2 @ squares.T + 1e-8) ** -0.5  # [N, O]
    x = convolved(x, weight) * demodulation[:, :, None, None]
    return rectified(x + per_channel(parameters[f"{layer}/bias"], x))


def to_rgb(parameters, layer, x, w):
    x = x * styles(parameters, layer, w)[:, :, None, None]
    return convolved(x, equalised(parameters, layer)) + per_channel(parameters[f"{layer}/bias"], x)


# Discriminator


def discriminator(config, parameters, images, alpha=None):
    """Scores [N, 1] of images [N, 3, R, R]."""
    assert alpha is None, "nothing fades in"
    x = linear_convolution(parameters, f"discriminator/fromRGB/{images.shape[2]}", images)
    for side in reversed(sides_up_to(images.shape[2])[1:]):
        block = f"discriminator/blocks/{side}"
        inner = rectified(linear_convolution(parameters, f"{block}/conv0", x))
        inner = rectified(linear_convolution(parameters, f"{block}/conv1", inner))
        skip = linear_convolution(parameters, f"{block}/skip", downsample(x))
        x = (skip + downsample(inner)) / ROOT2
    if config.statistic == "stddev":
        x = with_stddev(x, config.group_size)
    x = rectified(linear_convolution(parameters, "discriminator/blocks/4/conv0", x))
    x = rectified(dense(parameters, "discriminator/blocks/4/conv1", x.flatten(1)))
    return dense(parameters, "discriminator/output", x)


def linear_convolution(parameters, layer, x):
    return convolved(x, equalised(parameters, layer)) + per_channel(parameters[f"{layer}/bias"], x)


def dense(parameters, layer, x):
    return x @ equalised(parameters, layer).T + parameters[f"{layer}/bias"]
