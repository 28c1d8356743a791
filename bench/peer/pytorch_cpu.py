"""The peer on the processor: work of a variational autoencoder, as PyTorch does it best.

Prints its version and the library of its matrix products. Then answers each line on standard input with the seconds that so many
runs took, or with "none" and the reason where it cannot:

    mlp BATCH HIDDEN[,HIDDEN...] IMAGES RUNS          a training step: 784 pixels, ReLU layers, 20 latent dimensions, Bernoulli, Adam
    conv BATCH CHANNELS[,...] HIDDEN IMAGES RUNS      the same with convolutions of 4x4 taps and stride 2 on 28x28 pixels
    product ROWS DEPTH COLUMNS plain|turned RUNS      a matrix product; turned, the left factor lies transposed
    adam COUNT RUNS                                   Adam over so many parameters
    evaluate IMAGES SAMPLES HIDDEN[,HIDDEN...] RUNS   log p(x) by importance sampling

IMAGES is "random", or "file" for those of the file VAEGPU_IMAGES, a byte for each pixel.

    pytorch_cpu.py THREADS
"""
import math
import os
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

SIDE, PIXELS, LATENT, IMAGES, ROWS = 28, 784, 20, 60000, 2048


def chain(widths):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return layers


class Vae(nn.Module):
    """Linear layers alone, or convolutions before them, and their transposes in reverse."""

    def __init__(self, hidden, channels=()):
        super().__init__()
        encoder, decoder = [], []
        side, planes = SIDE, [1, *channels]
        for fine, coarse in zip(planes, planes[1:]):
            encoder += [nn.Conv2d(fine, coarse, 4, stride=2, padding=1), nn.ReLU()]
            decoder = [nn.ConvTranspose2d(coarse, fine, 4, stride=2, padding=1), nn.ReLU()] + decoder
            side //= 2
        inner = planes[-1] * side * side
        encoder += [nn.Flatten()] + chain([inner] + hidden)
        # What the last activation would hide are the logits.
        if channels:
            decoder = [nn.Linear(hidden[0], inner), nn.ReLU(), nn.Unflatten(1, (planes[-1], side, side))] + decoder[:-1]
        else:
            decoder = [nn.Linear(hidden[0], inner)]
        self.encoder = nn.Sequential(*encoder)
        self.mean = nn.Linear(hidden[-1], LATENT)
        self.log_variance = nn.Linear(hidden[-1], LATENT)
        self.decoder = nn.Sequential(*chain([LATENT] + hidden[::-1]), *decoder)


def step(batch, model, source, shape):
    if source == "file":
        count = IMAGES * PIXELS
        pixels = torch.from_file(os.environ["VAEGPU_IMAGES"], size=count, dtype=torch.uint8)
        images = (pixels.float() / 255).view(IMAGES, *shape)
    else:
        images = torch.rand(IMAGES, *shape)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    position = 0

    def run():
        nonlocal position
        x = images[position:position + batch]
        position = position + batch if position + 2 * batch <= IMAGES else 0
        optimizer.zero_grad(set_to_none=True)
        hidden = model.encoder(x)
        mean, log_variance = model.mean(hidden), model.log_variance(hidden)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
        bce = F.binary_cross_entropy_with_logits(model.decoder(z), x, reduction="sum")
        kl = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
        ((bce + kl) / batch).backward()
        optimizer.step()

    return run


def product(rows, depth, columns, turned):
    left = torch.randn(depth, rows).t() if turned else torch.randn(rows, depth)
    right, output = torch.randn(depth, columns), torch.empty(rows, columns)
    return lambda: torch.mm(left, right, out=output)


def adam(count):
    parameter = nn.Parameter(torch.randn(count))
    parameter.grad = torch.randn(count)
    return torch.optim.Adam([parameter], lr=1e-3).step


def evaluate(count, samples, model):
    """The mean of log 1/K sum p(x|z) p(z) / q(z|x), so many rows at once as fit a cache well."""
    images = (torch.rand(count, PIXELS) < 0.5).float()
    together = max(1, ROWS // samples)

    @torch.no_grad()
    def run():
        for first in range(0, count, together):
            x = images[first:first + together]
            hidden = model.encoder(x)
            mean, log_variance = model.mean(hidden), model.log_variance(hidden)
            noise = torch.randn(samples, *mean.shape)
            z = mean + noise * torch.exp(0.5 * log_variance)
            logits = model.decoder(z.view(-1, LATENT)).view(samples, *x.shape)
            likelihood = -F.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum(-1)
            ratio = 0.5 * (noise.pow(2) + log_variance - z.pow(2)).sum(-1)
            torch.logsumexp(likelihood + ratio, 0) - math.log(samples)

    return run


def prepare(words):
    def widths(text):
        return [int(width) for width in text.split(",")]

    kind, numbers = words[0], words[1:]
    if kind == "mlp":
        return step(int(numbers[0]), Vae(widths(numbers[1])), numbers[2], (PIXELS,))
    if kind == "conv":
        return step(int(numbers[0]), Vae(widths(numbers[2]), widths(numbers[1])), numbers[3], (1, SIDE, SIDE))
    if kind == "product":
        return product(*(int(number) for number in numbers[:3]), numbers[3] == "turned")
    if kind == "adam":
        return adam(int(numbers[0]))
    if kind == "evaluate":
        return evaluate(int(numbers[0]), int(numbers[1]), Vae(widths(numbers[2])))
    raise ValueError(f"there is no work {kind}")


def products():
    """The library that multiplies matrices; torch names it only where it is MKL."""
    if torch.backends.mkl.is_available():
        return "MKL"
    torch.rand(64, 64) @ torch.rand(64, 64)
    try:
        with open("/proc/self/maps") as maps:
            return "OpenBLAS" if "openblas" in maps.read() else "reference BLAS"
    except OSError:
        return "unknown BLAS"


def main():
    # Answers alone go to the one who asks; what libraries print goes to the error stream.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(1)
    print(f"PyTorch {torch.__version__} on {products()}", file=answers)
    ready = {}
    for line in sys.stdin:
        words = line.split()
        key, runs = tuple(words[:-1]), int(words[-1])
        try:
            if key not in ready:
                ready.clear()
                ready[key] = prepare(words)
            start = time.perf_counter()
            for _ in range(runs):
                ready[key]()
            print(time.perf_counter() - start, file=answers)
        except Exception as failure:  # whatever this version of torch cannot do is no reason to end
            print("none", f"{type(failure).__name__}:", " ".join(str(failure).split())[:200], file=answers)


if __name__ == "__main__":
    main()
