# Checks pggan.py, from which golden files come, by checks.py and against pytorch_train_step.py.
# Needs what pggan_golden.py needs. Run: OMP_NUM_THREADS=1 python3 tools/reference/pggan_check.py
import argparse
from dataclasses import replace

import torch

import pggan
import pytorch_train_step
from checks import check, distances, fast_gradients, finite_differences, kinks, sensitivity
from gan import channels_at, discriminator_loss, generator_loss, gradients
from pggan import discriminator_shapes, generator, generator_shapes
from pggan_golden import PRESETS, gradient_cases, relativistic_gradient_cases, relativistic_step_cases, step_cases


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
        kind="pggan",
        interval=8,
        simultaneous=False,
        statistic="stddev",
        averages=1,
        second_order="own",
        layout="channels-last",
    )
    training = pytorch_train_step.Training(arguments)
    config = replace(PRESETS["cpu" if loss == "logistic-r1" else "g"], fmap_base=64, group_size=4)
    z = torch.randn(8, 8)
    training.latents = lambda: z
    state, found = fast_gradients(training)
    state, found = ({full_name(name): value for name, value in tensors.items()} for tensors in (state, found))
    for side in (4, 8):
        state[f"generator/toRGB/{side}/weight"] = torch.zeros(3, channels_at(config, side), 1, 1)
        state[f"generator/toRGB/{side}/bias"] = torch.zeros(3)
    torch.manual_seed(2)
    mixing = torch.rand(8, 1, 1, 1)
    torch.set_default_dtype(torch.float32)

    fakes, _ = generator(config, state, z, 16)
    d_loss, _ = discriminator_loss(pggan, config, state, training.reals, fakes, mixing)
    g_loss = generator_loss(pggan, config, state, fakes, training.reals)
    for network, value in (("discriminator", d_loss), ("generator", g_loss)):
        parameters = {name: state[name] for name in found if name.startswith(f"{network}/")}
        worst, name = max(distances(found, gradients(value, parameters)))
        check(f"pytorch_train_step, {loss}: gradients, worst of {name}", worst, 1e-12)


def full_name(name):
    network, path = name.split("/", 1)
    layer, kind = path.rsplit("/", 1)
    if layer == "4/dense":
        layer = "4/conv0" if network == "generator" else "4/conv1"
    if layer in ("toRGB", "fromRGB"):
        return f"{network}/{layer}/16/{kind}"
    return f"{network}/{layer}/{kind}" if layer == "output" else f"{network}/blocks/{layer}/{kind}"


def main():
    torch.set_num_threads(1)
    of_gradients = [*gradient_cases(), *relativistic_gradient_cases()]
    of_steps = [*step_cases(), *relativistic_step_cases()]
    shapes()
    kinks(of_gradients)
    finite_differences(of_gradients)
    benchmark("wgan-gp")
    benchmark("logistic-r1")
    sensitivity(of_gradients, of_steps)


if __name__ == "__main__":
    main()
