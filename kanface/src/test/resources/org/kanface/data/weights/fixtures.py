#!/usr/bin/env python3
"""Writes the files beside it with PyTorch (1.13.1) and NumPy (1.24.2): python3 fixtures.py

Element i of a tensor drawn by ramp() is (i - 3) / 4, exact in every type.
"""
import argparse
import collections
import os
import sys
import types as types_module

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))


def ramp(*shape, dtype=torch.float32):
    n = int(np.prod(shape))
    return ((torch.arange(n, dtype=torch.float32) - 3) / 4).reshape(shape).to(dtype)


def save(name, value, **kwargs):
    torch.save(value, os.path.join(HERE, name), **kwargs)


def types():
    return collections.OrderedDict(
        f32=ramp(2, 3),
        f64=ramp(2, 3, dtype=torch.float64),
        f16=ramp(2, 3, dtype=torch.float16),
        bf16=ramp(2, 3, dtype=torch.bfloat16),
        i64=torch.tensor([-(2**40), 0, 2**40]),
        i32=torch.tensor([-5, 6], dtype=torch.int32),
        i16=torch.tensor([-300, 300], dtype=torch.int16),
        i8=torch.tensor([-128, 127], dtype=torch.int8),
        u8=torch.tensor([0, 255], dtype=torch.uint8),
        bool=torch.tensor([True, False, True]),
        scalar=torch.tensor(7),
        empty=torch.zeros(0, 4),
    )


def strided():
    base = ramp(4, 6)
    return {
        "whole": base,
        "transposed": base.t(),
        "columns": base[:, 1:4],
        "row": base[2],
        "every_other": base[::2, ::3],
        "expanded": base[0, :1].expand(3, 2),
        "channels_last": ramp(2, 3, 2, 2).contiguous(memory_format=torch.channels_last),
    }


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(3, 2)
        self.bn = torch.nn.BatchNorm1d(2)


def nested():
    torch.manual_seed(1)
    net = torch.nn.DataParallel(Net())
    net.module.fc.weight.data = ramp(2, 3)
    net.module.fc.bias.data = ramp(2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4])
    return {
        "epoch": 3,
        "best": np.float64(0.75),
        "args": argparse.Namespace(lr=0.1),
        "optimizer": optimizer.state_dict(),
        "scheduler": schedule.state_dict(),
        "state_dict": net.state_dict(),
    }


def lightning():
    """What Lightning 1.4 keeps of a run: callbacks by their class, which is not imported here."""
    name = "pytorch_lightning.callbacks.model_checkpoint"
    for part in ("pytorch_lightning", "pytorch_lightning.callbacks", name):
        sys.modules[part] = types_module.ModuleType(part)
    callback = type("ModelCheckpoint", (), {"__module__": name})
    sys.modules[name].ModelCheckpoint = callback
    return {
        "epoch": 3,
        "pytorch-lightning_version": "1.4.4",
        "state_dict": {
            "model.fc.weight": ramp(2, 3),
            "head.kernel": ramp(2, 4),
            "head.t": torch.zeros(1),
            "head.batch_mean": torch.ones(1) * 20,
            "head.batch_std": torch.ones(1) * 100,
        },
        "callbacks": {callback: {"monitor": "val_acc", "best_model_score": torch.tensor(0.5)}},
        "lr_schedulers": [{"milestones": {8: 1}, "last_epoch": 3}],
        "hyper_parameters": {"arch": "ir_18", "lr": 0.1, "milestones": [8, 12]},
    }


if __name__ == "__main__":
    for new, suffix in ((True, "zip"), (False, "legacy")):
        how = {"_use_new_zipfile_serialization": new}
        save(f"types.{suffix}.pt", types(), **how)
        save(f"strided.{suffix}.pt", strided(), **how)
        save(f"nested.{suffix}.pt", nested(), **how)
    save("protocol4.pt", types(), pickle_protocol=4)
    save("parameter.pt", {"w": torch.nn.Parameter(ramp(3))})
    save("module.pt", Net())
    save("lightning.pt", lightning())
    np.save(
        os.path.join(HERE, "arrays.npy"),
        {
            "c": ramp(2, 3).numpy(),
            "fortran": np.asfortranarray(ramp(2, 3).numpy()),
            "f64": ramp(4).double().numpy(),
            "i64": np.array([1, -2]),
        },
    )
    np.save(os.path.join(HERE, "numbers.npy"), ramp(2).numpy())
