"""Executed instructions of single layers and whole models, as one table.

Every figure is what an emulated core executed; nothing is estimated.
"""

from __future__ import annotations

import itertools
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mcuq.bench.bare_metal import COMPILER, BareMetalCore, link_kernels
from mcuq.bench.layers import LAYERS, LayerCall
from mcuq.bench.measure import TRAINED, ModelCost, measure_model
from mcuq.bench.vector import CORE, has_emulator, vector_layer
from mcuq.choices import Optimize
from mcuq.progress import Progress, ProgressCallback

LAYER_CORES = ("cortex-m0plus", "cortex-m4", "cortex-m7", "cortex-m33")
MODEL_BOARDS = ("stm32f746",)
FLAGS = "-O2"
WIDTHS = (8, 4)
OPTIMIZE: tuple[Optimize, ...] = ("speed", "size")


@dataclass(frozen=True)
class LayerCost:
    """One layer on one core.

    Attributes:
        core: the compiler's name.
        layer: a key of LAYERS.
        weights: "s8" or "s4".
        instructions: executed from call to return, requantization included.
        macs: multiply-accumulates of the layer.
        scratch_bytes: working memory.
        code_bytes: of the kernel and all it calls.
    """

    core: str
    layer: str
    weights: str
    instructions: int
    macs: int
    scratch_bytes: int
    code_bytes: int

    @property
    def per_mac(self) -> float:
        return self.instructions / self.macs


@dataclass(frozen=True)
class KernelBench:
    """The published table of one compiler.

    Attributes:
        compiler: the first line of its version.
        flags: of the layers.
        layers: with random weights, which single kernels do not mind.
        models: trained ones.
    """

    compiler: str
    flags: str
    layers: tuple[LayerCost, ...]
    models: tuple[ModelCost, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values for `mcuq bench kernels --json` and the committed record."""
        return asdict(self)


def bench_kernels(
    progress: ProgressCallback,
    *,
    cores: Sequence[str] = LAYER_CORES,
    vector: bool = True,
    trained: Path | None = None,
) -> KernelBench:
    """Count everything.

    Args:
        progress: told before each measurement.
        cores: of the layers.
        vector: whether layers run on the vector extension too, where QEMU is installed.
        trained: folder with MLPerf Tiny's trained models; they are built and counted whole. Without
            it there are layers only: random weights say nothing about a model.

    Raises:
        InputError: a file of `trained` is missing.
        DeviceError: the compiler or the emulator failed.
    """
    layers: list[LayerCost] = []
    for core in cores:
        progress(Progress("bench", len(layers), None, f"layers on {core}"))
        layers += bench_layers(core)
    if vector and has_emulator():
        progress(Progress("bench", len(layers), None, f"layers on {CORE}"))
        layers += bench_vector_layers()
    models = bench_models(trained, progress) if trained else []
    return KernelBench(compiler_version(), FLAGS, tuple(layers), tuple(models))


def bench_models(folder: Path, progress: ProgressCallback) -> list[ModelCost]:
    """Every trained model, with int8 and int4 weights, for speed and for size."""
    costs: list[ModelCost] = []
    wanted = list(itertools.product(MODEL_BOARDS, TRAINED, WIDTHS, OPTIMIZE))
    for board, model, bits, optimize in wanted:
        note = f"{model} s{bits} {optimize} on {board}"
        progress(Progress("bench", len(costs), len(wanted), note))
        costs.append(measure_model(model, folder, bits, board, optimize))
    return costs


def bench_layers(core: str) -> list[LayerCost]:
    """Every layer, with int8 and int4 weights, on one core."""
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        elf = link_kernels(core, Path(folder) / "kernels.elf", optimize=FLAGS)
        machine = BareMetalCore(core, elf)
        for name, make in LAYERS.items():
            for bits in WIDTHS:
                layer = make(bits)
                instructions, _ = run_layer(machine, layer)
                costs.append(
                    LayerCost(
                        core,
                        name,
                        f"s{bits}",
                        instructions,
                        layer.macs,
                        layer.scratch_bytes,
                        machine.code_bytes,
                    )
                )
    return costs


def bench_vector_layers() -> list[LayerCost]:
    """Every layer, with int8 and int4 weights, on the vector extension."""
    costs = []
    for name, make in LAYERS.items():
        for bits in WIDTHS:
            instructions, scratch, code = vector_layer(name, bits)
            macs = make(bits).macs
            costs.append(LayerCost(CORE, name, f"s{bits}", instructions, macs, scratch, code))
    return costs


def run_layer(machine: BareMetalCore, layer: LayerCall) -> tuple[int, bytes]:
    """Executed instructions and output bytes of one call."""
    machine.reset()
    arguments = [
        machine.place(layer.structure),
        machine.place(layer.packed.weights),
        machine.place(layer.packed.channels),
        machine.place(layer.input),
        machine.place(bytes(layer.output_bytes)),
    ]
    output = arguments[-1]
    if layer.scratch_bytes:
        arguments.append(machine.place(bytes(layer.scratch_bytes)))
    instructions = machine.call(layer.function, *arguments)
    return instructions, machine.read(output, layer.output_bytes)


def compiler_version() -> str:
    """First line of the compiler's version."""
    run = subprocess.run([COMPILER, "--version"], capture_output=True, text=True, check=True)
    return run.stdout.splitlines()[0]
