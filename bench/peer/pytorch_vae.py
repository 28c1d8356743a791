"""The peer: the variational autoencoder of pytorch/examples, one training step after the other.

784 pixels, ReLU layers, 20 latent dimensions with separate heads for mean and log variance, Bernoulli likelihood, Adam
with step size 1e-3. All images lie in memory as floats. Prints its version and the library of its matrix products, then for
each line "n" on standard input makes n steps and prints the seconds they took. Without arguments it prints the first line alone.

    pytorch_vae.py THREADS BATCH HIDDEN[,HIDDEN...]
"""
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

PIXELS, LATENT, IMAGES = 784, 20, 60000


class Vae(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.encoder = self.chain([PIXELS] + hidden)
        self.mean = nn.Linear(hidden[-1], LATENT)
        self.log_variance = nn.Linear(hidden[-1], LATENT)
        self.decoder = self.chain([LATENT] + hidden[::-1])
        self.pixels = nn.Linear(hidden[0], PIXELS)

    @staticmethod
    def chain(widths):
        return nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, x):
        for layer in self.encoder:
            x = F.relu(layer(x))
        mean, log_variance = self.mean(x), self.log_variance(x)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
        for layer in self.decoder:
            z = F.relu(layer(z))
        return torch.sigmoid(self.pixels(z)), mean, log_variance


def loss(reconstruction, x, mean, log_variance):
    bce = F.binary_cross_entropy(reconstruction, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
    return bce + kl


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
    print(f"{torch.__version__} on {products()}", flush=True)
    if len(sys.argv) == 1:
        return
    threads, batch, hidden = int(sys.argv[1]), int(sys.argv[2]), [int(width) for width in sys.argv[3].split(",")]
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    images = torch.rand(IMAGES, PIXELS)
    model = Vae(hidden)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    position = 0
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            x = images[position:position + batch]
            position = position + batch if position + batch < IMAGES else 0
            optimizer.zero_grad()
            reconstruction, mean, log_variance = model(x)
            loss(reconstruction, x, mean, log_variance).backward()
            optimizer.step()
        print(time.perf_counter() - start, flush=True)


main()
