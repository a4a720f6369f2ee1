"""The networks of gpu-check in PyTorch, timed on the same GPU: python3 peer.py [--tf32] [--seconds S]

Float32 throughout, channels last; --tf32 lets products and convolutions round to TF32, which PyTorch does for
convolutions unless told otherwise. A row's time is the median over S seconds of runs, each with an idle device before
and after it. Weights are random: they do not change the time.
"""
import argparse
import time

import torch
import torch.nn.functional as F
from torch import nn

EPS = 1e-6
CLASSES = 1000
EMBEDDING = 512


def low_rank(inputs, outputs, ratio=0.6):
    rank = max(2, int(min(inputs, outputs) * ratio))
    return nn.Sequential(nn.Linear(inputs, rank, bias=False), nn.Linear(rank, outputs))


class Mlp(nn.Module):
    """residual + gamma W2 gelu(W1 norm(x)), channels last."""

    def __init__(self, dim):
        super().__init__()
        self.inner = nn.Sequential(nn.LayerNorm(dim, EPS), low_rank(dim, 4 * dim), nn.GELU(), low_rank(4 * dim, dim))
        self.gamma = nn.Parameter(torch.full((dim,), 1e-6))

    def forward(self, x, residual):
        return residual + self.gamma * self.inner(x)


class Encoder(nn.Module):
    """EdgeNeXt's convolutional block; maps are [n, c, h, w] in memory order [n, h, w, c]."""

    def __init__(self, dim, kernel):
        super().__init__()
        self.mix = nn.Conv2d(dim, dim, kernel, padding=kernel // 2, groups=dim)
        self.mlp = Mlp(dim)

    def forward(self, x):
        return self.mlp(self.mix(x).permute(0, 2, 3, 1), x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Attention(nn.Module):
    """Across channels: softmax(temperature q k^T) v, q and k of unit length over the tokens."""

    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.qkv, self.out = low_rank(dim, 3 * dim), low_rank(dim, dim)

    def forward(self, x):
        n, tokens, dim = x.shape
        q, k, v = self.qkv(x).view(n, tokens, 3, self.heads, -1).permute(2, 0, 3, 4, 1)
        weights = (F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-1, -2) * self.temperature).softmax(-1)
        return self.out((weights @ v).permute(0, 3, 1, 2).reshape(n, tokens, dim))


class SplitEncoder(nn.Module):
    """EdgeNeXt's split depthwise block with attention across channels."""

    def __init__(self, dim, scales, heads, position):
        super().__init__()
        self.width = -(-dim // scales)
        self.mixes = nn.ModuleList(
            nn.Conv2d(self.width, self.width, 3, padding=1, groups=self.width) for _ in range(max(1, scales - 1)))
        self.position = nn.Conv2d(64, dim, 1) if position else None
        self.norm, self.attention = nn.LayerNorm(dim, EPS), Attention(dim, heads)
        self.gamma, self.mlp = nn.Parameter(torch.full((dim,), 1e-6)), Mlp(dim)

    def forward(self, x):
        n, dim, h, w = x.shape
        chunks = x.split(self.width, 1)
        parts, carried = [], 0
        for mix, chunk in zip(self.mixes, chunks):
            carried = mix(chunk + carried)
            parts.append(carried)
        tokens = torch.cat(parts + list(chunks[len(parts):]), 1).permute(0, 2, 3, 1).reshape(n, h * w, dim)
        if self.position is not None:
            at = torch.rand(1, 64, h, w, device=x.device)
            tokens = tokens + self.position(at).permute(0, 2, 3, 1).reshape(1, h * w, dim)
        tokens = tokens + self.gamma * self.attention(self.norm(tokens))
        return self.mlp(tokens.view(n, h, w, dim), x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ChannelNorm(nn.LayerNorm):
    def __init__(self, dim):
        super().__init__(dim, EPS)

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Kan(nn.Module):
    """Every B-spline by the Cox-de Boor recursion, then one contraction, as KAN layers in PyTorch usually are."""

    def __init__(self, inputs, outputs, grid, order=3):
        super().__init__()
        self.order = order
        knots = torch.linspace(-1 - 2 * order / grid, 1 + 2 * order / grid, grid + 2 * order + 1)
        self.register_buffer("knots", knots.repeat(inputs, 1))
        self.coefficients = nn.Parameter(torch.randn(inputs, outputs, grid + order) / 10)
        self.base = nn.Parameter(torch.randn(inputs, outputs) / inputs**0.5)
        self.spline = nn.Parameter(torch.full((inputs, outputs), inputs**-0.5))

    def forward(self, x):
        t, at = self.knots, x[..., None]
        bases = torch.logical_and(t[:, :-1] <= at, at < t[:, 1:]).float()
        for k in range(1, self.order + 1):
            rising = (at - t[:, : -k - 1]) / (t[:, k:-1] - t[:, : -k - 1])
            falling = (t[:, k + 1 :] - at) / (t[:, k + 1 :] - t[:, 1:-k])
            bases = rising * bases[..., :-1] + falling * bases[..., 1:]
        curves = torch.einsum("nig,iog->nio", bases, self.coefficients)
        return (F.silu(x)[..., None] * self.base + self.spline * curves).mean(1)


def kanface():
    dims, layers = (32, 64, 100, 192), []
    for stage, (blocks, kernel, scales) in enumerate(((3, 3, 0), (2, 5, 2), (8, 7, 3), (2, 9, 4))):
        dim = dims[stage]
        if stage == 0:
            layers += [nn.Conv2d(3, dim, 4, 4), ChannelNorm(dim)]
        else:
            layers += [ChannelNorm(dims[stage - 1]), nn.Conv2d(dims[stage - 1], dim, 2, 2)]
        layers += [Encoder(dim, kernel) for _ in range(blocks)]
        if scales:
            layers.append(SplitEncoder(dim, scales, 4, stage == 1))
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(dims[-1], EPS), Kan(dims[-1], EMBEDDING, 25)]
    return nn.Sequential(*layers, *head)


class Residual(nn.Module):
    def __init__(self, path, shortcut=None):
        super().__init__()
        self.path, self.shortcut = path, shortcut or nn.Identity()

    def forward(self, x):
        return self.shortcut(x) + self.path(x)


def convolution(inputs, outputs, kernel, stride=1, groups=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)


def iresnet18():
    layers, width = [convolution(3, 64, 7), nn.BatchNorm2d(64), nn.PReLU(64)], 64
    for out in (64, 128, 256, 512):
        for stride in (2, 1):
            path = nn.Sequential(
                nn.BatchNorm2d(width), convolution(width, out, 3), nn.BatchNorm2d(out), nn.PReLU(out),
                convolution(out, out, 3, stride), nn.BatchNorm2d(out))
            shortcut = nn.Sequential(convolution(width, out, 1, stride), nn.BatchNorm2d(out)) if stride == 2 else None
            layers.append(Residual(path, shortcut))
            width = out
    end = [nn.BatchNorm2d(512), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, EMBEDDING), nn.BatchNorm1d(EMBEDDING)]
    return nn.Sequential(*layers, *end)


def separable(inputs, outputs):
    return nn.Sequential(convolution(inputs, inputs, 3, groups=inputs), convolution(inputs, outputs, 1), nn.BatchNorm2d(outputs), nn.ReLU())


def efficientfr():
    layers, width = [convolution(3, 32, 3, 2), nn.BatchNorm2d(32), nn.ReLU()], 32
    for out in (64, 128, 256, 512):
        layers += [separable(width, out), Residual(nn.Sequential(separable(out, out), separable(out, out)))]
        layers.append(nn.MaxPool2d(2) if out < 512 else nn.AdaptiveAvgPool2d(1))
        width = out
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, EMBEDDING), nn.BatchNorm1d(EMBEDDING))


def images(batch):
    return torch.randn(batch, 3, 112, 112).to(memory_format=torch.channels_last)


def training_step(network, batch):
    network = network.to(memory_format=torch.channels_last)
    centres = nn.Parameter(torch.randn(CLASSES, EMBEDDING) / 100)
    optimizer = torch.optim.AdamW([*network.parameters(), centres], lr=1e-4, weight_decay=0.05)
    x, labels = images(batch), torch.randint(0, CLASSES, (batch,))

    def step():
        optimizer.zero_grad()
        cosines = F.linear(F.normalize(network(x)), F.normalize(centres)).clamp(-1 + EPS, 1 - EPS)
        margin = torch.cos(torch.acos(cosines) + 0.5 * F.one_hot(labels, CLASSES))
        F.cross_entropy(64 * margin, labels).backward()
        optimizer.step()

    return step


def forward(network, x):
    network.eval()

    def run():
        with torch.no_grad():
            network(x)

    return run


def kan_step(layer, x):
    return lambda: layer(x).sum().backward()


def measure(name, batch, run, seconds):
    times = []
    for _ in range(5):
        run()
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    median = sorted(times)[len(times) // 2]
    print(f"{name:45} {1e3 * median:9.3f} ms {batch / median:10.0f} images/s", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--tf32", action="store_true")
    options.add_argument("--seconds", type=float, default=1)
    chosen = options.parse_args()
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = chosen.tf32
    torch.set_default_device("cuda")
    print(f"PyTorch {torch.__version__} on {torch.cuda.get_device_name()}, {'TF32' if chosen.tf32 else 'float32'}")
    for name, make in (("KANFace 0.6/25", kanface), ("IResNet-18", iresnet18), ("EfficientFR", efficientfr)):
        for batch in (32, 128):
            measure(f"training step of {name}, batch {batch}", batch, training_step(make(), batch), chosen.seconds)
        for batch in (1, 32, 128):
            network = make().to(memory_format=torch.channels_last)
            measure(f"embedding by {name}, batch {batch}", batch, forward(network, images(batch)), chosen.seconds)
    x = torch.randn(256, 192, requires_grad=True)
    measure("KAN layer 192 to 512, forward", 256, forward(Kan(192, 512, 25), x.detach()), chosen.seconds)
    measure("KAN layer 192 to 512, forward and gradients", 256, kan_step(Kan(192, 512, 25), x), chosen.seconds)


main()
