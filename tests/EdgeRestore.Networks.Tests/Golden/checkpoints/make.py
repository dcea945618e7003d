"""Writes the checkpoints of this folder with PyTorch (Debian's python3-torch 1.13): ./make.py FOLDER"""
import collections
import sys

import torch


def weights(scale):
    """Every element type and every kind of view that a checkpoint may hold; values follow from their index."""
    count = torch.arange(24, dtype=torch.float32)
    tensors = collections.OrderedDict()
    for name, dtype in [("float", torch.float32), ("half", torch.float16), ("bfloat", torch.bfloat16),
                        ("double", torch.float64), ("long", torch.int64), ("int", torch.int32),
                        ("short", torch.int16), ("char", torch.int8), ("byte", torch.uint8)]:
        tensors[name] = (count * scale).to(dtype).reshape(2, 3, 4)
    tensors["bool"] = count % 3 == 0
    tensors["transposed"] = (count * scale).reshape(4, 6).t()
    tensors["permuted"] = (count * scale).reshape(2, 3, 4).permute(2, 0, 1)
    tensors["every_other"] = (count * scale)[1::2]
    tensors["expanded"] = (count * scale)[:3].reshape(3, 1).expand(3, 5)
    tensors["scalar"] = torch.tensor(2.5 * scale)
    tensors["empty"] = torch.zeros(0, 3)
    tensors["parameter"] = torch.nn.Parameter(count[:2] * scale)
    return tensors


def main(folder):
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 1), torch.nn.BatchNorm2d(2))
    with torch.no_grad():
        for index, value in enumerate(network.state_dict().values()):
            value.fill_(index)
    checkpoint = {"params": weights(1), "params_ema": weights(2), "iter": 7, "lr": 0.25, "size": torch.Size([2, 3]),
                  "names": ["a", ("b", None, True)], "module": network.state_dict()}
    torch.save(checkpoint, f"{folder}/zip.pth")
    torch.save(checkpoint, f"{folder}/legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(checkpoint, f"{folder}/protocol4.pth", pickle_protocol=4)
    torch.save(network, f"{folder}/module.pth")
    torch.save({"params": weights(1), "device": torch.device("cpu")}, f"{folder}/device.pth")


main(sys.argv[1])
