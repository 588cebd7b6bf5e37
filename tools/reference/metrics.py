# Makes test/fixtures/metrics.json: SWD and MS-SSIM of made-up pictures, and the Fréchet distance of made-up features,
# computed from the papers' definitions.
# Needs numpy and scipy (made with 1.24.2 and 1.10.1). Run: python3 tools/reference/metrics.py
#
# Pictures, patch positions, directions and pairs come from one linear congruential generator, in whole numbers, so that
# test/core/measures/images/pictures.ts makes the very same. All else is float64 and shares nothing with the TypeScript.
import json
from pathlib import Path

import numpy
import scipy.ndimage
import scipy.signal


class Lcg:
    """Numbers of Numerical Recipes' generator modulo 2^32, many steps at once."""

    def __init__(self, seed):
        self.state = numpy.uint32(seed)

    def words(self, count):
        powers = numpy.cumprod(numpy.full(count, 1664525, numpy.uint32), dtype=numpy.uint32)
        sums = numpy.cumsum(numpy.concatenate([[1], powers[:-1]]).astype(numpy.uint32), dtype=numpy.uint32)
        drawn = powers * self.state + sums * numpy.uint32(1013904223)
        self.state = drawn[-1]
        return drawn

    def integers(self, bounds):
        bounds = numpy.asarray(bounds, numpy.uint64)
        return (self.words(bounds.size).astype(numpy.uint64) * bounds.ravel() >> numpy.uint64(32)).astype(int)

    def normals(self, count):
        """Sums of twelve uniform numbers less 6: nearly normal, and exact in every language."""
        return (self.words(12 * count) / 2.0**32).reshape(count, 12).sum(axis=1) - 6

    def permutation(self, count):
        order = list(range(count))
        for last, other in zip(range(count - 1, 0, -1), self.integers(range(count, 1, -1))):
            order[last], order[other] = order[other], order[last]
        return order


def pictures(resolution, count, seed, noise_seed, contrast):
    """uint8 [count, 3, resolution, resolution]: a slope for each channel, and noise averaged over 3×3 pixels."""
    slopes = Lcg(seed).integers(numpy.tile([128, 33, 33], count * 3)).reshape(count, 3, 3)
    padded = resolution + 2
    noise = Lcg(noise_seed).integers(numpy.full(count * 3 * padded**2, 256)).reshape(count, 3, padded, padded)
    windows = numpy.lib.stride_tricks.sliding_window_view(noise, (3, 3), axis=(2, 3))
    grain = (windows.sum(axis=(4, 5)) - 9 * 128) * contrast // 64
    centred = numpy.arange(resolution) - resolution // 2
    across, down = slopes[:, :, 1] - 16, slopes[:, :, 2] - 16
    slope = across[..., None, None] * centred + down[..., None, None] * centred[:, None]
    values = 64 + slopes[:, :, 0, None, None] + slope * 4 // resolution + grain
    return values.clip(0, 255).astype(numpy.uint8)


BINOMIAL = numpy.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256


def filtered(images, kernel):
    return scipy.ndimage.convolve(images, kernel[None, None], mode="mirror")


def laplacian_levels(images):
    """Laplacian pyramid from the images' own side down to 16: each level less the next one enlarged."""
    images = images.astype(float)
    while images.shape[-1] > 16:
        smaller = filtered(images, BINOMIAL)[..., ::2, ::2]
        spread = numpy.zeros_like(images)
        spread[..., ::2, ::2] = smaller
        yield images - filtered(spread, 4 * BINOMIAL)
        images = smaller
    yield images


def standard_patches(level, draw):
    """[images · 128, 147], 7×7 patches at random places, each channel of the whole set standardised."""
    count, _, side, _ = level.shape
    views = numpy.lib.stride_tricks.sliding_window_view(level, (7, 7), axis=(2, 3))
    places = draw.integers(numpy.full(count * 128 * 2, side - 6)).reshape(-1, 2)
    patches = views[numpy.repeat(range(count), 128), :, places[:, 0], places[:, 1]]  # [n, 3, 7, 7]
    patches = patches - patches.mean(axis=(0, 2, 3), keepdims=True)
    return (patches / patches.std(axis=(0, 2, 3), keepdims=True)).reshape(len(patches), -1)


def sliced_wasserstein(a, b, seed):
    draw = Lcg(seed)
    distances = {}
    for level_a, level_b in zip(laplacian_levels(a), laplacian_levels(b)):
        patches = [standard_patches(level, draw) for level in (level_a, level_b)]
        directions = draw.normals(512 * 147).reshape(512, 147)
        directions /= numpy.linalg.norm(directions, axis=1, keepdims=True)
        sorted_a, sorted_b = (numpy.sort(set_ @ directions.T, axis=0) for set_ in patches)
        distances[level_a.shape[-1]] = 1000 * numpy.abs(sorted_a - sorted_b).mean()
    return distances


WEIGHTS = numpy.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])


def ms_ssim(a, b):
    """MS-SSIM of each pair; a, b [pairs, 3, side, side]."""
    a, b = a.astype(float), b.astype(float)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    product = numpy.ones(len(a))
    for number, weight in enumerate(WEIGHTS):
        size = min(11, a.shape[-1])
        distance = numpy.arange(size) - (size - 1) / 2
        bell = numpy.exp(-(distance[:, None] ** 2 + distance**2) / (2 * (1.5 * size / 11) ** 2))
        bell = (bell / bell.sum())[None, None]

        def blurred(x):
            return scipy.signal.fftconvolve(x, bell, mode="valid")

        mean_a, mean_b = blurred(a), blurred(b)
        variance_a, variance_b = blurred(a * a) - mean_a**2, blurred(b * b) - mean_b**2
        covariance = blurred(a * b) - mean_a * mean_b
        factor = (2 * covariance + c2) / (variance_a + variance_b + c2)
        if number == len(WEIGHTS) - 1:
            factor = factor * (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
        product *= factor.mean(axis=(1, 2, 3)).clip(0) ** weight
        a, b = (scipy.ndimage.convolve(x, numpy.full((1, 1, 2, 2), 0.25), mode="reflect")[..., ::2, ::2] for x in (a, b))
    return product


def neighbours(order):
    return order[0 : len(order) // 2 * 2 : 2], order[1::2]


def case(name, resolution, count, a, b, seed):
    """`a` and `b` are (seed, noise seed, contrast) of the two sets."""
    sets = [pictures(resolution, count, *each) for each in (a, b)]
    first, second = neighbours(Lcg(seed).permutation(count))
    keys = ("seed", "noiseSeed", "contrast")
    return {
        "name": name,
        "resolution": resolution,
        "count": count,
        "sets": [dict(zip(keys, each)) for each in (a, b)],
        "sums": [int(each.sum(dtype=int)) for each in sets],
        "seed": seed,
        "slicedWasserstein": sliced_wasserstein(*sets, seed),
        "msSsim": list(ms_ssim(*sets)),
        "meanMsSsim": ms_ssim(sets[0][first], sets[0][second]).mean(),
    }


def features(size, count, seed, spread, shift):
    """[count, size]: normals that share their first, so that they correlate."""
    drawn = Lcg(seed).normals(count * size).reshape(count, size)
    return spread * (drawn + drawn[:, :1]) + shift * numpy.arange(size)


def root(matrix):
    values, vectors = numpy.linalg.eigh(matrix)
    return (vectors * numpy.sqrt(values.clip(0))) @ vectors.T


def frechet_as_published(a, b):
    """Fréchet distance as Heusel et al. 2017 write it, by roots of matrices; few rows leave it half of the digits."""
    (mean_a, covariance_a), (mean_b, covariance_b) = ((x.mean(axis=0), numpy.cov(x.T)) for x in (a, b))
    middle = root(covariance_a) @ covariance_b @ root(covariance_a)
    squared = ((mean_a - mean_b) ** 2).sum()
    return squared + numpy.trace(covariance_a + covariance_b - 2 * root((middle + middle.T) / 2))


def frechet_distance(a, b):
    """Fréchet distance from the rows: the trace of the root is the sum of their product's singular values."""
    centred = [(x - x.mean(axis=0)) / numpy.sqrt(len(x) - 1) for x in (a, b)]
    singular = numpy.linalg.svd(centred[0] @ centred[1].T, compute_uv=False)
    squared = ((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum()
    distance = squared + sum((x**2).sum() for x in centred) - 2 * singular.sum()
    assert numpy.isclose(distance, frechet_as_published(a, b), rtol=1e-6)
    return distance


def frechet_case(name, size, a, b):
    """`a` and `b` are (count, seed, spread, shift) of the two sets."""
    keys = ("count", "seed", "spread", "shift")
    distance = frechet_distance(*(features(size, *each) for each in (a, b)))
    return {"name": name, "size": size, "sets": [dict(zip(keys, each)) for each in (a, b)], "distance": distance}


fixture = {
    "cases": [
        case("16×16, other noise, 5,120 patches", 16, 40, (1, 2, 2), (1, 3, 2), 4),
        case("32×32, one source", 32, 32, (5, 6, 1), (7, 8, 1), 9),
        case("32×32, more noise", 32, 24, (10, 11, 1), (10, 12, 6), 13),
        case("64×64, other noise", 64, 16, (14, 15, 3), (14, 16, 3), 17),
        case("64×64, other slopes", 64, 16, (18, 19, 1), (20, 21, 2), 22),
        case("128×128, less noise", 128, 4, (23, 24, 5), (23, 25, 1), 26),
    ],
    "frechet": [
        frechet_case("one source", 12, (300, 1, 1, 0), (300, 2, 1, 0)),
        frechet_case("other means and spread", 20, (200, 3, 1, 0), (150, 4, 2, 0.1)),
        frechet_case("fewer rows than features", 40, (25, 5, 1, 0), (30, 6, 1, 0)),
        frechet_case("one with fewer rows than features", 40, (25, 7, 3, 0), (200, 8, 1, 0.01)),
    ],
}
path = Path(__file__).parents[2] / "test/fixtures/metrics.json"
path.write_text(json.dumps(fixture, indent=1) + "\n")
for each in fixture["cases"]:
    print(each["name"], each["slicedWasserstein"], each["meanMsSsim"], [round(value, 3) for value in each["msSsim"][:6]])
for each in fixture["frechet"]:
    print(each["name"], each["distance"])
