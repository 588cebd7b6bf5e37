# The style networks as pytorch_train_step.py trains them: eager code as one writes it for speed.
# A module for it; style.py is the one that is written beside the specification.
import math

import torch
import torch.nn.functional as F

import style
from pytorch_layers import PLAIN, ROOT2, convolution, memory_format, minibatch_stddev, pixel_norm, rectifier, sides


def shapes_of(options):
    config = style.Config(options.fmap_base, options.fmap_max, options.latent_size, statistic=options.statistic)
    of_both = [of(config, options.resolution) for of in (style.generator_shapes, style.discriminator_shapes)]
    return [{name.split("/", 1)[1]: shape for name, shape in shapes.items()} for shapes in of_both]


def initial_value(name, shape):
    if name.endswith("/bias"):
        return torch.ones(shape) if "/style/" in name else torch.zeros(shape)
    return torch.randn(shape) / (style.MAPPING_RATE if name.startswith("mapping/") else 1)


def scale_of(network, name, shape):
    """Factor of a parameter at run time. A rectifier's gain passes through it, so it is included here."""
    scale = 1 / math.sqrt(math.prod(shape[1:])) if name.endswith("/weight") else 1
    if name.startswith("mapping/"):
        return scale * style.MAPPING_RATE * ROOT2
    rectified = name.startswith("blocks/") and not any(part in name for part in ("/style/", "/skip/"))
    # A styled convolution's weight has no factor: demodulation would cancel it.
    styled = network == "generator" and name.endswith("/weight")
    return scale * ROOT2 if rectified and not styled else scale


def generate(options, p, z):
    w = pixel_norm(z)
    for layer in range(style.MAPPING_LAYERS):
        w = rectifier(F.linear(w, p[f"mapping/{layer}/weight"], p[f"mapping/{layer}/bias"]))
    x = p["constant"].expand(len(z), -1, -1, -1).contiguous(memory_format=memory_format(options))
    image = None
    for side in sides(options.resolution):
        if side > 4:
            x = styled_convolution(p, f"blocks/{side}/conv0", x, w, enlarge=True)
        x = styled_convolution(p, f"blocks/{side}/conv1", x, w)
        rgb = to_rgb(p, f"toRGB/{side}", x, w)
        image = rgb if image is None else F.interpolate(image, scale_factor=2, mode="bilinear") + rgb
    return image


def styles(p, layer, w):
    return F.linear(w, p[f"{layer}/style/weight"], p[f"{layer}/style/bias"])


def styled_convolution(p, layer, x, w, enlarge=False):
    weight, factors = p[f"{layer}/weight"], styles(p, layer, w)
    x = x * factors[:, :, None, None]
    if enlarge:
        x = F.interpolate(x, scale_factor=2, mode="nearest")
    demodulation = ROOT2 * (F.linear(factors.square(), weight.square().sum((2, 3))) + 1e-8).rsqrt()
    x = F.conv2d(x, weight, padding=1) * demodulation[:, :, None, None]
    return rectifier(x + p[f"{layer}/bias"][:, None, None])


def to_rgb(p, layer, x, w):
    return convolution(x * styles(p, layer, w)[:, :, None, None], p[f"{layer}/weight"], p[f"{layer}/bias"])


def score(options, p, images, layers=PLAIN):
    convolve, rectify = layers

    def convolved(layer, x):
        return convolve(x, p[f"{layer}/weight"], p[f"{layer}/bias"])

    x = convolved(f"fromRGB/{options.resolution}", images)
    for side in reversed(sides(options.resolution)[1:]):
        block = f"blocks/{side}"
        branch = rectify(convolved(f"{block}/conv1", rectify(convolved(f"{block}/conv0", x))))
        x = (convolved(f"{block}/skip", F.avg_pool2d(x, 2)) + F.avg_pool2d(branch, 2)) / ROOT2
    if options.statistic == "stddev":
        x = minibatch_stddev(x)
    x = rectify(convolved("blocks/4/conv0", x))
    # Channels before pixels, whatever the layout in memory.
    x = rectify(F.linear(x.reshape(len(x), -1), p["blocks/4/conv1/weight"], p["blocks/4/conv1/bias"]))
    return F.linear(x, p["output/weight"], p["output/bias"])
