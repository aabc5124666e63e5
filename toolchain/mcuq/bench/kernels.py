"""Executed instructions of single layers and whole models, as one table.

Every figure is what an emulated core executed; nothing is estimated.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

from mcuq.bench.layers import LAYERS, LayerCall
from mcuq.bench.linking import link_kernels
from mcuq.bench.measure import TRAINED, ModelCost, measure_model
from mcuq.bench.vector import CORE, has_emulator, vector_layer
from mcuq.choices import Optimize
from mcuq.compiler.toolchain import compiler_version
from mcuq.document import Document
from mcuq.progress import Progress, ProgressCallback
from mcuq.temporary import temporary_folder
from mcuq_hil.emulator.bare import BareCore

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


KERNEL_BENCH = Document(
    "bench-kernels", KernelBench, "kernels counted, of one compiler", "`mcuq bench kernels --json`"
)


def bench_kernels(
    progress: ProgressCallback,
    *,
    vector: bool = True,
    trained: Path | None = None,
) -> KernelBench:
    """Count everything.

    Args:
        progress: told before each measurement.
        vector: whether layers run on the vector extension too, where QEMU is installed.
        trained: folder with MLPerf Tiny's trained models; they are built and counted whole. Without
            it there are layers only: random weights say nothing about a model.

    Raises:
        InputError: a file of `trained` is missing.
        DeviceError: the compiler or the emulator failed.
    """
    layers: list[LayerCost] = []
    for core in LAYER_CORES:
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
    with temporary_folder() as folder:
        elf = link_kernels(core, folder / "kernels.elf", optimize=FLAGS)
        machine = BareCore(core, elf)
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


def run_layer(machine: BareCore, layer: LayerCall) -> tuple[int, bytes]:
    """Executed instructions and output bytes of one call."""
    machine.reset()
    arguments = [
        machine.place(layer.structure),
        machine.place(layer.packed.weights.tobytes()),
        machine.place(layer.packed.channels.tobytes()),
        machine.place(layer.input.tobytes()),
        machine.place(bytes(layer.output_bytes)),
    ]
    output = arguments[-1]
    if layer.scratch_bytes:
        arguments.append(machine.place(bytes(layer.scratch_bytes)))
    instructions = machine.call(layer.function, *arguments)
    return instructions, machine.read(output, layer.output_bytes)
