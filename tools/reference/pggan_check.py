# Checks pggan.py, from which the golden files come: against central differences, and against pytorch_train_step.py.
# Also says how far float32 and rounding move the golden numbers, from which a test can choose its tolerances.
# Needs what pggan_golden.py needs. Run: OMP_NUM_THREADS=1 python3 tools/reference/pggan_check.py
import argparse
from dataclasses import replace

import torch
import torch.nn.functional as F

import pytorch_train_step
from pggan import (
    discriminator_loss,
    discriminator_shapes,
    generator,
    generator_loss,
    generator_shapes,
    gradients,
    learnt,
)
from pggan_golden import PRESETS, feeds, gradient_cases, gradient_tensors, networks, step_cases, step_tensors

# LeakyReLU's kinks spoil a step that crosses one, so the best of three counts.
DIFFERENCES = 1e-5, 1e-6, 1e-7


def check(what, worst, bound):
    print(f"{what}: {worst:.1e}")
    assert worst < bound, f"{what} must be below {bound}"


def distances(found, expected):
    """
    By name, the largest difference as a share of the tensor's largest number, or of 1 % of its kind's largest (all the
    gradients of one network, say): some gradients are small differences of large ones.
    """
    sizes = {}
    for name, value in expected.items():
        sizes.setdefault(name.split("/")[0], []).append(value.abs().max().item())
    for name, value in expected.items():
        floor = max(sizes[name.split("/")[0]]) / 100
        difference = (found[name].double() - value).abs().max().item()
        yield difference / max(value.abs().max().item(), floor), name


def slopes(case):
    """For each parameter: how far its gradient is from the loss's slope in one random direction, relative to both."""
    config, resolution, alpha = case["config"], case["resolution"], case["alpha"]
    state = networks(config, resolution)
    fed = feeds(config, resolution, case["minibatch"])
    fakes, _ = generator(config, state, fed["z"], resolution, alpha)

    def of_discriminator(parameters):
        return discriminator_loss(config, parameters, fed["reals"], fakes, fed["mixing"], alpha)[0]

    def of_generator(parameters):
        images, _ = generator(config, {**state, **parameters}, fed["z"], resolution, alpha)
        return generator_loss(config, state, images, alpha)

    for network, loss in (("discriminator", of_discriminator), ("generator", of_generator)):
        parameters = learnt(state, network)
        for name, gradient in gradients(loss(parameters), parameters).items():
            value = parameters[name].detach()
            direction = torch.randn_like(value)
            expected = (gradient * direction).sum().item()
            errors = []
            for h in DIFFERENCES:
                ahead, behind = (loss({**parameters, name: value + sign * h * direction}).item() for sign in (1, -1))
                slope = (ahead - behind) / (2 * h)
                errors.append(abs(slope - expected) / max(abs(slope), gradient.norm().item(), 1e-4))
            yield name, min(errors)


def finite_differences():
    torch.manual_seed(1)
    for case in gradient_cases():
        if case["resolution"] <= 16:
            name, worst = max(slopes(case), key=lambda pair: pair[1])
            check(f"{case['name']}: central differences, worst of {name}", worst, 1e-4)


def kinks():
    """The activation nearest to a rectifier's kink, against the median beside it."""
    margins = []

    def noted(function):
        def rectifier(x, *arguments):
            sizes = x.detach().abs()
            margins.append((sizes.min() / sizes.median()).item())
            return function(x, *arguments)

        return rectifier

    plain = F.relu, F.leaky_relu
    F.relu, F.leaky_relu = (noted(function) for function in plain)
    for case in gradient_cases():
        margins.clear()
        gradient_tensors(case)
        nearest = min(margins)
        print(f"{case['name']}: nearest to a kink {nearest:.1e}")
        assert nearest > 4e-6
    F.relu, F.leaky_relu = plain


def shapes():
    config = replace(PRESETS["g"], fmap_base=8192, fmap_max=512, latent_size=512)
    for of_network, paper in ((generator_shapes, 23.1e6), (discriminator_shapes, 23.1e6)):
        count = sum(torch.Size(shape).numel() for shape in of_network(config, 1024).values())
        # The paper's table 2; it leaves out the toRGB and fromRGB of resolutions that have been grown out of.
        check(f"{of_network.__name__} at 1024: {count} parameters, off the paper's by", abs(count / paper - 1), 1e-3)


def benchmark(loss):
    """The fast implementation's gradients are the plain one's."""
    torch.set_default_dtype(torch.float64)
    arguments = argparse.Namespace(
        loss=loss,
        resolution=16,
        fmap_base=64,
        fmap_max=8,
        latent_size=8,
        minibatch=8,
        second_order="own",
        layout="channels-last",
    )
    training = pytorch_train_step.Training(arguments)
    config = replace(PRESETS["cpu" if loss == "logistic-r1" else "g"], fmap_base=64, group_size=4)
    state = {}
    for model, network in ((training.generator, "generator"), (training.discriminator, "discriminator")):
        for name, parameter in zip(model.names, model.parameters):
            if name.endswith("bias"):
                parameter.data.normal_()
            state[full_name(network, name)] = parameter
    for side in (4, 8):
        state[f"generator/toRGB/{side}/weight"] = torch.zeros(3, config.channels(side), 1, 1)
        state[f"generator/toRGB/{side}/bias"] = torch.zeros(3)

    z = torch.randn(8, 8)
    training.latents = lambda: z
    found = {}
    for model, network in ((training.generator, "generator"), (training.discriminator, "discriminator")):

        def keep(gradients, model=model, network=network):
            found.update({full_name(network, name): g.clone() for name, g in zip(model.names, gradients)})

        training.adam[model].step = keep
    torch.manual_seed(2)
    training.step()
    torch.manual_seed(2)
    mixing = torch.rand(8, 1, 1, 1)
    torch.set_default_dtype(torch.float32)

    fakes, _ = generator(config, state, z, 16)
    d_loss, _ = discriminator_loss(config, state, training.reals, fakes, mixing)
    g_loss = generator_loss(config, state, fakes)
    for network, value in (("discriminator", d_loss), ("generator", g_loss)):
        parameters = {name: state[name] for name in found if name.startswith(f"{network}/")}
        worst, name = max(distances(found, gradients(value, parameters)))
        check(f"pytorch_train_step, {loss}: gradients, worst of {name}", worst, 1e-12)


def full_name(network, name):
    layer, kind = name.rsplit("/", 1)
    if layer == "4/dense":
        layer = "4/conv0" if network == "generator" else "4/conv1"
    if layer in ("toRGB", "fromRGB"):
        return f"{network}/{layer}/16/{kind}"
    return f"{network}/{layer}/{kind}" if layer == "output" else f"{network}/blocks/{layer}/{kind}"


def nudged(tensors):
    """Changed in about the last digit, as another order of summation might."""
    return {name: value * (1 + 1e-15 * torch.randn_like(value)) for name, value in tensors.items()}


def sensitivity():
    def single(tensors):
        return {name: value.float() for name, value in tensors.items()}

    for what, cases, tensors_of, perturbed in (
        ("float32", gradient_cases(), gradient_tensors, single),
        ("last digit", step_cases(), step_tensors, nudged),
    ):
        for case in cases:
            torch.set_default_dtype(torch.float32 if what == "float32" else torch.float64)
            worst, name = max(distances(tensors_of(case, perturbed), tensors_of(case)))
            print(f"{case['name']}: moved by {what} by {worst:.1e}, {name}")


def main():
    torch.set_num_threads(1)
    shapes()
    kinks()
    finite_differences()
    benchmark("wgan-gp")
    benchmark("logistic-r1")
    sensitivity()


if __name__ == "__main__":
    main()
