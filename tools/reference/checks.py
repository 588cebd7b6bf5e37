# Checks of the references that golden files are made from: central differences, activations near a rectifier's kink,
# and how far float32 and rounding move the golden numbers, from which tests choose their tolerances.
# A module for pggan_check.py and style_check.py.
import torch
import torch.nn.functional as F

from gan import discriminator_loss, generator_loss, gradients, learnt
from golden import feeds, gradient_tensors, networks, step_tensors

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
    """Relative difference of each parameter's gradient from the loss's slope in one random direction."""
    model, config, resolution, alpha = (case[key] for key in ("model", "config", "resolution", "alpha"))
    state = networks(case)
    fed = feeds(case)
    fakes, _ = model.generator(config, state, fed["z"], resolution, alpha)

    def of_discriminator(parameters):
        return discriminator_loss(model, config, parameters, fed["reals"], fakes, fed["mixing"], alpha)[0]

    def of_generator(parameters):
        images, _ = model.generator(config, {**state, **parameters}, fed["z"], resolution, alpha)
        return generator_loss(model, config, state, images, fed["reals"], alpha)

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


def finite_differences(cases):
    torch.manual_seed(1)
    for case in cases:
        if case["resolution"] <= 16:
            name, worst = max(slopes(case), key=lambda pair: pair[1])
            check(f"{case['name']}: central differences, worst of {name}", worst, 1e-4)


def nearest_to_a_kink(case):
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
    gradient_tensors(case)
    F.relu, F.leaky_relu = plain
    return min(margins)


def kinks(cases):
    for case in cases:
        nearest = nearest_to_a_kink(case)
        print(f"{case['name']}: nearest to a kink {nearest:.1e}")
        assert nearest > 4e-6


def nudged(tensors):
    """Numbers changed in about their last digit, as another order of summation might change them."""
    return {name: value * (1 + 1e-15 * torch.randn_like(value)) for name, value in tensors.items()}


def single(tensors):
    return {name: value.float() for name, value in tensors.items()}


def sensitivity(gradient_cases, step_cases):
    for what, cases, tensors_of, perturbed in (
        ("float32", gradient_cases, gradient_tensors, single),
        ("last digit", step_cases, step_tensors, nudged),
    ):
        for case in cases:
            torch.set_default_dtype(torch.float32 if what == "float32" else torch.float64)
            worst, name = max(distances(tensors_of(case, perturbed), tensors_of(case)))
            print(f"{case['name']}: moved by {what} by {worst:.1e}, {name}")


def fast_gradients(training):
    """
    The parameters of pytorch_train_step.py and the gradients of one step, by its own names behind `generator/` and
    `discriminator/`; nothing is updated.
    """
    state, found = {}, {}
    for network in ("generator", "discriminator"):
        model = getattr(training, network)
        for name, parameter in zip(model.names, model.parameters):
            if name.endswith("bias"):
                parameter.data.normal_()
            state[f"{network}/{name}"] = parameter

        def keep(gradients, model=model, network=network):
            found.update({f"{network}/{name}": g.clone() for name, g in zip(model.names, gradients)})

        training.adam[model].step = keep
    torch.manual_seed(2)
    training.step()
    return state, found
