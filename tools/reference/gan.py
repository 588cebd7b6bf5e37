# Shared by the references of PGGAN and of the style networks: layers, losses, Adam and the training steps.
# A module for the others; made with Python 3.11.2 and PyTorch 1.13.0.
#
# `model` is the module that has the networks, pggan or style: its functions generator and discriminator are used here.
# Everything is a function of dictionaries of named tensors, in whichever precision these have. Written to be read
# beside the papers, not to be fast: pytorch_train_step.py is the fast one.
import math

import torch
import torch.nn.functional as F

SLOPE = 0.2
ROOT2 = math.sqrt(2)


def channels_at(config, side):
    stage = round(math.log2(side)) - 1
    return max(1, min(math.floor(config.fmap_base / 2 ** (stage * config.fmap_decay)), config.fmap_max))


def sides_up_to(resolution):
    return [2**k for k in range(2, round(math.log2(resolution)) + 1)]


def is_statistic(name):
    """True for running statistics: they are state, and have no gradient."""
    return name.endswith(("/mean", "/variance"))


def per_channel(values, x):
    """The vector reshaped to broadcast along axis 1 of x."""
    return values.reshape(1, -1, *[1] * (x.dim() - 2))


def pixel_norm(x):
    return x / torch.sqrt(torch.mean(x**2, dim=1, keepdim=True) + 1e-8)


def upsample(x):
    return x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


def downsample(x):
    return F.avg_pool2d(x, 2)


def cross_fade(old, new, alpha):
    return old + (new - old) * alpha


def with_stddev(x, group_size):
    """x with one more map: the standard deviation among neighbours in the batch, averaged over channels and pixels."""
    n, _, height, width = x.shape
    group = min(group_size or n, n)
    while n % group != 0:
        group -= 1
    groups = x.reshape(n // group, group, -1)
    variance = ((groups - groups.mean(dim=1, keepdim=True)) ** 2).mean(dim=1)
    deviation = torch.sqrt(variance + 1e-8).mean(dim=1)
    maps = deviation.repeat_interleave(group).reshape(n, 1, 1, 1).expand(n, 1, height, width)
    return torch.cat([x, maps], dim=1)


# Losses


def discriminator_loss(model, config, parameters, reals, fakes, mixing, alpha=None, penalise=True):
    """
    The loss, and what it is made of. `fakes` are taken as constants; `mixing` [N, 1, 1, 1] is for WGAN-GP only;
    `penalise` for the others only.
    """
    fakes = fakes.detach().requires_grad_()
    reals = as_faded(reals, alpha).detach().requires_grad_()
    real_scores = model.discriminator(config, parameters, reals, alpha)
    fake_scores = model.discriminator(config, parameters, fakes, alpha)
    terms = {"realScore": real_scores.mean(), "fakeScore": fake_scores.mean()}
    if config.loss == "wgan-gp":
        mix = (reals + (fakes - reals) * mixing).detach().requires_grad_()
        squared = squared_gradient(model.discriminator(config, parameters, mix, alpha), mix)
        terms["penalty"] = ((torch.sqrt(squared + 1e-16) - 1) ** 2).mean()
        loss = terms["fakeScore"] - terms["realScore"]
        loss = loss + config.penalty_weight * terms["penalty"] + config.drift * (real_scores**2).mean()
        return loss, terms
    if config.loss == "relativistic-r1-r2":
        loss = F.softplus(fake_scores - real_scores).mean()
    else:
        loss = F.softplus(-real_scores).mean() + F.softplus(fake_scores).mean()
    if penalise:
        terms["penalty"] = squared_gradient(real_scores, reals).mean()
        if config.loss == "relativistic-r1-r2":
            terms["penalty"] = terms["penalty"] + squared_gradient(fake_scores, fakes).mean()
        loss = loss + config.gamma / 2 * config.interval * terms["penalty"]
    return loss, terms


def as_faded(reals, alpha):
    """Real images during a fade, blended with their halved selves as the fakes are."""
    return reals if alpha is None else cross_fade(upsample(downsample(reals)), reals, alpha)


def squared_gradient(scores, images):
    (gradient,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
    return (gradient**2).sum(dim=(1, 2, 3))


def generator_loss(model, config, parameters, fakes, reals, alpha=None):
    """The generator's loss. Only the relativistic one uses `reals`, which are as many as the fakes."""
    scores = model.discriminator(config, parameters, fakes, alpha)
    if config.loss == "wgan-gp":
        return -scores.mean()
    if config.loss == "relativistic-r1-r2":
        scores = scores - model.discriminator(config, parameters, as_faded(reals, alpha), alpha)
    return F.softplus(-scores).mean()


def gradients(loss, parameters):
    """Gradients by name; zeros for parameters that the loss does not depend on, such as those of an earlier resolution."""
    found = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
    pairs = zip(parameters.items(), found)
    return {name: torch.zeros_like(value) if gradient is None else gradient for (name, value), gradient in pairs}


# Training


def learnt(state, network):
    """The network's parameters as leaves to be differentiated by; statistics are left out."""
    names = [name for name in state if name.startswith(f"{network}/") and not is_statistic(name)]
    return {name: state[name].detach().requires_grad_() for name in names}


def adam(config, state, network, found, learning_rate):
    """Adam with bias correction: Kingma & Ba 2015, algorithm 1. With β₁ = 0 no mean is kept."""
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


def discriminator_step(model, config, state, feeds, resolution, alpha=None, penalise=True):
    """The state after the step, and the loss with its terms. Feeds: z, reals, mixing."""
    fakes, _ = model.generator(config, state, feeds["z"], resolution, alpha)
    parameters = learnt(state, "discriminator")
    loss, terms = discriminator_loss(model, config, parameters, feeds["reals"], fakes, feeds["mixing"], alpha, penalise)
    updates = adam(config, state, "discriminator", gradients(loss, parameters), config.learning_rate)
    return {**state, **updates}, {"dLoss": loss.detach(), **{name: value.detach() for name, value in terms.items()}}


def generator_step(model, config, state, feeds, resolution, ema_decay, alpha=None):
    """The state after the step, moving average included, and the loss. Feeds: z, reals."""
    parameters = learnt(state, "generator")
    fakes, statistics = model.generator(config, {**state, **parameters}, feeds["z"], resolution, alpha)
    loss = generator_loss(model, config, state, fakes, feeds["reals"], alpha)
    updates = adam(config, state, "generator", gradients(loss, parameters), config.learning_rate)
    for name, value in statistics.items():
        updates[name] = 0.9 * state[name] + 0.1 * value
    for name in [name for name in updates if name.startswith("generator/")]:
        average = name.replace("generator/", "generatorEma/", 1)
        value = updates[name]
        updates[average] = value + (state[average] - value) * ema_decay
    return {**state, **updates}, {"gLoss": loss.detach()}


def simultaneous_step(model, config, state, feeds, resolution, ema_decay, alpha=None, penalise=True):
    """Both networks learn from the same feeds, each from the other as it was before. Feeds: z, reals, mixing."""
    d_state, d_terms = discriminator_step(model, config, state, feeds, resolution, alpha, penalise)
    g_state, g_terms = generator_step(model, config, state, feeds, resolution, ema_decay, alpha)
    ours = ("discriminator/", "discriminatorAdam/")
    after = {name: (d_state if name.startswith(ours) else g_state)[name] for name in state}
    return after, {**d_terms, **g_terms}
