# Measures how fast eager PyTorch trains the networks that face-tuning trains, so that speeds can be compared.
# Run: python3 tools/reference/pytorch_train_step.py --threads 2 --json
# Made with Python 3.11.2 and Debian's PyTorch 1.13.0 (oneDNN 2.6).
#
# It is meant to be PyTorch at its best without a compiler; the faster of what was tried is the default (one pass for
# reals and fakes together was no faster than two):
# - Images lie in memory with their channels last (`--layout`).
# - The gradient penalty has functions of its own (`--second-order own`, as NVIDIA's conv2d_gradfix): PyTorch's second
#   derivative of a convolution swaps the batch with the channels, which its CPU kernels are slow at, and that of
#   LeakyReLU sends back zeros. `--second-order plain` measures what torch.nn.functional does by itself.
# - glibc keeps freed memory instead of returning it to the kernel after each tensor (`--memory keep`), as the jemalloc
#   of PyTorch's tuning guide and ONNX Runtime's arena do.
import argparse
import ctypes
import json
import math
import resource
import statistics
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

SLOPE = 0.2
ROOT2 = math.sqrt(2)
R1_GAMMA, R1_INTERVAL = 0.3, 8
BETA2, ADAM_EPSILON, EMA_DECAY = 0.99, 1e-8, 0.999
LEARNING_RATE = {"wgan-gp": 1e-3, "logistic-r1": 2e-3}


def sides(resolution):
    return [2**k for k in range(2, int(math.log2(resolution)) + 1)]


class Convolution(torch.autograd.Function):
    """Same-size convolution with bias whose input gradient is differentiated by convolutions of the usual layout."""

    @staticmethod
    def forward(context, x, weight, bias):
        context.save_for_backward(x, weight)
        return convolution(x, weight, bias)

    @staticmethod
    def backward(context, gradient):
        x, weight = context.saved_tensors
        by_x = InputGradient.apply(gradient, weight, x) if context.needs_input_grad[0] else None
        by_weight = by_bias = None
        # While the penalty asks for the gradient by the images, none by a weight is wanted.
        if not torch.is_grad_enabled():
            by_weight, by_bias = weight_gradient(gradient, x, weight), gradient.sum((0, 2, 3))
        return by_x, by_weight, by_bias


class InputGradient(torch.autograd.Function):
    """The input gradient is linear in (gradient, weight) each; x only tells its shape and layout."""

    @staticmethod
    def forward(context, gradient, weight, x):
        context.save_for_backward(gradient, weight)
        return convolution_backward(gradient, x, weight, (True, False, False))[0]

    @staticmethod
    def backward(context, second):
        gradient, weight = context.saved_tensors
        by_gradient = F.conv2d(second, weight, padding=weight.shape[2] // 2) if context.needs_input_grad[0] else None
        return by_gradient, weight_gradient(gradient, second, weight), None


class Rectifier(torch.autograd.Function):
    """LeakyReLU in place; its gradient is linear in the gradient, and flat in the sign of the output."""

    @staticmethod
    def forward(context, x):
        context.mark_dirty(x)
        F.leaky_relu(x, SLOPE, inplace=True)
        context.save_for_backward(x)
        return x

    @staticmethod
    def backward(context, gradient):
        return RectifierGradient.apply(gradient, *context.saved_tensors)


class RectifierGradient(torch.autograd.Function):
    @staticmethod
    def forward(context, gradient, y):
        context.save_for_backward(y)
        return torch.ops.aten.leaky_relu_backward(gradient, y, SLOPE, True)

    @staticmethod
    def backward(context, second):
        return torch.ops.aten.leaky_relu_backward(second, *context.saved_tensors, SLOPE, True), None


def weight_gradient(gradient, x, weight):
    return convolution_backward(gradient, x, weight, (False, True, False))[1]


def convolution_backward(gradient, x, weight, wanted):
    padding = weight.shape[2] // 2
    return torch.ops.aten.convolution_backward(
        gradient, x, weight, None, (1, 1), (padding, padding), (1, 1), False, (0, 0), 1, wanted
    )


def convolution(x, weight, bias):
    return F.conv2d(x, weight, bias, padding=weight.shape[2] // 2)


def rectifier(x):
    return F.leaky_relu(x, SLOPE, inplace=True)


PLAIN = convolution, rectifier
TWICE = Convolution.apply, Rectifier.apply


class Model:
    """Parameters of one network by name, and the constant by which the equalised learning rate scales each weight."""

    def __init__(self, shapes, gains, memory_format):
        self.names = list(shapes)
        self.parameters = []
        self.scales = []
        for name, shape in shapes.items():
            weight = name.endswith("weight")
            value = torch.randn(shape) if weight else torch.zeros(shape)
            if len(shape) == 4:
                value = value.to(memory_format=memory_format)
            self.scales.append(gains.get(name, ROOT2) / math.sqrt(math.prod(shape[1:])) if weight else 1)
            self.parameters.append(value.requires_grad_())

    def effective(self):
        """Scaled once a step, however often the network is then run."""
        pairs = zip(self.names, self.parameters, self.scales)
        return {name: value if scale == 1 else value * scale for name, value, scale in pairs}


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
        add(discriminator, f"{side}/conv0", (here, here + (side == 4), 3, 3), here)
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


def pixel_norm(x):
    return x * x.square().mean(1, keepdim=True).add_(1e-8).rsqrt_()


def generate(p, z, resolution, memory_format):
    channels = p["4/dense/bias"].shape[0]
    grid = F.linear(pixel_norm(z), p["4/dense/weight"]).view(-1, channels, 4, 4)
    grid = (grid + p["4/dense/bias"].view(-1, 1, 1)).contiguous(memory_format=memory_format)
    x = pixel_norm(rectifier(grid))
    for side in sides(resolution):
        for conv in ["conv1"] if side == 4 else ["conv0", "conv1"]:
            if conv == "conv0":
                x = F.interpolate(x, scale_factor=2, mode="nearest")
            x = convolution(x, p[f"{side}/{conv}/weight"], p[f"{side}/{conv}/bias"])
            x = pixel_norm(rectifier(x))
    return convolution(x, p["toRGB/weight"], p["toRGB/bias"])


def minibatch_stddev(x):
    n, c, height, width = x.shape
    group = min(4, n)
    while n % group:
        group -= 1
    groups = x.reshape(n // group, group, c, height, width)
    deviation = (groups.var(1, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
    statistic = deviation.view(-1, 1, 1, 1, 1).expand(-1, group, 1, height, width).reshape(n, 1, height, width)
    return torch.cat([x, statistic], 1)


def score(p, images, resolution, layers=PLAIN):
    convolve, rectify = layers
    x = rectify(convolve(images, p["fromRGB/weight"], p["fromRGB/bias"]))
    for side in reversed(sides(resolution)):
        if side == 4:
            x = minibatch_stddev(x)
        for conv in ["conv0"] if side == 4 else ["conv0", "conv1"]:
            x = rectify(convolve(x, p[f"{side}/{conv}/weight"], p[f"{side}/{conv}/bias"]))
        if side > 4:
            x = F.avg_pool2d(x, 2)
    # Channels before pixels, whatever the layout in memory.
    x = rectify(F.linear(x.reshape(len(x), -1), p["4/dense/weight"], p["4/dense/bias"]))
    return F.linear(x, p["output/weight"], p["output/bias"])


class Adam:
    """Bias-corrected, with β₁ = 0: unlike torch.optim.Adam it keeps no mean, and is faster for it."""

    def __init__(self, parameters, rate):
        self.parameters, self.rate, self.steps = parameters, rate, 0
        self.variances = [torch.zeros_like(p) for p in parameters]

    @torch.no_grad()
    def step(self, gradients):
        self.steps += 1
        torch._foreach_mul_(self.variances, BETA2)
        torch._foreach_addcmul_(self.variances, gradients, gradients, 1 - BETA2)
        correction = math.sqrt(1 - BETA2**self.steps)
        floors = torch._foreach_sqrt(self.variances)
        torch._foreach_add_(floors, ADAM_EPSILON * correction)
        torch._foreach_addcdiv_(self.parameters, gradients, floors, -self.rate * correction)


class Training:
    def __init__(self, options):
        torch.manual_seed(1)
        self.options = options
        self.format = torch.channels_last if options.layout == "channels-last" else torch.contiguous_format
        of_generator, of_discriminator = shapes_of(options)
        self.generator = Model(of_generator, {"4/dense/weight": ROOT2 / 4, "toRGB/weight": 1}, self.format)
        self.discriminator = Model(of_discriminator, {"output/weight": 1}, self.format)
        rate = LEARNING_RATE[options.loss]
        self.adam = {model: Adam(model.parameters, rate) for model in (self.generator, self.discriminator)}
        self.average = [p.detach().clone() for p in self.generator.parameters]
        side = options.resolution
        self.reals = (torch.rand(options.minibatch, 3, side, side) * 2 - 1).contiguous(memory_format=self.format)
        self.twice = TWICE if options.second_order == "own" else PLAIN
        self.steps = 0

    def latents(self):
        return torch.randn(self.options.minibatch, self.options.latent_size)

    def step(self):
        self.discriminator_step()
        self.generator_step()
        self.steps += 1

    def discriminator_step(self):
        options, reals = self.options, self.reals
        side = options.resolution
        with torch.no_grad():
            fakes = generate(self.generator.effective(), self.latents(), side, self.format)
        p = self.discriminator.effective()
        # Each term's graph is freed before the next is made; what they add up to in the scaled weights goes once to
        # the parameters, at the end.
        leaves = {name: value.detach().requires_grad_() for name, value in p.items()}
        if options.loss == "wgan-gp":
            real = score(leaves, reals, side)
            (real.square().mean() * 0.001 - real.mean()).backward()
            score(leaves, fakes, side).mean().backward()
            mixing = torch.rand(options.minibatch, 1, 1, 1)
            mix = torch.lerp(reals, fakes, mixing).requires_grad_()
            norm = (self.squared_gradient(score(leaves, mix, side, self.twice), mix) + 1e-16).sqrt()
            ((norm - 1).square().mean() * 10).backward()
        else:
            penalised = self.steps % R1_INTERVAL == 0
            images = reals.detach().requires_grad_(penalised)
            real = score(leaves, images, side, self.twice if penalised else PLAIN)
            loss = F.softplus(-real).mean()
            if penalised:
                loss = loss + self.squared_gradient(real, images).mean() * (R1_GAMMA / 2 * R1_INTERVAL)
            loss.backward()
            F.softplus(score(leaves, fakes, side)).mean().backward()
        self.update(self.discriminator, [leaf.grad for leaf in leaves.values()])

    def squared_gradient(self, scores, images):
        (gradient,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
        return gradient.square().sum((1, 2, 3))

    def generator_step(self):
        side = self.options.resolution
        with torch.no_grad():
            frozen = self.discriminator.effective()
        leaves = {name: value.detach().requires_grad_() for name, value in self.generator.effective().items()}
        fakes = generate(leaves, self.latents(), side, self.format)
        scores = score(frozen, fakes, side)
        loss = -scores.mean() if self.options.loss == "wgan-gp" else F.softplus(-scores).mean()
        loss.backward()
        self.update(self.generator, [leaf.grad for leaf in leaves.values()])
        with torch.no_grad():
            torch._foreach_mul_(self.average, EMA_DECAY)
            torch._foreach_add_(self.average, self.generator.parameters, alpha=1 - EMA_DECAY)

    @torch.no_grad()
    def update(self, model, gradients):
        torch._foreach_mul_(gradients, model.scales)
        self.adam[model].step(gradients)


class Inference:
    """Images of the moving average; its weights are scaled beforehand, as they do not change."""

    def __init__(self, training):
        self.training = training
        pairs = zip(training.generator.names, training.average, training.generator.scales)
        self.weights = {name: value * scale for name, value, scale in pairs}

    @torch.inference_mode()
    def step(self):
        training = self.training
        generate(self.weights, training.latents(), training.options.resolution, training.format)


def timed(step, count):
    times = []
    for _ in range(count):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1000)
    return times


def peak_kilobytes():
    """Linux starts ru_maxrss from the peak of the process that spawned this one, a driver's; VmHWM it does not."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        lines = []
    peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return peaks[0] if peaks else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def report(options, times):
    median = statistics.median(times)
    result = {
        "engine": f"pytorch {torch.__version__}",
        **{name: value for name, value in vars(options).items() if name not in ("json", "serve", "steps", "warmup")},
        "milliseconds": [round(t, 3) for t in times],
        "medianMilliseconds": round(median, 3),
        # Every eighth step of logistic-r1 is dearer, which the median does not see: compare its mean.
        "imagesPerSecond": round(options.minibatch / median * 1000, 3),
        "meanImagesPerSecond": round(options.minibatch * len(times) / sum(times) * 1000, 3),
        "peakMegabytes": round(peak_kilobytes() / 1024, 1),
    }
    if options.json or options.serve:
        print(json.dumps(result), flush=True)
    else:
        speed, mean, peak = (result[name] for name in ("imagesPerSecond", "meanImagesPerSecond", "peakMegabytes"))
        print(f"{speed} images/s (mean {mean}), {peak} MB")


def keep_memory():
    """Nothing up to glibc's limit of 32 MB is mapped by itself, and nothing freed is returned."""
    trim_threshold, mmap_threshold = -1, -3
    libc = ctypes.CDLL(None)
    libc.mallopt(mmap_threshold, 32 << 20)
    libc.mallopt(trim_threshold, 2**31 - 1)


def parsed():
    parser = argparse.ArgumentParser(description="Times one D step and one G step of PGGAN (preset g's layers).")
    parser.add_argument("--loss", choices=list(LEARNING_RATE), default="wgan-gp")
    parser.add_argument("--mode", choices=["train", "inference"], default="train")
    parser.add_argument("--resolution", type=int, default=64)
    parser.add_argument("--fmap-base", type=int, default=512)
    parser.add_argument("--fmap-max", type=int, default=128)
    parser.add_argument("--latent-size", type=int, default=128)
    parser.add_argument("--minibatch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=16, help="for logistic-r1 a multiple of 8, its penalty's interval")
    parser.add_argument("--warmup", type=int, default=8)
    parser.add_argument("--second-order", choices=["own", "plain"], default="own")
    parser.add_argument("--layout", choices=["channels-last", "contiguous"], default="channels-last")
    parser.add_argument("--memory", choices=["keep", "return"], default="keep")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.add_argument("--serve", action="store_true", help="after warm-up, for each line on stdin: run, print JSON")
    return parser.parse_args()


def main():
    options = parsed()
    torch.set_num_threads(options.threads)
    if options.memory == "keep":
        keep_memory()
    training = Training(options)
    step = (training if options.mode == "train" else Inference(training)).step
    timed(step, options.warmup)
    if not options.serve:
        return report(options, timed(step, options.steps))
    print("ready", file=sys.stderr, flush=True)
    for _ in sys.stdin:
        report(options, timed(step, options.steps))


if __name__ == "__main__":
    main()
