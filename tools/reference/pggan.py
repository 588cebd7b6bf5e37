# PGGAN written out from its specification in PyTorch, apart from the TypeScript, so that each can be held to the other.
# A module for pggan_golden.py and pggan_check.py; made with Python 3.11.2 and PyTorch 1.13.0.
#
# Everything is a function of a dictionary of named tensors and an input, in whichever precision these have. Written to
# be read beside the papers, not to be fast: pytorch_train_step.py is the fast one.
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

SLOPE = 0.2
ROOT2 = math.sqrt(2)
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
    loss: str = "wgan-gp"  # or "logistic-r1"
    penalty_weight: float = 10
    drift: float = 0
    gamma: float = 0
    interval: int = 1
    beta1: float = 0
    beta2: float = 0.99
    learning_rate: float = 1e-3

    def channels(self, side):
        stage = round(math.log2(side)) - 1
        return max(1, min(math.floor(self.fmap_base / 2 ** (stage * self.fmap_decay)), self.fmap_max))


def sides_up_to(resolution):
    return [2**k for k in range(2, round(math.log2(resolution)) + 1)]


# Shapes


def generator_shapes(config, resolution):
    """Every parameter and running statistic that a generator of this resolution has, as name → shape."""
    shapes = {}
    for side in sides_up_to(resolution):
        channels, below = config.channels(side), config.channels(side // 2)
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
    features = config.channels(2)
    for side in sides_up_to(resolution):
        channels, below = config.channels(side), config.channels(side // 2)
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


def is_statistic(name):
    """Running statistics are state, but nothing is learnt about them by gradient."""
    return name.endswith(("/mean", "/variance"))


# Layers


def layer_gain(name):
    """The factor in He's initialisation; for the first layer √2/4, which gives it the scale of a 4×4 convolution."""
    if name == "generator/blocks/4/conv0/weight":
        return ROOT2 / 4
    return 1 if "/toRGB/" in name or "/output/" in name else ROOT2


def he_deviation(name, shape):
    return layer_gain(name) / math.sqrt(math.prod(shape[1:]))


def weight_of(config, parameters, layer):
    """The weight that counts: under an equalised learning rate it is scaled at run time."""
    name = f"{layer}/weight"
    weight = parameters[name]
    return weight * he_deviation(name, weight.shape) if config.equalised else weight


def linear_map(config, parameters, layer, x):
    """Convolution of unchanged size, or a dense layer of all that it is given; no bias yet."""
    weight = weight_of(config, parameters, layer)
    if weight.dim() == 2:
        return x.flatten(1) @ weight.T
    return F.conv2d(x, weight, padding=weight.shape[2] // 2)


def per_channel(values, x):
    """A vector shaped so that it meets the axis 1 of x."""
    return values.reshape(1, -1, *[1] * (x.dim() - 2))


def pixel_norm(x):
    return x / torch.sqrt(torch.mean(x**2, dim=1, keepdim=True) + 1e-8)


def upsample(x):
    return x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


def downsample(x):
    return F.avg_pool2d(x, 2)


def cross_fade(old, new, alpha):
    return old + (new - old) * alpha


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
                x = x.reshape(len(z), config.channels(4), 4, 4)
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


def with_stddev(x, group_size):
    """One more map: how much neighbours in the batch differ, averaged over everything."""
    n, _, height, width = x.shape
    group = min(group_size or n, n)
    while n % group != 0:
        group -= 1
    groups = x.reshape(n // group, group, -1)
    variance = ((groups - groups.mean(dim=1, keepdim=True)) ** 2).mean(dim=1)
    deviation = torch.sqrt(variance + 1e-8).mean(dim=1)
    maps = deviation.repeat_interleave(group).reshape(n, 1, 1, 1).expand(n, 1, height, width)
    return torch.cat([x, maps], dim=1)


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


# Losses


def discriminator_loss(config, parameters, reals, fakes, mixing, alpha=None, penalise=True):
    """
    The loss, and what it is made of. `fakes` are taken as constants; `mixing` [N, 1, 1, 1] is for WGAN-GP only;
    `penalise` for R1 only. While fading, reals lose as much of their detail as the fakes have not yet got.
    """
    if alpha is not None:
        reals = cross_fade(upsample(downsample(reals)), reals, alpha)
    fakes = fakes.detach()
    reals = reals.detach().requires_grad_()
    real_scores = discriminator(config, parameters, reals, alpha)
    fake_scores = discriminator(config, parameters, fakes, alpha)
    terms = {"realScore": real_scores.mean(), "fakeScore": fake_scores.mean()}
    if config.loss == "wgan-gp":
        mix = (reals.detach() + (fakes - reals.detach()) * mixing).requires_grad_()
        squared = squared_gradient(discriminator(config, parameters, mix, alpha), mix)
        terms["penalty"] = ((torch.sqrt(squared + 1e-16) - 1) ** 2).mean()
        loss = terms["fakeScore"] - terms["realScore"]
        loss = loss + config.penalty_weight * terms["penalty"] + config.drift * (real_scores**2).mean()
    else:
        loss = F.softplus(-real_scores).mean() + F.softplus(fake_scores).mean()
        if penalise:
            terms["penalty"] = squared_gradient(real_scores, reals).mean()
            loss = loss + config.gamma / 2 * config.interval * terms["penalty"]
    return loss, terms


def squared_gradient(scores, images):
    (gradient,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
    return (gradient**2).sum(dim=(1, 2, 3))


def generator_loss(config, parameters, fakes, alpha=None):
    scores = discriminator(config, parameters, fakes, alpha)
    return -scores.mean() if config.loss == "wgan-gp" else F.softplus(-scores).mean()


def gradients(loss, parameters):
    """By name; zeros for what the loss does not depend on, such as the layers of a resolution that has been left."""
    found = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
    pairs = zip(parameters.items(), found)
    return {name: torch.zeros_like(value) if gradient is None else gradient for (name, value), gradient in pairs}


# Training


def learnt(state, network):
    """The network's parameters as leaves to be differentiated by; statistics are left out."""
    names = [name for name in state if name.startswith(f"{network}/") and not is_statistic(name)]
    return {name: state[name].detach().requires_grad_() for name in names}


def adam(config, state, network, found, learning_rate):
    """Bias-corrected, after Kingma & Ba 2015, algorithm 1; without β₁ there is no mean to keep."""
    prefix = f"{network}Adam"
    step = state[f"{prefix}/step"] + 1
    updates = {f"{prefix}/step": step}
    for name, gradient in found.items():
        mean = gradient
        if config.beta1 != 0:
            mean = config.beta1 * state[f"{prefix}/mean/{name}"] + (1 - config.beta1) * gradient
            updates[f"{prefix}/mean/{name}"] = mean
        variance = config.beta2 * state[f"{prefix}/variance/{name}"] + (1 - config.beta2) * gradient**2
        updates[f"{prefix}/variance/{name}"] = variance
        mean_estimate = mean / (1 - config.beta1**step)
        variance_estimate = variance / (1 - config.beta2**step)
        updates[name] = state[name] - learning_rate * mean_estimate / (torch.sqrt(variance_estimate) + 1e-8)
    return updates


def initial_training_state(config, networks):
    """The networks with their optimisers at zero and the average as a copy. `networks` has the tensors of both."""
    state = dict(networks)
    for name, value in networks.items():
        network, path = name.split("/", 1)
        if network == "generator":
            state[f"generatorEma/{path}"] = value.clone()
        state[f"{network}Adam/step"] = torch.zeros((), dtype=value.dtype)
        if not is_statistic(name):
            state[f"{network}Adam/variance/{name}"] = torch.zeros_like(value)
            if config.beta1 != 0:
                state[f"{network}Adam/mean/{name}"] = torch.zeros_like(value)
    return state


def discriminator_step(config, state, feeds, resolution, alpha=None, penalise=True):
    """The state after the step, and the loss with its terms. Feeds: z, reals, mixing."""
    fakes, _ = generator(config, state, feeds["z"], resolution, alpha)
    parameters = learnt(state, "discriminator")
    loss, terms = discriminator_loss(config, parameters, feeds["reals"], fakes, feeds["mixing"], alpha, penalise)
    updates = adam(config, state, "discriminator", gradients(loss, parameters), config.learning_rate)
    return {**state, **updates}, {"dLoss": loss.detach(), **{name: value.detach() for name, value in terms.items()}}


def generator_step(config, state, feeds, resolution, ema_decay, alpha=None):
    """The state after the step, moving average included, and the loss. Feeds: z."""
    parameters = learnt(state, "generator")
    fakes, statistics = generator(config, {**state, **parameters}, feeds["z"], resolution, alpha)
    loss = generator_loss(config, state, fakes, alpha)
    updates = adam(config, state, "generator", gradients(loss, parameters), config.learning_rate)
    for name, value in statistics.items():
        updates[name] = 0.9 * state[name] + 0.1 * value
    for name in [name for name in updates if name.startswith("generator/")]:
        average = name.replace("generator/", "generatorEma/", 1)
        value = updates[name]
        updates[average] = value + (state[average] - value) * ema_decay
    return {**state, **updates}, {"gLoss": loss.detach()}
