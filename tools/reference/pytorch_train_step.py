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

import pytorch_pggan
import pytorch_style
from pytorch_layers import PLAIN, TWICE, memory_format

NETWORKS = {"pggan": pytorch_pggan, "style": pytorch_style}
R1_GAMMA = 0.3
BETA2, ADAM_EPSILON, EMA_DECAY = 0.99, 1e-8, 0.999
LEARNING_RATE = {"wgan-gp": 1e-3, "logistic-r1": 2e-3, "relativistic-r1-r2": 1.4e-3}


class Model:
    """Parameters of one network by name, and the constant by which the equalised learning rate scales each weight."""

    def __init__(self, network, shapes, options):
        networks = NETWORKS[options.kind]
        self.names = list(shapes)
        self.parameters = []
        self.scales = []
        for name, shape in shapes.items():
            value = networks.initial_value(name, shape)
            if len(shape) == 4:
                value = value.to(memory_format=memory_format(options))
            self.scales.append(networks.scale_of(network, name, shape))
            self.parameters.append(value.requires_grad_())

    def effective(self):
        """Weights scaled once a step, however often the network is then run."""
        pairs = zip(self.names, self.parameters, self.scales)
        return {name: value if scale == 1 else value * scale for name, value, scale in pairs}


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
        self.networks = NETWORKS[options.kind]
        of_generator, of_discriminator = self.networks.shapes_of(options)
        self.generator = Model("generator", of_generator, options)
        self.discriminator = Model("discriminator", of_discriminator, options)
        rate = LEARNING_RATE[options.loss]
        self.adam = {model: Adam(model.parameters, rate) for model in (self.generator, self.discriminator)}
        self.averages = [[p.detach().clone() for p in self.generator.parameters] for _ in range(options.averages)]
        side = options.resolution
        reals = torch.rand(options.minibatch, 3, side, side) * 2 - 1
        self.reals = reals.contiguous(memory_format=memory_format(options))
        self.twice = TWICE if options.second_order == "own" else PLAIN
        self.steps = 0

    def latents(self):
        return torch.randn(self.options.minibatch, self.options.latent_size)

    def generate(self, p, z):
        return self.networks.generate(self.options, p, z)

    def score(self, p, images, layers=PLAIN):
        return self.networks.score(self.options, p, images, layers)

    @property
    def penalised(self):
        return self.steps % self.options.interval == 0

    def step(self):
        if self.options.simultaneous:
            self.simultaneous_step()
        else:
            self.discriminator_step()
            self.generator_step()
        self.steps += 1

    def simultaneous_step(self):
        """Both networks learn from the same images, each from the other as it was before."""
        layers = self.twice if self.penalised else PLAIN
        of_generator, of_discriminator = (leaves(model.effective()) for model in (self.generator, self.discriminator))
        fakes = self.generate(of_generator, self.latents())
        reals = self.reals.detach().requires_grad_(self.penalised)
        real, fake = self.score(of_discriminator, reals, layers), self.score(of_discriminator, fakes, layers)
        if self.options.loss == "relativistic-r1-r2":
            d_loss, g_loss = F.softplus(fake - real).mean(), F.softplus(real - fake).mean()
        else:
            d_loss, g_loss = F.softplus(-real).mean() + F.softplus(fake).mean(), F.softplus(-fake).mean()
        if self.penalised:
            penalty = self.squared_gradient(real, reals).mean()
            if self.options.loss == "relativistic-r1-r2":
                penalty = penalty + self.squared_gradient(fake, fakes).mean()
            d_loss = d_loss + penalty * (R1_GAMMA / 2 * self.options.interval)
        by_discriminator = torch.autograd.grad(d_loss, list(of_discriminator.values()), retain_graph=True)
        by_generator = torch.autograd.grad(g_loss, list(of_generator.values()))
        self.update(self.discriminator, list(by_discriminator))
        self.update(self.generator, list(by_generator))
        self.average()

    def discriminator_step(self):
        options, reals = self.options, self.reals
        with torch.no_grad():
            fakes = self.generate(self.generator.effective(), self.latents())
        # Each term's graph is freed before the next is made; what they add up to in the scaled weights goes once to
        # the parameters, at the end.
        p = leaves(self.discriminator.effective())
        if options.loss == "wgan-gp":
            real = self.score(p, reals)
            (real.square().mean() * 0.001 - real.mean()).backward()
            self.score(p, fakes).mean().backward()
            mixing = torch.rand(options.minibatch, 1, 1, 1)
            mix = torch.lerp(reals, fakes, mixing).requires_grad_()
            norm = (self.squared_gradient(self.score(p, mix, self.twice), mix) + 1e-16).sqrt()
            ((norm - 1).square().mean() * 10).backward()
        else:
            images = reals.detach().requires_grad_(self.penalised)
            real = self.score(p, images, self.twice if self.penalised else PLAIN)
            loss = F.softplus(-real).mean()
            if self.penalised:
                loss = loss + self.squared_gradient(real, images).mean() * (R1_GAMMA / 2 * options.interval)
            loss.backward()
            F.softplus(self.score(p, fakes)).mean().backward()
        self.update(self.discriminator, [leaf.grad for leaf in p.values()])

    def squared_gradient(self, scores, images):
        (gradient,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
        return gradient.square().sum((1, 2, 3))

    def generator_step(self):
        with torch.no_grad():
            frozen = self.discriminator.effective()
        p = leaves(self.generator.effective())
        scores = self.score(frozen, self.generate(p, self.latents()))
        loss = -scores.mean() if self.options.loss == "wgan-gp" else F.softplus(-scores).mean()
        loss.backward()
        self.update(self.generator, [leaf.grad for leaf in p.values()])
        self.average()

    @torch.no_grad()
    def update(self, model, gradients):
        torch._foreach_mul_(gradients, model.scales)
        self.adam[model].step(gradients)

    @torch.no_grad()
    def average(self):
        for average in self.averages:
            torch._foreach_mul_(average, EMA_DECAY)
            torch._foreach_add_(average, self.generator.parameters, alpha=1 - EMA_DECAY)


def leaves(p):
    """Copies of the parameters that gradients are computed for."""
    return {name: value.detach().requires_grad_() for name, value in p.items()}


class Inference:
    """Images of the moving average; its weights are scaled beforehand, as they do not change."""

    def __init__(self, training):
        self.training = training
        pairs = zip(training.generator.names, training.averages[0], training.generator.scales)
        self.weights = {name: value * scale for name, value, scale in pairs}

    @torch.inference_mode()
    def step(self):
        training = self.training
        training.generate(self.weights, training.latents())


def timed(step, count):
    times = []
    for _ in range(count):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1000)
    return times


def peak_kilobytes():
    """Peak memory by VmHWM: Linux starts ru_maxrss from the peak of the process that spawned this one."""
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
        # A logistic loss has a dearer step at intervals, which the median does not show: compare its mean.
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
    """Make glibc keep freed memory: it maps no block up to its limit of 32 MB by itself and returns none."""
    trim_threshold, mmap_threshold = -1, -3
    libc = ctypes.CDLL(None)
    libc.mallopt(mmap_threshold, 32 << 20)
    libc.mallopt(trim_threshold, 2**31 - 1)


def parsed():
    parser = argparse.ArgumentParser(description="Times one step of each network.")
    parser.add_argument("--kind", choices=list(NETWORKS), default="pggan")
    parser.add_argument("--loss", choices=list(LEARNING_RATE), default="wgan-gp")
    parser.add_argument("--interval", type=int, default=8, help="steps from one penalty of a logistic loss to the next")
    parser.add_argument("--simultaneous", action="store_true", help="train both networks on the same images")
    parser.add_argument("--statistic", choices=["none", "stddev"], default="stddev", help="of the minibatch, in fours")
    parser.add_argument("--averages", type=int, default=1, help="moving averages of the generator")
    parser.add_argument("--mode", choices=["train", "inference"], default="train")
    parser.add_argument("--resolution", type=int, default=64)
    parser.add_argument("--fmap-base", type=int, default=512)
    parser.add_argument("--fmap-max", type=int, default=128)
    parser.add_argument("--latent-size", type=int, default=128)
    parser.add_argument("--minibatch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=16, help="for a logistic loss a multiple of --interval")
    parser.add_argument("--warmup", type=int, default=8)
    parser.add_argument("--second-order", choices=["own", "plain"], default="own")
    parser.add_argument("--layout", choices=["channels-last", "contiguous"], default="channels-last")
    parser.add_argument("--memory", choices=["keep", "return"], default="keep")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.add_argument("--serve", action="store_true", help="after warm-up, for each line on stdin: run, print JSON")
    options = parser.parse_args()
    if options.loss == ("wgan-gp" if options.simultaneous else "relativistic-r1-r2"):
        parser.error(f"{options.loss} is not written for {'' if options.simultaneous else 'non-'}simultaneous steps")
    return options


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
