"""From a finished build to the values that are written."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.filters import filter_bytes
from mcuq.pipeline.histograms import stored_histogram
from mcuq.pipeline.pruning import pruned_channels
from mcuq.quantize.io_conversion import INSIDE
from mcuq.report.command import command_line
from mcuq.report.output_forms import recorded_forms
from mcuq.result.configuration import ConfigFile, NarrowChannels, StoredHistogram, TensorConfig
from mcuq.result.manifest import (
    BudgetFigures,
    Compared,
    Figures,
    Manifest,
    MemoryBlock,
    SearchFigures,
    Target,
)
from mcuq.shown import visible

if TYPE_CHECKING:
    from mcuq.pipeline.request import BuildRequest
    from mcuq.pipeline.result import Accuracy, BuildResult
    from mcuq.result.front import Front
    from mcuq.score.intervals import Interval
    from mcuq.score.scores import Score


def manifest(result: BuildResult, request: BuildRequest, target: Target, front: Front) -> Manifest:
    """What `manifest.json` says."""
    inputs, outputs = recorded_forms(result.graph)
    return Manifest(
        model=visible(PurePath(request.model).name),
        target=target,
        result=_figures(result),
        budget=BudgetFigures(
            flash=_or(result.limits.flash, target.flash),
            ram=_or(result.limits.ram, target.ram),
            weight_bytes=result.limits.weight_bytes,
        ),
        verification=result.verification,
        device=result.device,
        search=_search(result),
        also=result.accuracy.also,
        compared=_compared(front),
        warnings=result.findings,
        inputs_as_given=inputs,
        outputs_as_given=outputs,
        elimination=result.eliminated,
        pruning=result.pruned,
        layers=result.layers,
        memory=_memory(result),
        arena_lower_bound=result.memory.plan.lower_bound,
        seed=result.seed,
        optimize=request.optimize,
        command=command_line(request),
        inputs=dict(result.inputs),
        versions=dict(result.versions),
    )


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _confidence(accuracy: Accuracy) -> dict[str, Any]:
    """Intervals and paired changes, by their keys; None where they are not known."""
    found: dict[str, Any] = {}
    scores = {"float": accuracy.float_model, "int8": accuracy.int8, "interval": accuracy.built}
    for key, score in scores.items():
        _add_ends(found, key, accuracy.interval(score))
    for key, score in (("change", accuracy.float_model), ("int8_change", accuracy.int8)):
        change = accuracy.change_from(score)
        found[key] = None if change is None else change.value
        _add_ends(found, key, None if change is None else change.interval)
    return found


def _add_ends(found: dict[str, Any], key: str, ends: Interval | None) -> None:
    found[f"{key}_low"] = None if ends is None else ends.low
    found[f"{key}_high"] = None if ends is None else ends.high


def _value(score: Score | None) -> float | None:
    return None if score is None else score.value


def _figures(result: BuildResult) -> Figures:
    accuracy, footprint = result.accuracy, result.footprint
    counted = result.device.unit == "instructions"
    return Figures(
        metric=accuracy.metric.name,
        higher_is_better=accuracy.metric.higher_is_better,
        metric_output=accuracy.metric.output,
        float_=_value(accuracy.float_model),
        int8=_value(accuracy.int8),
        quantized=accuracy.quantized,
        samples=accuracy.samples,
        **_confidence(accuracy),
        flash_bytes=footprint.flash,
        flash_model_bytes=footprint.flash_model,
        flash_code_bytes=footprint.flash_code,
        weight_bytes=footprint.weight_bytes,
        int8_weight_bytes=sum(result.graph.tensors[name].size for name in result.graph.weights),
        ram_bytes=footprint.ram,
        arena_bytes=footprint.arena,
        stack_bytes=footprint.stack,
        predicted_flash_bytes=footprint.predicted.flash,
        predicted_ram_bytes=footprint.predicted.ram,
        macs=sum(layer.macs for layer in result.layers),
        instructions=result.count if counted else None,
        cycles=None if counted else result.count,
        **_estimate(result),
    )


def _estimate(result: BuildResult) -> dict[str, Any]:
    """Of its cycles, by the keys; nothing from hardware."""
    found = result.estimate
    if found is None:
        return {}
    return {
        "cycles_estimated": found.cycles,
        "cycles_interval": found.interval,
        "cycles_basis": found.basis,
        "ms_estimated": round(found.ms, 4),
        "uj_estimated": None if found.uj is None else round(found.uj, 2),
    }


def _search(result: BuildResult) -> SearchFigures:
    search = result.search
    latency = search.latency
    return SearchFigures(
        method=search.method,
        evaluations=search.evaluations,
        budget=search.budget,
        space_size=str(search.space_size),
        loss=search.loss,
        int8_loss=search.int8_loss,
        int8_fits=result.limits.violation(search.int8_cost) == 0.0,
        refined_from=search.refined[0] if search.refined else None,
        refined_to=search.refined[1] if search.refined else None,
        measured=latency.count,
        latency_error_mean=latency.mean if latency.count else None,
        latency_error_worst=latency.worst if latency.count else None,
    )


def _compared(front: Front) -> tuple[Compared, ...]:
    return tuple(
        Compared.model_validate(point, from_attributes=True)
        for point in front.points
        if point.accuracy is not None
    )


def _memory(result: BuildResult) -> tuple[MemoryBlock, ...]:
    memory, program = result.memory, result.memory.program
    offsets = memory.plan.offsets
    states = tuple(
        MemoryBlock(
            name=state.name,
            offset=memory.arena_bytes + memory.states[state.read],
            size=program.qgraph.tensors[state.read].nbytes,
            first=-1,
            last=len(program.calls),
        )
        for state in program.qgraph.states
    )
    return states + tuple(
        MemoryBlock(
            name=buffer.name,
            offset=offsets[buffer.name],
            size=buffer.size,
            first=buffer.first,
            last=buffer.last,
        )
        for buffer in memory.buffers
    )


def config_file(result: BuildResult) -> ConfigFile:
    """What `config.json` says."""
    qgraph, config = result.qgraph, result.config
    filters = set(result.graph.weights)
    kinds = {op.inputs[1]: op.kind for op in qgraph.ops if op.kind.weighted}
    biases = {op.inputs[2] for op in qgraph.ops if op.kind.weighted and len(op.inputs) > 2}

    def described(tensor: QuantizedTensor) -> TensorConfig:
        if tensor.name in filters:
            role, scheme = "weight", config.weight(tensor.name).method
        elif tensor.name in biases:
            role, scheme = "bias", "input scale × weight scale"
        elif tensor.is_constant:
            role, scheme = "constant", "minmax"
        else:
            role, scheme = "activation", config.observer(tensor.name.removesuffix(INSIDE))
        seen = result.statistics.get(tensor.name)
        histogram = stored_histogram(seen.histogram) if seen is not None else None
        kind = kinds.get(tensor.name)
        size = (
            filter_bytes(kind, tensor.shape, tensor.bits, tensor.narrow) if kind else tensor.nbytes
        )
        return _tensor(tensor, role, scheme, size, histogram)  # type: ignore[arg-type]  # a literal

    tensors = qgraph.tensors.values()
    ordered = sorted(tensors, key=lambda tensor: tensor.is_constant)
    return ConfigFile(
        tensors=tuple(described(tensor) for tensor in ordered),
        pruned=pruned_channels(result.graph, config),
        narrow=tuple(
            NarrowChannels(name=one.name, bits=one.narrow.bits, channels=one.narrow.channels)
            for one in tensors
            if one.narrow
        ),
    )


def _tensor(
    tensor: QuantizedTensor,
    role: Literal["activation", "weight", "bias", "constant"],
    scheme: str,
    size: int,
    histogram: StoredHistogram | None,
) -> TensorConfig:
    return TensorConfig(
        name=tensor.name,
        role=role,
        shape=tensor.shape,
        bits=tensor.bits,
        scheme=scheme,
        scale=tuple(float(value) for value in tensor.scale),
        zero_point=tensor.zero_point,
        axis=tensor.axis,
        bytes_=size,
        histogram=histogram,
    )
