# Layers of the fast networks in pytorch_pggan.py and pytorch_style.py, with and without gradients of their own.
# A module for pytorch_train_step.py.
import math

import torch
import torch.nn.functional as F

SLOPE = 0.2
ROOT2 = math.sqrt(2)


def sides(resolution):
    return [2**k for k in range(2, int(math.log2(resolution)) + 1)]


def memory_format(options):
    return torch.channels_last if options.layout == "channels-last" else torch.contiguous_format


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


def pixel_norm(x):
    return x * x.square().mean(1, keepdim=True).add_(1e-8).rsqrt_()


def minibatch_stddev(x):
    n, c, height, width = x.shape
    group = min(4, n)
    while n % group:
        group -= 1
    groups = x.reshape(n // group, group, c, height, width)
    deviation = (groups.var(1, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
    statistic = deviation.view(-1, 1, 1, 1, 1).expand(-1, group, 1, height, width).reshape(n, 1, height, width)
    return torch.cat([x, statistic], 1)
