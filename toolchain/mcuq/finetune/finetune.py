"""Fine-tune a float model for a configuration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mcuq.data import Dataset
from mcuq.errors import InputError, UsageError
from mcuq.finetune.plan import make_plan
from mcuq.finetune.settings import FinetuneSettings
from mcuq.finetune.tuned import Tuned
from mcuq.graph import Graph
from mcuq.progress import ProgressCallback, silent
from mcuq.quantize import Config
from mcuq.tflite.quiet import quiet_native_log


def finetune(
    graph: Graph,
    data: Dataset,
    config: Config,
    *,
    settings: FinetuneSettings | None = None,
    progress: ProgressCallback = silent,
) -> Tuned:
    """Train the model's filters, biases and scales with the configuration's rounding simulated.

    The float model teaches: its outputs are the targets (labels are mixed in only where
    `settings.label_share` says so). Equal arguments give equal results on the same machine.

    Args:
        graph: the float model.
        data: training samples.
        config: bits of each filter (8, 4 or 2; its method does not matter), observer of each
            activation for the ranges to begin with.
        settings: how to train; None takes the defaults.

    Returns:
        The tuned model and its grids: `Tuned.quantized()` is the integer model.

    Raises:
        UsageError: TensorFlow is not installed; unknown width or observer; unusable labels.
        InputError: the model cannot be trained or the data does not fit it.
    """
    settings = settings or FinetuneSettings()
    check_trainable(graph)
    plan = make_plan(graph, data.inputs, config)
    tf = _tensorflow()
    from mcuq.finetune.loss import blend_labels, make_targets, make_terms
    from mcuq.finetune.network import Network
    from mcuq.finetune.teacher import Teacher
    from mcuq.finetune.train import train

    tf.config.experimental.enable_op_determinism()
    tf.random.set_seed(settings.seed)
    targets = make_targets(graph, data.inputs)
    terms = make_terms(graph, targets)
    targets = blend_labels(targets, terms, data.labels, settings.label_share)
    network = Network(plan)
    teacher = Teacher(graph)
    history = train(network, teacher, terms, data.inputs, targets, settings, progress)
    return replace(network.tuned(graph), history=history)


def check_trainable(graph: Graph) -> None:
    """Raises InputError for a model that cannot be trained here."""
    if graph.states:
        raise InputError(
            f"the model keeps states ({graph.states[0].name!r}): it is not trained over time here",
            "train it over whole sequences in its own framework, then build it with mcuq build",
        )


def untrained(graph: Graph, data: Dataset, config: Config) -> Tuned:
    """Post-training quantization by "refit": what training would start from.

    Raises:
        UsageError, InputError: as `finetune`.
    """
    plan = make_plan(graph, data.inputs, config)
    ranges = plan.ranges(graph.activations, {})
    return Tuned(plan.start(graph), plan.filters, ranges, plan.activations)


def _tensorflow() -> Any:
    """TensorFlow takes seconds to import and announces itself: only who trains waits for it."""
    try:
        with quiet_native_log():
            import tensorflow

            # Looks for devices now rather than at the first operation.
            tensorflow.constant(0.0)
    except ImportError as error:
        raise UsageError(
            "fine-tuning needs TensorFlow", "pip install 'mcuq[tensorflow]'"
        ) from error
    return tensorflow
