# Checks style.py, from which golden files come, by checks.py and against what the layers are in other words.
# Needs what style_golden.py needs. Run: OMP_NUM_THREADS=1 python3 tools/reference/style_check.py
import argparse
from dataclasses import replace

import torch
import torch.nn.functional as F

import pytorch_train_step
import style
from checks import check, distances, fast_gradients, finite_differences, kinks, sensitivity
from gan import adam, discriminator_loss, generator_loss, gradients, initial_training_state
from golden import feeds, gradient_tensors, networks
from style_golden import case, gradient_cases, step_cases


def difference(found, expected):
    return ((found - expected).abs().max() / expected.abs().max()).item()


def modulation():
    """In StyleGAN2's words each image has its kernel, modulated and then of length 1 for each channel that it makes."""
    x, w = torch.randn(3, 4, 8, 8), torch.randn(3, 5)
    parameters = {
        "layer/style/weight": torch.randn(4, 5),
        "layer/style/bias": torch.randn(4),
        "layer/weight": torch.randn(6, 4, 3, 3),
        "layer/bias": torch.randn(6),
    }
    scales = w @ parameters["layer/style/weight"].T / 5**0.5 + parameters["layer/style/bias"]
    for enlarge in (False, True):
        images = F.interpolate(x, scale_factor=2, mode="nearest") if enlarge else x
        expected = []
        for image, scale in zip(images, scales):
            kernel = parameters["layer/weight"] / (4 * 9) ** 0.5 * scale[None, :, None, None]
            kernel = kernel / torch.sqrt((kernel**2).sum(dim=(1, 2, 3), keepdim=True) + 1e-8)
            expected.append(F.conv2d(image[None], kernel, parameters["layer/bias"], padding=1))
        expected = F.leaky_relu(torch.cat(expected), 0.2) * 2**0.5
        found = style.styled_convolution(parameters, "layer", x, w, enlarge)
        what = "styled convolution, enlarging" if enlarge else "styled convolution"
        check(f"{what}: against a kernel for each image", difference(found, expected), 1e-13)


def enlargement():
    for side in (4, 7):
        images = torch.randn(2, 3, side, side)
        expected = F.interpolate(images, scale_factor=2, mode="bilinear", align_corners=False)
        check(f"bilinear from {side}: against torch's", difference(style.enlarged(images), expected), 1e-14)


def mapping():
    """A latent's length does not count; what is stored is a hundred times what plain layers would have."""
    given = case(4, 4)
    state, z = networks(given), feeds(given)["z"]
    found = style.mapped(state, 3 * z)
    check("mapping: of a latent three times as long", difference(found, style.mapped(state, z)), 1e-7)
    x = z * (z.shape[1] ** 0.5 / z.norm(dim=1, keepdim=True))
    for layer in (0, 1):
        weight, bias = (state[f"generator/mapping/{layer}/{kind}"] / 100 for kind in ("weight", "bias"))
        x = F.leaky_relu(F.linear(x, weight / z.shape[1] ** 0.5, bias), 0.2) * 2**0.5
    check("mapping: in plain weights", difference(style.mapped(state, z), x), 1e-7)


def optimiser():
    """Adam is PyTorch's."""
    for beta1 in (0, 0.5):
        given = case(4, 2, beta1=beta1, learning_rate=0.01)
        state = initial_training_state(given["config"], networks(given))
        names = [name for name in state if name.startswith("generator/")]
        theirs = {name: torch.nn.Parameter(state[name].clone()) for name in names}
        torch_adam = torch.optim.Adam(theirs.values(), lr=0.01, betas=(beta1, 0.99), eps=1e-8)
        for _ in range(3):
            found = {name: torch.randn_like(state[name]) for name in names}
            state = {**state, **adam(given["config"], state, "generator", found, 0.01)}
            for name in names:
                theirs[name].grad = found[name]
            torch_adam.step()
        worst = max(difference(state[name], theirs[name].detach()) for name in names)
        check(f"Adam, β₁ {beta1}: three steps against torch's", worst, 1e-13)


def penalties(cases):
    """The penalty's gradient counts beside the loss's, or an error in it would not show."""
    for given in cases:
        without = {**given, "config": replace(given["config"], gamma=0)}
        all_of_it, of_loss = gradient_tensors(given), gradient_tensors(without)
        names = [name for name in all_of_it if name.startswith("dGradient/")]
        of_penalty = torch.cat([(all_of_it[name] - of_loss[name]).flatten() for name in names]).norm()
        share = (of_penalty / torch.cat([of_loss[name].flatten() for name in names]).norm()).item()
        print(f"{given['name']}: the penalty's gradient is {share:.2f} of the loss's")
        assert 0.3 < share < 4


def benchmark(second_order):
    """The fast implementation's gradients are the plain one's."""
    config = style.Config(fmap_base=64, fmap_max=8, latent_size=8, gamma=pytorch_train_step.R1_GAMMA, interval=4)
    arguments = argparse.Namespace(
        kind="style",
        loss=config.loss,
        interval=config.interval,
        simultaneous=True,
        statistic=config.statistic,
        averages=3,
        resolution=16,
        fmap_base=config.fmap_base,
        fmap_max=config.fmap_max,
        latent_size=config.latent_size,
        minibatch=4,
        second_order=second_order,
        layout="channels-last" if second_order == "own" else "contiguous",
    )
    training = pytorch_train_step.Training(arguments)
    z = torch.randn(4, 8)
    training.latents = lambda: z
    state, found = fast_gradients(training)
    fakes, _ = style.generator(config, state, z, 16)
    d_loss, _ = discriminator_loss(style, config, state, training.reals, fakes, None)
    g_loss = generator_loss(style, config, state, fakes, training.reals)
    for network, value in (("discriminator", d_loss), ("generator", g_loss)):
        parameters = {name: state[name] for name in found if name.startswith(f"{network}/")}
        worst, name = max(distances(found, gradients(value, parameters)))
        check(f"pytorch_train_step, second order {second_order}: gradients, worst of {name}", worst, 1e-12)


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(1)
    modulation()
    enlargement()
    mapping()
    optimiser()
    benchmark("plain")
    benchmark("own")
    of_gradients = list(gradient_cases())
    penalties(of_gradients)
    kinks(of_gradients)
    finite_differences(of_gradients)
    sensitivity(of_gradients, step_cases())


if __name__ == "__main__":
    main()
