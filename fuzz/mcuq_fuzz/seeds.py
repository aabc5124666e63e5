"""Small valid inputs of every target but the models: what the changes start from."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import numpy as np

from mcuq.calibrate.histogram import Histogram
from mcuq.calibrate.statistics import MovingAverage, Statistics
from mcuq.calibrate.store import statistics_to_json
from mcuq.search.scorelog import entry_line, head_line
from mcuq_fuzz import documents
from mcuq_fuzz.data import graph
from mcuq_fuzz.target import ROOT
from mcuq_fuzz.texts import FINGERPRINT
from mcuq_hil.protocol import messages as m

_ARRAYS = {
    "float32": np.zeros((2, 2, 3), np.float32),
    "fortran": np.asfortranarray(np.arange(12.0).reshape(2, 2, 3)),
    "big": np.arange(12, dtype=">i4").reshape(2, 2, 3),
    "bytes": np.zeros((1, 2, 3), np.uint8),
    "none": np.zeros((0, 2, 3), np.float32),
    "scalar": np.array(3.0),
    "text": np.array(["a", "bc"]),
    "fields": np.zeros(2, [("a", "<f4"), ("b", "<i2", (2,))]),
    "times": np.zeros(2, "M8[s]"),
    "complex": np.zeros((2, 2, 3), np.complex64),
}


def npy() -> list[bytes]:
    return [_npy(values) for values in _ARRAYS.values()]


def _npy(values: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


def npz() -> list[bytes]:
    plain, packed = io.BytesIO(), io.BytesIO()
    x, y = _ARRAYS["float32"], np.arange(2)
    np.savez(plain, x=x, y=y)
    np.savez_compressed(packed, x0=_ARRAYS["fortran"], y=y)
    singles = []
    for values in _ARRAYS.values():
        stream = io.BytesIO()
        np.savez(stream, x=values)
        singles.append(stream.getvalue())
    return [plain.getvalue(), packed.getvalue(), *singles]


def board_toml() -> list[bytes]:
    folder = ROOT.parent / "boards"
    names = ("stm32f746", "nucleo-f446re", "mps3-an547")
    return [(folder / f"{name}.toml").read_bytes() for name in names]


def farm_toml() -> list[bytes]:
    return [
        b'[[place]]\nboard = "stm32f746"\nserial_number = "0671FF"\n\n'
        b'[[place]]\nname = "b"\nboard = "nucleo-f446re"\nport = "rfc2217://h:4001"\n',
        b'[[place]]\nboard = "stm32f746"\nemulated = 2\n',
    ]


def project_toml() -> list[bytes]:
    return [
        b'model = "m.tflite"\ncalibration = "c.npz"\nboards = ["stm32f746"]\n'
        b'seed = 3\n\n[budget]\nflash = "64K"\n\n[scheme]\nio = "int8"\n',
        b'model = "m.onnx"\ncalibration = "c.npz"\n[gates]\nmin_accuracy = 0.9\n',
    ]


def texts() -> list[bytes]:
    """Each kind of JSON that is read back, of small results."""
    histogram = Histogram(-2, -4, np.arange(8, dtype=np.int64))
    average = MovingAverage(0.99, 1.0, -1.0, 1.0)
    seen = Statistics(2, -1.0, 1.0, histogram, average)
    statistics = statistics_to_json({name: seen for name in graph().activations})
    tensor = {"name": "x", "role": "activation", "bits": 8, "scheme": "minmax", "axis": None}
    stored = {"shape": [1, 2, 3], "scale": [0.1], "zero_point": 0, "bytes": 6, "histogram": None}
    sidecar = {
        "format": 1,
        "filters": {},
        "ranges": {"x": [-1.0, 1.0], "y": [0.0, 1.0]},
        "activations": "asymmetric",
    }
    written = [sidecar, {"tensors": [tensor]}, {"tensors": [tensor | stored]}]
    small = [statistics.encode(), *(json.dumps(each).encode() for each in written)]
    return [*small, *documents.texts()]


def score_log() -> list[bytes]:
    head = head_line(FINGERPRINT)
    lines = [entry_line((n % 2, (n, 0, 3)), n / 7) for n in range(3)]
    return ["\n".join([head, *lines, ""]).encode(), (head + "\n").encode()]


def words() -> list[bytes]:
    return [b"64K", b"0x10000", b"60%", b"1.5MB", b"65536", b"0671FF485550", b"2 KiB"]


def keras() -> list[bytes]:
    """.keras files with all that is looked at; needs h5py."""
    return [
        _archive(
            {
                "metadata.json": b'{"keras_version": "3.9.0"}',
                "config.json": _layers(layer),
                "model.weights.h5": weights,
            }
        )
        for layer, weights in zip(_KERAS_LAYERS, hdf5(), strict=True)
    ]


def hdf5() -> list[bytes]:
    """.h5 files likewise."""
    import h5py

    made = []
    for layer, version in zip(_KERAS_LAYERS, ("earliest", "latest"), strict=True):
        weights = io.BytesIO()
        with h5py.File(weights, "w", libver=version) as file:
            file.attrs["model_config"] = _layers(layer).decode()
            file.create_dataset("layers/dense/vars/0", data=np.zeros((2, 3), np.float32))
        made.append(weights.getvalue())
    return made


_KERAS_LAYERS: tuple[dict[str, object], ...] = (
    {"class_name": "Dense", "config": {"units": 3, "name": "dense"}},
    {"class_name": "Lambda", "config": {"function": ["4wE=", None]}},
)


def _layers(layer: dict[str, object]) -> bytes:
    return json.dumps({"class_name": "Functional", "config": {"layers": [layer]}}).encode()


def pytorch() -> list[bytes]:
    """Archives with the members that tell what they are."""
    constants = {"config": {"w": {"path_name": "tensor_0", "is_param": True}}}
    program = {
        "m/models/model.json": b"{}",
        "m/data/constants/model_constants_config.json": json.dumps(constants).encode(),
        "m/version": b"1",
    }
    return [_archive(program), _archive({"m/data.pkl": b"x"}), _archive({"m/code/a.py": b""})]


def _archive(members: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return written.getvalue()


def serial_host() -> list[bytes]:
    """A device that answers a whole session as it should, one input and one output of 4 bytes."""
    io_reply = _packed(m.IO.reply, bytes=4, scale=1.0, zero_point=0, name=b"i")
    info = _packed(
        m.INFO.reply, core_hz=1, arena_bytes=64, stack_bytes=64, inputs=1, outputs=1, layers=2,
        layer_capacity=2, name=b"m",
    )  # fmt: skip
    ready = _packed(
        m.HELLO.reply, version=m.PROTOCOL_VERSION, chunk=64, boot=1, flags=m.READY_PROFILE,
        build_id=bytes(m.BUILD_ID_BYTES),
    )  # fmt: skip
    run, data = _packed(m.RUN.reply, count=9), bytes(4)
    told = [info, io_reply, io_reply]
    used = _packed(m.ARENA.reply, used=8)
    once = [b"", run, data]  # LOAD, RUN, READ
    session = [
        *(ready, *told),
        *told,  # of the model that is selected
        b"",
        *(*once, bytes(8)),
        b"echo",
        _packed(m.STACK.reply, used=4, reserved=8),
        *(used, *once, used),
        *(b"", ready, *told),
    ]
    fault = _packed(m.HELLO.reply, version=1, chunk=64, boot=1, flags=1, build_id=bytes(16))
    crash = [fault, bytes(4 * 15)]
    return [b"".join(bytes([0, len(body)]) + body for body in each) for each in (session, crash)]


def device() -> list[bytes]:
    """Requests as libfuzzer.c takes them: what the host asks of a device from INFO to RESET."""
    asked = [
        (m.INFO, b""),
        (m.IO, m.IO.pack_request(is_output=1, index=0)),
        (m.LOAD, m.LOAD.pack_request(offset=40, index=0, data=bytes(8))),
        (m.RUN, m.RUN.pack_request(flags=m.RUN_COUNT)),
        (m.READ, m.READ.pack_request(offset=500, length=200, index=0)),
        (m.LAYERS, m.LAYERS.pack_request(first=1)),
        (m.SELECT, m.SELECT.pack_request(model=1)),
        (m.ARENA, m.ARENA.pack_request(action=m.ARENA_PAINT)),
        (m.FAULT, m.FAULT.pack_request(action=m.FAULT_READ)),
        *((message, b"") for message in (m.STACK, m.BEGIN, m.RESET)),
        (m.ECHO, b"echo"),
    ]
    pieces = [bytes([0, 1 + len(body), message.op]) + body for message, body in asked]
    return [b"".join(pieces), *pieces]


def _packed(fields: tuple[tuple[str, str], ...], **values: int | float | bytes) -> bytes:
    return m.Message("REPLY", 0, fields).pack_request(**values)


ALL: dict[str, Callable[[], list[bytes]]] = {
    "npy": npy,
    "npz": npz,
    "board_toml": board_toml,
    "farm_toml": farm_toml,
    "project_toml": project_toml,
    "json": texts,
    "score_log": score_log,
    "words": words,
    "keras": keras,
    "hdf5": hdf5,
    "pytorch": pytorch,
    "serial_host": serial_host,
    "device": device,
    "mlir": lambda: [b"func.func @main() { return }\n"],
}
