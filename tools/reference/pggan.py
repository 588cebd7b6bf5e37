# PGGAN written out from its specification in PyTorch, apart from the TypeScript, so that each can be held to the other.
# The networks; losses and steps are in gan.py. A module for pggan_golden.py and pggan_check.py.
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from gan import (
    ROOT2,
    SLOPE,
    channels_at,
    cross_fade,
    downsample,
    per_channel,
    pixel_norm,
    sides_up_to,
    upsample,
    with_stddev,
)

DISCRIMINATION_SIZE = 5


@dataclass(frozen=True)
class Config:
    """One model: its size and which of the paper's features it has."""

    fmap_base: int
    fmap_max: int
    latent_size: int
    fmap_decay: float = 1
    normalise_latents: bool = True
    generator_activation: str = "leaky-relu"  # or "relu"
    generator_norm: str = "none"  # or "pixel", "batch"
    tanh: bool = False
    discriminator_norm: str = "none"  # or "layer"
    equalised: bool = False
    statistic: str = "none"  # or "stddev", "discrimination"
    group_size: int = 0  # of "stddev"; 0 is the whole minibatch
    kernels: int = 0  # of "discrimination"
    loss: str = "wgan-gp"  # or "logistic-r1", "relativistic-r1-r2"
    penalty_weight: float = 10
    drift: float = 0
    gamma: float = 0
    interval: int = 1
    beta1: float = 0
    beta2: float = 0.99
    learning_rate: float = 1e-3


# Shapes


def generator_shapes(config, resolution):
    """Every parameter and running statistic that a generator of this resolution has, as name → shape."""
    shapes = {}
    for side in sides_up_to(resolution):
        channels, below = channels_at(config, side), channels_at(config, side // 2)
        block = f"generator/blocks/{side}"
        first = (channels * 16, config.latent_size) if side == 4 else (channels, below, 3, 3)
        for conv, weight in (("conv0", first), ("conv1", (channels, channels, 3, 3))):
            shapes[f"{block}/{conv}/weight"] = weight
            shapes[f"{block}/{conv}/bias"] = (channels,)
            if config.generator_norm == "batch":
                for kind in ("gain", "mean", "variance"):
                    shapes[f"{block}/{conv}/{kind}"] = (channels,)
        shapes[f"generator/toRGB/{side}/weight"] = (3, channels, 1, 1)
        shapes[f"generator/toRGB/{side}/bias"] = (3,)
    return shapes


def discriminator_shapes(config, resolution):
    shapes = {}
    features = channels_at(config, 2)
    for side in sides_up_to(resolution):
        channels, below = channels_at(config, side), channels_at(config, side // 2)
        block = f"discriminator/blocks/{side}"
        maps = channels + (1 if side == 4 and config.statistic == "stddev" else 0)
        last = (features, channels * 16) if side == 4 else (below, channels, 3, 3)
        for conv, weight in (("conv0", (channels, maps, 3, 3)), ("conv1", last)):
            shapes[f"{block}/{conv}/weight"] = weight
            shapes[f"{block}/{conv}/bias"] = weight[:1]
            if config.discriminator_norm == "layer":
                shapes[f"{block}/{conv}/gain"] = ()
        shapes[f"discriminator/fromRGB/{side}/weight"] = (channels, 3, 1, 1)
        shapes[f"discriminator/fromRGB/{side}/bias"] = (channels,)
    if config.statistic == "discrimination":
        shapes["discriminator/minibatch/weight"] = (config.kernels, DISCRIMINATION_SIZE, features)
        shapes["discriminator/minibatch/logScale"] = (config.kernels, DISCRIMINATION_SIZE)
        shapes["discriminator/minibatch/bias"] = (config.kernels,)
        features += config.kernels
    shapes["discriminator/output/weight"] = (1, features)
    shapes["discriminator/output/bias"] = (1,)
    return shapes


# Layers


def layer_gain(name):
    """The factor in He's initialisation; for the first layer √2/4, which gives it the scale of a 4×4 convolution."""
    if name == "generator/blocks/4/conv0/weight":
        return ROOT2 / 4
    return 1 if "/toRGB/" in name or "/output/" in name else ROOT2


def he_deviation(name, shape):
    return layer_gain(name) / math.sqrt(math.prod(shape[1:]))


def stored_deviation(config, name, shape):
    """Standard deviation of a weight's initial values, as stored."""
    return 1 if config.equalised else he_deviation(name, shape)


def weight_of(config, parameters, layer):
    """The weight as used: under an equalised learning rate the stored one is scaled at run time."""
    name = f"{layer}/weight"
    weight = parameters[name]
    return weight * he_deviation(name, weight.shape) if config.equalised else weight


def linear_map(config, parameters, layer, x):
    """A convolution that keeps the size, or a dense layer of the flattened input; the bias comes later."""
    weight = weight_of(config, parameters, layer)
    if weight.dim() == 2:
        return x.flatten(1) @ weight.T
    return F.conv2d(x, weight, padding=weight.shape[2] // 2)


# Generator


def generator(config, parameters, z, resolution, alpha=None, training=True):
    """
    Images [N, 3, R, R] of latents [N, d], and the batch statistics by the running ones' names (with batch norm).
    In training, batch norm uses the batch's own statistics, otherwise the running ones.
    """
    statistics = {}
    x = z / torch.sqrt(torch.mean(z**2, dim=1, keepdim=True) + 1e-8) if config.normalise_latents else z
    images = {}
    for side in sides_up_to(resolution):
        for conv in ("conv0", "conv1"):
            layer = f"generator/blocks/{side}/{conv}"
            if conv == "conv0" and side > 4:
                x = upsample(x)
            x = linear_map(config, parameters, layer, x)
            if conv == "conv0" and side == 4:
                x = x.reshape(len(z), channels_at(config, 4), 4, 4)
            x = generator_nonlinearity(config, parameters, layer, x, training, statistics)
        layer = f"generator/toRGB/{side}"
        images[side] = linear_map(config, parameters, layer, x) + per_channel(parameters[f"{layer}/bias"], x)
    image = images[resolution]
    if alpha is not None:
        image = cross_fade(upsample(images[resolution // 2]), image, alpha)
    return torch.tanh(image) if config.tanh else image, statistics


def generator_nonlinearity(config, parameters, layer, x, training, statistics):
    bias = per_channel(parameters[f"{layer}/bias"], x)
    if config.generator_norm == "batch":
        mean, variance = parameters[f"{layer}/mean"], parameters[f"{layer}/variance"]
        if training:
            mean = x.mean(dim=(0, 2, 3))
            variance = ((x - per_channel(mean, x)) ** 2).mean(dim=(0, 2, 3))
            statistics[f"{layer}/mean"], statistics[f"{layer}/variance"] = mean.detach(), variance.detach()
        x = (x - per_channel(mean, x)) / torch.sqrt(per_channel(variance, x) + 1e-4)
        x = x * per_channel(parameters[f"{layer}/gain"], x) + bias
    else:
        x = x + bias
    x = F.relu(x) if config.generator_activation == "relu" else F.leaky_relu(x, SLOPE)
    return pixel_norm(x) if config.generator_norm == "pixel" else x


# Discriminator


def discriminator(config, parameters, images, alpha=None):
    """Scores [N, 1] of images [N, 3, R, R]."""
    resolution = images.shape[2]
    x = from_rgb(config, parameters, resolution, images)
    for side in reversed(sides_up_to(resolution)):
        if side == 4 and config.statistic == "stddev":
            x = with_stddev(x, config.group_size)
        for conv in ("conv0", "conv1"):
            x = discriminator_layer(config, parameters, f"discriminator/blocks/{side}/{conv}", x)
        if side > 4:
            x = downsample(x)
            if side == resolution and alpha is not None:
                x = cross_fade(from_rgb(config, parameters, side // 2, downsample(images)), x, alpha)
    if config.statistic == "discrimination":
        x = with_discrimination(parameters, x)
    return linear_map(config, parameters, "discriminator/output", x) + parameters["discriminator/output/bias"]


def from_rgb(config, parameters, side, images):
    layer = f"discriminator/fromRGB/{side}"
    x = linear_map(config, parameters, layer, images) + per_channel(parameters[f"{layer}/bias"], images)
    return F.leaky_relu(x, SLOPE)


def discriminator_layer(config, parameters, layer, x):
    x = linear_map(config, parameters, layer, x)
    if config.discriminator_norm == "layer":
        axes = tuple(range(1, x.dim()))
        x = x - x.mean(dim=axes, keepdim=True)
        x = x / torch.sqrt((x**2).mean(dim=axes, keepdim=True) + 1e-4) * parameters[f"{layer}/gain"]
    return F.leaky_relu(x + per_channel(parameters[f"{layer}/bias"], x), SLOPE)


def with_discrimination(parameters, x):
    """Salimans et al. 2016: how near each sample is to the others, by a few learnt measures, as further features."""
    weight = parameters["discriminator/minibatch/weight"]
    length = torch.sqrt((weight**2).sum(dim=2))
    scaled = weight * (torch.exp(parameters["discriminator/minibatch/logScale"]) / length)[:, :, None]
    projected = torch.einsum("ni,kdi->nkd", x, scaled)
    distance = (projected[:, None] - projected[None, :]).abs().sum(dim=3)  # [N N kernels]
    others = 1 - torch.eye(len(x), dtype=x.dtype)
    nearness = (torch.exp(-distance) * others[:, :, None]).sum(dim=1)
    return torch.cat([x, nearness + parameters["discriminator/minibatch/bias"]], dim=1)
