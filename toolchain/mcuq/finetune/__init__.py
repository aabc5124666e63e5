"""Quantization-aware training: tune a float model's weights and scales for a configuration.

Needs TensorFlow (the extra `tensorflow`), which is imported only when training starts.
"""

from mcuq.finetune.finetune import check_trainable, finetune, untrained
from mcuq.finetune.gain import Gain, measure_gain
from mcuq.finetune.settings import FinetuneSettings
from mcuq.finetune.sidecar import read_sidecar, sidecar_path, write_sidecar
from mcuq.finetune.tuned import METHOD, Tuned

__all__ = [
    "METHOD",
    "FinetuneSettings",
    "Gain",
    "Tuned",
    "check_trainable",
    "finetune",
    "measure_gain",
    "read_sidecar",
    "sidecar_path",
    "untrained",
    "write_sidecar",
]
