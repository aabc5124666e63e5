"""Quantization-aware training: tune a float model's weights and scales for a configuration.

Needs TensorFlow (the extra `tensorflow`), which is imported only when training starts.
"""

from mcuq.finetune.finetune import finetune
from mcuq.finetune.settings import Settings
from mcuq.finetune.sidecar import read_sidecar, sidecar_path, write_sidecar
from mcuq.finetune.tuned import METHOD, Tuned

__all__ = [
    "METHOD",
    "Settings",
    "Tuned",
    "finetune",
    "read_sidecar",
    "sidecar_path",
    "write_sidecar",
]
