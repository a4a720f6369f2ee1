"""Writes dialects.txt: one verification pickle in every form producers have used. Run with Python 3.11 and NumPy 2.

Four "images" (arbitrary bytes), two answers. The Python 2 forms are put together by hand after pickletools' opcode
list, and checked by loading them here.
"""
import os
import pickle

import numpy as np

images = [b"\xff\xd8one", b"\x89PNG\n\r\x00'\"\\", b"", b"four\xe9"]
same = [True, False]


def python2_binary(protocol):
    out = b"\x80\x02" if protocol == 2 else b"("
    out += b"]q\x00("
    for i, x in enumerate(images):
        out += b"U" + bytes([len(x)]) + x if i % 2 == 0 else b"T" + len(x).to_bytes(4, "little") + x
        out += b"q" + bytes([i + 1])
    out += b"e]q\x09(" + (b"\x88\x89" if protocol == 2 else b"I01\nI00\n") + b"e"
    return out + (b"\x86q\x0a." if protocol == 2 else b"t.")


def python2_text():
    out = b"((lp0\n"
    for i, x in enumerate(images):
        out += b"S" + repr(x)[1:].encode() + b"\np%d\na" % (i + 1)
    return out + b"(lp9\nI01\naI00\natp10\n."


def emit(name, data):
    print(name, data.hex())


for p in range(6):
    emit(f"python3-protocol{p}", pickle.dumps((images, same), p))
for name, data in (("protocol2", python2_binary(2)), ("protocol1", python2_binary(1)), ("protocol0", python2_text())):
    assert pickle.loads(data, encoding="bytes") == (images, same)
    emit("python2-" + name, data)
arrays = [np.frombuffer(x, np.uint8).copy() for x in images]
for p in (2, 3, 4, 5):
    emit(f"numpy-protocol{p}", pickle.dumps((arrays, [np.bool_(a) for a in same]), p))
emit("numpy1-protocol2", pickle.dumps((arrays, [np.bool_(a) for a in same]), 2).replace(b"numpy._core", b"numpy.core"))
emit("numpy-answers", pickle.dumps((images, np.array(same)), 4))
emit("list-of-two", pickle.dumps([images, [1, 0]], 4))


class Evil:
    def __reduce__(self):
        return os.system, ("true",)


emit("evil-protocol2", pickle.dumps(Evil(), 2))
emit("evil-protocol4", pickle.dumps(Evil(), 4))
