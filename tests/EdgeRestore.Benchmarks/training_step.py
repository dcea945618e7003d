"""The trainer's step in PyTorch: SymUNet, L1 + Fourier loss, clipping, AdamW, average of the weights.

Two forms of the same computation. "published" is written as the authors' code is (basicsr/models/archs/SymUNet_arch.py of
arXiv 2512.10581, after Restormer's): what a user of PyTorch runs. "tuned" has the operators that EdgeRestore's trainer takes:
channels-last, native layer norm, parameters split instead of features.

Prints one JSON object. --check FIXTURE compares output, loss and gradients with the authors' own instead.
"""
import argparse
import copy
import json
import resource
import struct
import sys
import time

try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
except ImportError as error:
    print(f"{error}. Install it: apt-get install python3-torch.", file=sys.stderr)
    sys.exit(3)


class LayerNorm(nn.Module):
    def __init__(self, channels, tuned):
        super().__init__()
        self.tuned = tuned
        self.body = nn.Module()
        self.body.weight = nn.Parameter(torch.ones(channels))
        self.body.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        if self.tuned:
            last = x.permute(0, 2, 3, 1).contiguous().float()
            return F.layer_norm(last, last.shape[-1:], self.body.weight, self.body.bias, 1e-5).to(x.dtype).permute(0, 3, 1, 2)
        n, c, h, w = x.shape
        rows = x.flatten(2).transpose(1, 2)
        mean = rows.mean(-1, keepdim=True)
        variance = rows.var(-1, keepdim=True, unbiased=False)
        rows = (rows - mean) / torch.sqrt(variance + 1e-5) * self.body.weight + self.body.bias
        return rows.transpose(1, 2).reshape(n, c, h, w)


def split_convolutions(x, first, second, parts):
    size = first.weight.shape[0] // parts
    return [
        F.conv2d(F.conv2d(x, a), b, padding=1, groups=size)
        for a, b in zip(first.weight.split(size), second.weight.split(size))]


class Attention(nn.Module):
    def __init__(self, d, heads, tuned):
        super().__init__()
        self.heads, self.tuned = heads, tuned
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.qkv = nn.Conv2d(d, 3 * d, 1, bias=False)
        self.qkv_dwconv = nn.Conv2d(3 * d, 3 * d, 3, padding=1, groups=3 * d, bias=False)
        self.project_out = nn.Conv2d(d, d, 1, bias=False)

    def forward(self, x):
        n, c, h, w = x.shape
        parts = split_convolutions(x, self.qkv, self.qkv_dwconv, 3) if self.tuned \
            else self.qkv_dwconv(self.qkv(x)).chunk(3, dim=1)
        q, k, v = (part.reshape(n, self.heads, c // self.heads, h * w) for part in parts)
        if self.tuned:
            q, k = (t * (t * t).sum(-1, keepdim=True).clamp_min(1e-24).rsqrt() for t in (q, k))
        else:
            q, k = F.normalize(q, dim=-1), F.normalize(k, dim=-1)
        scores = (q @ k.transpose(-2, -1) * self.temperature).softmax(-1)
        return self.project_out((scores @ v).reshape(n, c, h, w))


class FeedForward(nn.Module):
    def __init__(self, d, hidden, tuned):
        super().__init__()
        self.tuned = tuned
        self.project_in = nn.Conv2d(d, 2 * hidden, 1, bias=False)
        self.dwconv = nn.Conv2d(2 * hidden, 2 * hidden, 3, padding=1, groups=2 * hidden, bias=False)
        self.project_out = nn.Conv2d(hidden, d, 1, bias=False)

    def forward(self, x):
        if self.tuned:
            first, second = split_convolutions(x, self.project_in, self.dwconv, 2)
            first = F.gelu(first.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
            return self.project_out(first * second)
        first, second = self.dwconv(self.project_in(x)).chunk(2, dim=1)
        return self.project_out(F.gelu(first) * second)


class Block(nn.Module):
    def __init__(self, d, heads, hidden, tuned):
        super().__init__()
        self.norm1, self.attn = LayerNorm(d, tuned), Attention(d, heads, tuned)
        self.norm2, self.ffn = LayerNorm(d, tuned), FeedForward(d, hidden, tuned)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.ffn(self.norm2(x))


class SymUNet(nn.Module):
    def __init__(self, width, encoder, middle, decoder, factor, tuned, heads=(1, 2, 4), middle_heads=8):
        super().__init__()
        levels = len(encoder)
        stage = lambda count, level: nn.Sequential(*[
            Block(width << level, heads[level] if level < levels else middle_heads, int((width << level) * factor), tuned)
            for _ in range(count)])
        self.multiple = 4 << levels
        self.intro = nn.Conv2d(3, width, 3, padding=1)
        self.encoders = nn.ModuleList(stage(count, level) for level, count in enumerate(encoder))
        self.downs = nn.ModuleList(nn.Conv2d(width << level, width << level + 1, 2, 2) for level in range(levels))
        self.middle_blks = stage(middle, levels)
        self.ups = nn.ModuleList(
            nn.Sequential(nn.Conv2d(width << level + 1, width << level + 2, 1, bias=False), nn.PixelShuffle(2))
            for level in reversed(range(levels)))
        self.decoders = nn.ModuleList(stage(count, levels - 1 - index) for index, count in enumerate(decoder))
        self.ending = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, image):
        h, w = image.shape[2:]
        padded = F.pad(image, (0, -w % self.multiple, 0, -h % self.multiple), "reflect")
        x, skips = self.intro(padded), []
        for encoder, down in zip(self.encoders, self.downs):
            x = encoder(x)
            skips.append(x)
            x = down(x)
        x = self.middle_blks(x)
        for up, skip, decoder in zip(self.ups, reversed(skips), self.decoders):
            x = decoder(up(x) + skip)
        return (self.ending(x) + padded)[:, :, :h, :w]


def loss_of(restored, clean, fourier):
    difference = restored - clean
    spectrum = torch.view_as_real(torch.fft.fft2(difference.float().contiguous()))
    return difference.abs().mean() + fourier * spectrum.abs().mean()


def check(folder, tuned):
    data = open(f"{folder}/symunet_w8.io.safetensors", "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    facts = header.pop("__metadata__")
    tensors = {
        name: torch.frombuffer(bytearray(data[8 + length:][slice(*one["data_offsets"])]), dtype=torch.float32)
        .reshape(one["shape"]) for name, one in header.items()}
    network = SymUNet(8, [1, 1, 1], 1, [1, 1, 1], 2.66, tuned)
    weights = torch.load(f"{folder}/symunet_w8.pth", map_location="cpu")
    network.load_state_dict(weights.get("params", weights))
    output = network(tensors["input"])
    loss = loss_of(output, tensors["target"], 0.1)
    loss.backward()
    named = dict(network.named_parameters())
    worst = max(
        (named[name[5:]].grad - tensor).abs().max().item() / tensor.abs().max().item()
        for name, tensor in tensors.items() if name.startswith("grad."))
    return {
        "output": (output - tensors["output"]).abs().max().item(),
        "loss": abs(loss.item() - float(facts["loss"])),
        "gradient": worst}


def measure(arguments, tuned):
    torch.manual_seed(1)
    network = SymUNet(16, [1, 2, 2], 2, [2, 2, 1], 2.0, tuned)
    average = copy.deepcopy(network)
    if tuned:
        network = network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, betas=(0.9, 0.999), weight_decay=1e-3)
    shape = (arguments.batch, 3, arguments.patch, arguments.patch)
    clean = torch.rand(shape)
    degraded = (clean + 0.1 * torch.randn(shape)).clamp(0, 1)
    half = arguments.precision == "bfloat16"

    def step():
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            restored = network(degraded)
        loss = loss_of(restored.float(), clean, 0.1 * 128 / arguments.patch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 0.1)
        optimizer.step()
        with torch.no_grad():
            for kept, now in zip(average.parameters(), network.parameters()):
                kept.lerp_(now, 0.001)
        return loss.item()

    for _ in range(arguments.warm_up):
        step()
    started, started_cpu = time.perf_counter(), time.process_time()
    for _ in range(arguments.steps):
        step()
    return {
        "wallMs": 1000 * (time.perf_counter() - started) / arguments.steps,
        "cpuMs": 1000 * (time.process_time() - started_cpu) / arguments.steps,
        "peakBytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "torch": torch.__version__}


parser = argparse.ArgumentParser()
parser.add_argument("--form", choices=["published", "tuned"], default="tuned")
parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
parser.add_argument("--patch", type=int, default=64)
parser.add_argument("--batch", type=int, default=8)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--warm-up", type=int, default=5)
parser.add_argument("--steps", type=int, default=40)
parser.add_argument("--check", metavar="FOLDER")
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)
is_tuned = arguments.form == "tuned"
print(json.dumps(check(arguments.check, is_tuned) if arguments.check else measure(arguments, is_tuned)))
