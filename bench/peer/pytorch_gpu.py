"""The peer on a GPU: a training step three ways.

Prints its version and its device, then answers each line on standard input with the seconds that so much work took, the device's
queue empty before and after:

    step MODE BATCH HIDDEN[,HIDDEN...] RUNS      MODE is eager, graph (CUDA graphs) or compile (torch.compile)

or with "none" and the reason where it cannot. Without a GPU it does the same on the processor, where graphs are not there.
"""
import os
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


def captured(work, before=lambda: None):
    """Work as a CUDA graph: warmed up on a stream of its own, then captured; before comes ahead of the capture and is no part of it."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            before()
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    before()
    with torch.cuda.graph(graph):
        work()

    # The graph does not own the tensors that it reads; the default argument keeps them.
    def replay(_kept=work):
        graph.replay()

    return replay


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


def adam(parameters, mode):
    parameters, kwargs = list(parameters), {"lr": 1e-3}
    if DEVICE == "cuda":
        kwargs["capturable"] = mode == "graph"
        try:
            return torch.optim.Adam(parameters, fused=True, **kwargs)
        except (TypeError, RuntimeError):
            pass  # a torch without the fused one
    return torch.optim.Adam(parameters, **kwargs)


def step(mode, batch, hidden):
    """A step on a fresh batch: the images lie on the device, as ours do, and are gathered by an index there. All products are fp32."""
    if mode == "graph" and DEVICE != "cuda":
        raise RuntimeError("CUDA graphs need a GPU")
    torch.set_float32_matmul_precision("highest")
    torch.manual_seed(1)
    model = Vae(hidden).to(DEVICE)
    images = torch.rand(IMAGES, PIXELS, device=DEVICE)
    index = torch.randint(IMAGES, (batch,), device=DEVICE)
    optimizer = adam(model.parameters(), mode)

    def forward(x):
        logits, mean, log_variance = model(x)
        return loss(logits, x, mean, log_variance)

    compute = forward
    if mode == "compile":
        torch._dynamo.reset()
        # Without dynamic=False the second batch size would be compiled for any.
        compute = torch.compile(forward, mode="reduce-overhead", dynamic=False)

    def forget():
        optimizer.zero_grad(set_to_none=True)

    def learn():
        index.random_(0, IMAGES)
        compute(torch.index_select(images, 0, index)).backward()
        optimizer.step()

    def run():
        forget()
        learn()

    # In a graph the gradients are made anew by each replay: the capture begins without any.
    return captured(learn, before=forget) if mode == "graph" else run


def prepare(words):
    return step(words[1], int(words[2]), [int(width) for width in words[3].split(",")])


def main():
    # Answers alone go to the one who asks; what libraries print goes to the error stream.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    name = torch.cuda.get_device_name() if DEVICE == "cuda" else "the processor"
    print(f"PyTorch {torch.__version__} on {name}", file=answers)
    ready = {}
    for line in sys.stdin:
        words = line.split()
        key, runs = tuple(words[:-1]), int(words[-1])
        try:
            if key not in ready:
                ready.clear()
                ready[key] = prepare(words)
                timed(ready[key], 3)
            print(timed(ready[key], runs), file=answers)
        except Exception as failure:  # whatever this version of torch cannot do is no reason to end the session
            print("none", f"{type(failure).__name__}:", " ".join(str(failure).split())[:200], file=answers)


if __name__ == "__main__":
    main()
