# Makes test/fixtures/arrays.json: .npy files as NumPy writes them and a safetensors file as its own package does.
# Needs numpy and safetensors (made with 1.26.4 and 0.8.0). Run: python3 tools/reference/arrays.py
import base64
import io
import json
from pathlib import Path

import numpy
import safetensors.numpy


def encoded(content):
    return base64.b64encode(content).decode()


def npy(array, version=None):
    buffer = io.BytesIO()
    numpy.lib.format.write_array(buffer, array, version=version)
    return encoded(buffer.getvalue())


counting = numpy.arange(24).reshape(2, 3, 4)
cases = {
    "float32": (numpy.array([[1.5, -2.25, 0], [1e-30, 3e30, -0.1]], "<f4"), None),
    "float64": (numpy.array([0.1, -1e300, 5e-324]), None),
    "scalar": (numpy.array(2.5), None),
    "empty": (numpy.zeros((0, 3), "<f4"), None),
    "int8": (numpy.array([-128, 127], "i1"), None),
    "uint8": (numpy.array([0, 255], "u1"), None),
    "int16": (numpy.array([-32768, 32767], "<i2"), None),
    "uint16": (numpy.array([0, 65535], "<u2"), None),
    "int32": (numpy.array([-(2**31), 2**31 - 1], "<i4"), None),
    "uint32": (numpy.array([0, 2**32 - 1], "<u4"), None),
    "int64": (numpy.array([-(2**63), 2**63 - 1], "<i8"), None),
    "bool": (numpy.array([True, False, True]), None),
    "fortran order": (numpy.asfortranarray(counting.astype("<f4")), None),
    "version 2": (counting.astype("<i4"), (2, 0)),
    "version 3": (counting.astype("<i4"), (3, 0)),
}
refused = {
    "big-endian": numpy.array([1.0], ">f4"),
    "complex": numpy.array([1j]),
    "text": numpy.array(["a"]),
    "records": numpy.zeros(2, [("x", "<f4"), ("y", "<f4")]),
}


def values(array):
    # Numbers as text: 64-bit integers and the smallest floats must survive JSON.
    return [repr(int(x)) if array.dtype.kind in "iub" else repr(float(x)) for x in array.flatten(order="C")]


tensors = {"w": counting.astype("<f4"), "steps": numpy.array([7], "<i8"), "mask": numpy.array([1, 0, 1], "u1")}
fixture = {
    "npy": [
        {"name": name, "shape": list(array.shape), "values": values(array), "file": npy(array, version)}
        for name, (array, version) in cases.items()
    ],
    "refused": [{"name": name, "file": npy(array)} for name, array in refused.items()],
    "safetensors": {
        "file": encoded(safetensors.numpy.save(tensors, metadata={"made by": "tools/reference/arrays.py"})),
        "metadata": {"made by": "tools/reference/arrays.py"},
        "tensors": {name: {"shape": list(a.shape), "values": values(a)} for name, a in tensors.items()},
    },
}
path = Path(__file__).parents[2] / "test/fixtures/arrays.json"
path.write_text(json.dumps(fixture, indent=1) + "\n")
