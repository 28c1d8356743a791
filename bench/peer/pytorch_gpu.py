"""The peer on a GPU: cuBLAS through torch.matmul, and the training step of pytorch_vae.py three ways.

Prints its version and its device, then answers each line on standard input with the seconds that so much work took, the device's
queue empty before and after:

    product PRECISION M K N LEFT_TURNED RUNS     PRECISION is fp32, tf32 or bf16; LEFT_TURNED 1 multiplies the transpose of (K, M)
    step MODE BATCH HIDDEN[,HIDDEN...] RUNS      MODE is eager, graph (CUDA graphs) or compile (torch.compile)

or with "none" and the reason where it cannot. Without a GPU it does the same on the processor, where graphs are not there.
"""
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

PIXELS, LATENT, IMAGES = 784, 20, 60000
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def synchronize():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def timed(work, runs):
    synchronize()
    start = time.perf_counter()
    for _ in range(runs):
        work()
    synchronize()
    return time.perf_counter() - start


def product(precision, m, k, n, left_turned):
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    left = torch.randn((k, m) if left_turned else (m, k), device=DEVICE).to(kind)
    right = torch.randn(k, n, device=DEVICE).to(kind)
    out = torch.empty(m, n, device=DEVICE, dtype=kind)
    if left_turned:
        left = left.t()

    def run():
        torch.matmul(left, right, out=out)

    return run


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
        return self.pixels(z), mean, log_variance


def loss(logits, x, mean, log_variance):
    bce = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
    return (bce + kl) / x.shape[0]


def step(mode, batch, hidden):
    """A step on a fresh batch: the images lie on the device, as ours do, and are gathered by an index there."""
    torch.manual_seed(1)
    model = Vae(hidden).to(DEVICE)
    images = torch.rand(IMAGES, PIXELS, device=DEVICE)
    index = torch.randint(IMAGES, (batch,), device=DEVICE)
    kwargs = {"lr": 1e-3}
    if DEVICE == "cuda":
        kwargs.update(fused=True, capturable=mode == "graph")
    try:
        optimizer = torch.optim.Adam(model.parameters(), **kwargs)
    except (TypeError, RuntimeError):
        kwargs.pop("fused", None)
        optimizer = torch.optim.Adam(model.parameters(), **kwargs)

    def forward(x):
        return loss(*((lambda out: (out[0], x, out[1], out[2]))(model(x))))

    compute = torch.compile(forward, mode="reduce-overhead") if mode == "compile" else forward

    def run():
        index.random_(0, IMAGES)
        optimizer.zero_grad(set_to_none=mode != "graph")
        compute(images[index]).backward()
        optimizer.step()

    if mode != "graph":
        return run
    if DEVICE != "cuda":
        raise RuntimeError("CUDA graphs need a GPU")
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph.replay


def prepare(words):
    if words[0] == "product":
        m, k, n, turned = (int(word) for word in words[2:6])
        return product(words[1], m, k, n, turned)
    return step(words[1], int(words[2]), [int(width) for width in words[3].split(",")])


def main():
    name = torch.cuda.get_device_name() if DEVICE == "cuda" else "the processor"
    print(f"{torch.__version__} on {name}", flush=True)
    ready = {}
    for line in sys.stdin:
        words = line.split()
        key, runs = tuple(words[:-1]), int(words[-1])
        try:
            # tf32 is a switch, not a type.
            tf32 = words[0] == "product" and words[1] == "tf32"
            torch.backends.cuda.matmul.allow_tf32 = tf32
            if key not in ready:
                ready.clear()
                ready[key] = prepare(words)
                timed(ready[key], 3)
            print(timed(ready[key], runs), flush=True)
        except Exception as failure:  # whatever this version of torch cannot do is no reason to end the session
            print("none", " ".join(str(failure).split())[:200], flush=True)


if __name__ == "__main__":
    main()
