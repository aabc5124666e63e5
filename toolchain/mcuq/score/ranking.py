"""Fast scores for the search: LiteRT's optimized kernels over whole batches.

int4 weights are held in int8 tensors (the same values, four times faster here). LiteRT differs
from the firmware by one step in a few outputs of a thousand, so it ranks candidates; every figure
that is reported comes from the exact path (`mcuq.interpret.integer`, `tflite_micro`). All x86-64
processors give the same values (`scripts/same_bytes.py`), others need not: `exact` ranks by that
path, too. So are candidates that LiteRT refuses (XNNPACK does so where scales are too far apart)
and those that keep states, for which LiteRT would need an interpreter a sequence.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.interpret.integer import quantize_samples, run_integer
from mcuq.numeric import dequantize
from mcuq.quantized.qgraph import QuantizedGraph
from mcuq.score.batch import can_batch, with_batch
from mcuq.score.loss import LossOutput, cut, divergence
from mcuq.score.prefix import PrefixCache, after, cut_points
from mcuq.score.settings import RANKING
from mcuq.tflite.quiet import quiet_native_log
from mcuq.tflite.runtime import Interpreter

Int8s = dict[str, npt.NDArray[np.int8]]
Serialize = Callable[[QuantizedGraph], bytes]
QuantizedInputs = dict[tuple[object, ...], list[npt.NDArray[np.int8]]]


@dataclass(frozen=True, eq=False)
class Ranker(ByContent):
    """Scores quantized graphs on fixed samples.

    Attributes:
        loss_outputs: what is compared with the float model.
        inputs: float32 (samples, …), one a model input.
        reference: head tensor → float model's values (samples, …).
        serialize: quantized graph → flatbuffer bytes.
        exact: by the firmware's arithmetic, several times slower, instead of by LiteRT.
        cache: activations that candidates share; each process has its own.
        stored: quantized inputs, by their parameters and samples; the first kept goes first.
    """

    loss_outputs: tuple[LossOutput, ...]
    inputs: tuple[npt.NDArray[np.float32], ...]
    reference: Mapping[str, npt.NDArray[np.float32]]
    serialize: Serialize
    exact: bool = False
    cache: PrefixCache = field(default_factory=PrefixCache, compare=False, repr=False)
    stored: QuantizedInputs = field(default_factory=dict, compare=False, repr=False)

    def losses(self, qgraph: QuantizedGraph, span: tuple[int, int]) -> npt.NDArray[np.float64]:
        """Divergence from the float model on samples first … last - 1, one figure each."""
        first, last = span
        reference = {name: x[first:last] for name, x in self.reference.items()}
        return divergence(self.loss_outputs, reference, self.outputs(qgraph, span))

    def outputs(
        self, qgraph: QuantizedGraph, span: tuple[int, int]
    ) -> dict[str, npt.NDArray[np.float32]]:
        """Real values of the heads on those samples, by LiteRT on one thread."""
        part = cut(qgraph, [head.tensor for head in self.loss_outputs])
        found = self._from_prefix(part, span)
        if found is None:
            found = self._run(part, self._quantized(part, span), part.outputs)
        return _real(part, found)

    def _quantized(self, part: QuantizedGraph, span: tuple[int, int]) -> list[npt.NDArray[np.int8]]:
        """The samples as `part` takes them; candidates agree on most input parameters."""
        parameters = [part.tensors[name] for name in part.inputs]
        key = (*((t.scale.tobytes(), t.zero_point, t.bits) for t in parameters), span)
        if key not in self.stored:
            while len(self.stored) >= RANKING.inputs_kept:
                self.stored.pop(next(iter(self.stored)))
            self.stored[key] = [
                quantize_samples(x[span[0] : span[1]], tensor)
                for x, tensor in zip(self.inputs, parameters, strict=True)
            ]
        return self.stored[key]

    def _from_prefix(self, part: QuantizedGraph, span: tuple[int, int]) -> Int8s | None:
        """Outputs of `part`, using and filling the cache; None where it has no cut_points."""
        # The last cut_point is the output itself.
        found = cut_points(part)[:-1] if can_batch(part) else []
        if not found:
            return None
        start = self.cache.deepest(found, span)
        wanted = self.cache.wanted(found, span, span[1] - span[0])
        if start is None:
            rest, values = part, self._quantized(part, span)
        else:
            rest, values = after(part, start[0]), [start[1]]
            wanted = [cut_point for cut_point in wanted if cut_point.position > start[0].position]
        names = dict.fromkeys((*part.outputs, *(cut_point.tensor for cut_point in wanted)))
        results = self._run(rest, values, tuple(names))
        for cut_point in wanted:
            self.cache.keep(cut_point, span, results[cut_point.tensor])
        return {name: results[name] for name in part.outputs}

    def _run(
        self,
        part: QuantizedGraph,
        inputs: Sequence[npt.NDArray[np.int8]],
        tensors: tuple[str, ...],
    ) -> Int8s:
        """Values of `tensors` (samples, …), of sequences (samples, steps, …)."""
        if part.states:
            return run_integer(part, inputs, tensors)
        if self.exact:
            return _run_exact(part, inputs, tensors)
        try:
            return _run_fast(part, inputs, self.serialize, tensors)
        except RuntimeError:
            return _run_exact(part, inputs, tensors)


def _real(part: QuantizedGraph, values: Int8s) -> dict[str, npt.NDArray[np.float32]]:
    return {
        name: dequantize(x, part.tensors[name].scale[0], part.tensors[name].zero_point)
        for name, x in values.items()
    }


def _run_exact(
    part: QuantizedGraph, inputs: Sequence[npt.NDArray[np.int8]], tensors: tuple[str, ...]
) -> Int8s:
    """As `Ranker._run`, in the firmware's arithmetic."""
    found = run_integer(part, inputs, tensors)
    samples = len(inputs[0])
    return {name: found[name].reshape(samples, *_one(part, name)) for name in tensors}


def _one(part: QuantizedGraph, name: str) -> tuple[int, ...]:
    """The shape of one sample: without a first dimension of 1, as `run_float` has it."""
    shape = part.tensors[name].shape
    return shape[1:] if shape[:1] == (1,) else shape


def _run_fast(
    part: QuantizedGraph,
    inputs: Sequence[npt.NDArray[np.int8]],
    serialize: Serialize,
    tensors: tuple[str, ...],
) -> Int8s:
    """As `Ranker._run`, by LiteRT.

    Raises:
        RuntimeError: it refuses the model.
    """
    samples = len(inputs[0])
    whole = dataclasses.replace(part, outputs=tensors)
    batch = min(RANKING.at_once, samples) if can_batch(part) else 1
    # One sample at a time: dimension 0 may be anything.
    flatbuffer = serialize(with_batch(whole, batch) if can_batch(part) else whole)
    with quiet_native_log():
        interpreter = Interpreter(model_content=flatbuffer, num_threads=1)
        interpreter.allocate_tensors()
    in_indices = [d["index"] for d in interpreter.get_input_details()]
    out_indices = [d["index"] for d in interpreter.get_output_details()]
    known = [part.tensors[name] for name in tensors]
    results = [np.empty((samples, *_one(part, t.name)), t.dtype) for t in known]
    for start, stop in _spans(samples, batch):
        for index, values in zip(in_indices, inputs, strict=True):
            interpreter.set_tensor(index, _filled(values[start:stop], batch))
        interpreter.invoke()
        for index, result in zip(out_indices, results, strict=True):
            values = np.asarray(interpreter.get_tensor(index)).reshape(batch, *result.shape[1:])
            result[start:stop] = values[: stop - start]
    return dict(zip(tensors, results, strict=True))


def _spans(samples: int, batch: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + batch, samples)) for start in range(0, samples, batch))


def _filled(values: npt.NDArray[np.int8], batch: int) -> npt.NDArray[np.int8]:
    """The last batch is filled up with its own last sample."""
    missing = batch - len(values)
    return np.concatenate([values, values[-1:].repeat(missing, axis=0)]) if missing else values
