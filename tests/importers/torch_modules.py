"""Common PyTorch modules and idioms, as firmware teams write them: what an export has to bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="pip install 'mcuq[torch]'")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402, N812

IMAGE = (1, 4, 12, 12)
SERIES = (1, 4, 24)
TOKENS = (1, 8, 16)
HEADS = (1, 2, 8, 16)
ROW = (1, 24)


@dataclass(frozen=True)
class Example:
    """A module in evaluation mode and what it is called with.

    Attributes:
        module: with the same weights every time.
        inputs: one tensor an argument.
    """

    module: Any
    inputs: tuple[Any, ...]


class Idiom(nn.Module):
    """A module that is one function of its inputs, maybe behind a layer."""

    def __init__(self, function: Callable[..., Any], **layers: nn.Module) -> None:
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, *inputs: Any) -> Any:
        return self.function(self, *inputs)


_Maker = Callable[[], "tuple[nn.Module, tuple[tuple[int, ...], ...]]"]
_MAKERS: dict[str, _Maker] = {}


def _layers(shape: tuple[int, ...], *layers: Callable[[], nn.Module]) -> _Maker:
    return lambda: (nn.Sequential(*(layer() for layer in layers)), (shape,))


def _idiom(
    function: Callable[..., Any],
    *shapes: tuple[int, ...],
    **layers: Callable[[], nn.Module],
) -> _Maker:
    return lambda: (
        Idiom(function, **{name: layer() for name, layer in layers.items()}),
        shapes,
    )


def _conv() -> nn.Module:
    return nn.Conv2d(4, 8, 3, padding=1)


def _series() -> nn.Module:
    return nn.Conv1d(4, 8, 3, padding=1)


class _Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.na, self.nb = nn.BatchNorm2d(4), nn.BatchNorm2d(4)

    def forward(self, x: Any) -> Any:
        y = F.relu(self.na(self.a(x)))
        return F.relu(self.nb(self.b(y)) + x)


class _SqueezeExcite(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.down, self.up = _conv(), nn.Linear(8, 4), nn.Linear(4, 8)

    def forward(self, x: Any) -> Any:
        x = self.conv(x)
        s = x.mean(dim=(2, 3))
        s = torch.sigmoid(self.up(F.silu(self.down(s))))
        return x * s[:, :, None, None]


class _UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(4, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
        self.up, self.out = nn.ConvTranspose2d(16, 8, 2, stride=2), nn.Conv2d(16, 2, 1)

    def forward(self, x: Any) -> Any:
        a = F.relu(self.down1(x))
        b = F.relu(self.down2(F.max_pool2d(a, 2)))
        return self.out(torch.cat([self.up(b), a], dim=1))


class _Chomp(nn.Module):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def forward(self, x: Any) -> Any:
        return x[:, :, : -self.count].contiguous()


class _TemporalBlock(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        weight_norm = nn.utils.parametrizations.weight_norm
        self.net = nn.Sequential(
            weight_norm(nn.Conv1d(4, 8, 3, padding=4, dilation=2)), _Chomp(4), nn.ReLU(),
            weight_norm(nn.Conv1d(8, 8, 3, padding=4, dilation=2)), _Chomp(4), nn.ReLU(),
        )  # fmt: skip
        self.skip = nn.Conv1d(4, 8, 1)

    def forward(self, x: Any) -> Any:
        return F.relu(self.net(x) + self.skip(x))


class _Recurrent(nn.Module):
    """The answer to the last step, as classifiers of series use it."""

    def __init__(self, layer: nn.Module, size: int) -> None:
        super().__init__()
        self.layer, self.out = layer, nn.Linear(size, 3)

    def forward(self, x: Any) -> Any:
        states, _ = self.layer(x)
        return self.out(states[:, -1])


class _Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)
        self.norm1, self.norm2 = nn.LayerNorm(16), nn.LayerNorm(16)
        self.feed = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 16))

    def forward(self, x: Any) -> Any:
        y, _ = self.attention(x, x, x, need_weights=False)
        x = self.norm1(x + y)
        return self.norm2(x + self.feed(x))


class _SelfAttention(nn.Module):
    """Queries, keys and values from one layer, taken apart by index."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(16, 48), nn.Linear(16, 16)

    def forward(self, x: Any) -> Any:
        batch, length, width = x.shape
        qkv = self.qkv(x).reshape(batch, length, 3, 2, width // 2).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        weights = ((q @ k.transpose(-2, -1)) * (width // 2) ** -0.5).softmax(dim=-1)
        return self.out((weights @ v).transpose(1, 2).reshape(batch, length, width))


class _Patches(nn.Module):
    """A vision transformer's first layers: patches, a class token, positions."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(4, 16, 4, stride=4)
        self.token = nn.Parameter(torch.randn(1, 1, 16))
        self.positions = nn.Parameter(torch.randn(1, 10, 16))
        self.head = nn.Linear(16, 3)

    def forward(self, x: Any) -> Any:
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1) + self.positions
        return self.head(F.layer_norm(x, (16,))[:, 0])


class _ChannelShuffle(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 8, 1, groups=2)

    def forward(self, x: Any) -> Any:
        x = self.conv(x)
        n, c, h, w = x.shape
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


class _Pyramid(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(4, 8, 3, padding=1), nn.Conv2d(8, 8, 3, 2, 1)
        self.lateral = nn.Conv2d(8, 8, 1)

    def forward(self, x: Any) -> Any:
        a = F.relu(self.first(x))
        b = F.relu(self.second(a))
        up = F.interpolate(b, size=a.shape[-2:], mode="nearest")
        return self.lateral(a) + up, b


class _Autoencoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(4, 8, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(288, 8)
        )
        self.decoder = nn.Sequential(
            nn.Linear(8, 288), nn.ReLU(), nn.Unflatten(1, (8, 6, 6)), nn.Upsample(scale_factor=2),
            nn.Conv2d(8, 4, 3, padding=1),
        )  # fmt: skip

    def forward(self, x: Any) -> Any:
        return self.decoder(self.encoder(x))


_MAKERS |= {
    # Layers over images.
    "cnn_bn_relu": _layers(
        IMAGE, _conv, lambda: nn.BatchNorm2d(8), nn.ReLU, lambda: nn.MaxPool2d(2), nn.Flatten,
        lambda: nn.Linear(288, 10),
    ),
    "depthwise_separable": _layers(
        IMAGE, lambda: nn.Conv2d(4, 4, 3, padding=1, groups=4), lambda: nn.BatchNorm2d(4),
        nn.ReLU6, lambda: nn.Conv2d(4, 8, 1),
    ),
    "residual": lambda: (_Residual(), (IMAGE,)),
    "squeeze_excite": lambda: (_SqueezeExcite(), (IMAGE,)),
    "channel_shuffle": lambda: (_ChannelShuffle(), (IMAGE,)),
    "conv_groups": _layers(IMAGE, lambda: nn.Conv2d(4, 8, 3, groups=2, padding=1)),
    "conv_dilated": _layers(IMAGE, lambda: nn.Conv2d(4, 8, 3, dilation=2, padding=2)),
    "conv_same": _layers(IMAGE, lambda: nn.Conv2d(4, 8, 4, padding="same")),
    "conv_reflect": _layers(
        IMAGE, lambda: nn.Conv2d(4, 8, 3, padding=1, padding_mode="reflect")
    ),
    "conv_replicate": _layers(
        IMAGE, lambda: nn.Conv2d(4, 8, 3, padding=1, padding_mode="replicate")
    ),
    "conv_circular": _layers(
        IMAGE, lambda: nn.Conv2d(4, 8, 3, padding=1, padding_mode="circular")
    ),
    "conv_transpose": _layers(
        IMAGE, lambda: nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1)
    ),
    "unet": lambda: (_UNet(), (IMAGE,)),
    "feature_pyramid": lambda: (_Pyramid(), (IMAGE,)),
    "autoencoder": lambda: (_Autoencoder(), (IMAGE,)),
    "pool_pad_ceil": _layers(
        IMAGE, _conv, lambda: nn.MaxPool2d(3, 2, padding=1), lambda: nn.Conv2d(8, 8, 1),
        lambda: nn.MaxPool2d(3, 2, ceil_mode=True), lambda: nn.AvgPool2d(2, ceil_mode=True),
    ),
    "avg_pool_pad": _layers(
        IMAGE, _conv, lambda: nn.AvgPool2d(3, 2, padding=1, count_include_pad=False)
    ),
    "adaptive_pool": _layers(
        IMAGE, _conv, lambda: nn.AdaptiveAvgPool2d((3, 4)), lambda: nn.AdaptiveMaxPool2d(1)
    ),
    "reflection_pad": _layers(IMAGE, lambda: nn.ReflectionPad2d(2), _conv),
    "replication_pad": _layers(IMAGE, lambda: nn.ReplicationPad2d((1, 2, 0, 3)), _conv),
    "constant_pad": _layers(IMAGE, lambda: nn.ConstantPad2d(1, 0.5), _conv),
    "pixel_shuffle": _layers(IMAGE, _conv, lambda: nn.PixelShuffle(2)),
    "pixel_unshuffle": _layers(IMAGE, lambda: nn.PixelUnshuffle(2), lambda: nn.Conv2d(16, 4, 1)),
    "upsample_bilinear": _layers(
        IMAGE, _conv, lambda: nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
    ),
    # Normalization.
    "group_norm": _layers(IMAGE, _conv, lambda: nn.GroupNorm(4, 8), nn.ReLU),
    "instance_norm": _layers(IMAGE, _conv, lambda: nn.InstanceNorm2d(8, affine=True), nn.ReLU),
    "layer_norm": _layers(TOKENS, lambda: nn.Linear(16, 12), lambda: nn.LayerNorm(12)),
    "rms_norm": _idiom(
        lambda m, x: (y := m.dense(x)) * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + 1e-6),
        TOKENS, dense=lambda: nn.Linear(16, 12),
    ),
    "l2_normalize": _idiom(
        lambda m, x: F.normalize(m.dense(x), dim=1), ROW, dense=lambda: nn.Linear(24, 8)
    ),
    "batch_norm_1d": _layers(ROW, lambda: nn.Linear(24, 8), lambda: nn.BatchNorm1d(8), nn.ReLU),
    # Activations.
    "gelu": _layers(ROW, lambda: nn.Linear(24, 8), nn.GELU, lambda: nn.Linear(8, 4)),
    "gelu_tanh": _layers(ROW, lambda: nn.Linear(24, 8), lambda: nn.GELU(approximate="tanh")),
    "silu_mish": _layers(ROW, lambda: nn.Linear(24, 8), nn.SiLU, nn.Mish),
    "softplus": _layers(ROW, lambda: nn.Linear(24, 8), nn.Softplus),
    "elu_selu_celu": _layers(
        ROW, lambda: nn.Linear(24, 8), nn.ELU, nn.SELU, lambda: nn.CELU(alpha=0.7)
    ),
    "prelu": _layers(IMAGE, _conv, lambda: nn.PReLU(8)),
    "hard_variants": _layers(IMAGE, _conv, nn.Hardswish, nn.Hardsigmoid, nn.Hardtanh),
    "softsign_threshold": _layers(
        ROW, lambda: nn.Linear(24, 8), nn.Softsign, lambda: nn.Threshold(0.0, 0.0)
    ),
    "log_softmax": _layers(ROW, lambda: nn.Linear(24, 8), lambda: nn.LogSoftmax(dim=1)),
    "glu": _layers(ROW, lambda: nn.Linear(24, 8), nn.GLU),
    "clamp": _idiom(lambda m, x: m.conv(x).clamp(-0.5, 0.75), IMAGE, conv=_conv),
    "clamp_min_0": _idiom(lambda m, x: torch.clamp(m.conv(x), min=0.0), IMAGE, conv=_conv),
    # Series.
    "tcn": lambda: (_TemporalBlock(), (SERIES,)),
    "last_step": _idiom(lambda m, x: m.conv(x)[:, :, -1], SERIES, conv=_series),
    "gru": lambda: (_Recurrent(nn.GRU(4, 6, batch_first=True), 6), ((1, 10, 4),)),
    "lstm": lambda: (_Recurrent(nn.LSTM(4, 6, batch_first=True), 6), ((1, 10, 4),)),
    "bidirectional_lstm": lambda: (
        _Recurrent(nn.LSTM(4, 5, batch_first=True, bidirectional=True, num_layers=2), 10),
        ((1, 6, 4),),
    ),
    "rnn": lambda: (_Recurrent(nn.RNN(4, 6, batch_first=True), 6), ((1, 10, 4),)),
    "conv_lstm_head": _idiom(
        lambda m, x: m.gru(F.relu(m.conv(x)).transpose(1, 2))[0].mean(dim=1),
        SERIES, conv=_series, gru=lambda: nn.GRU(8, 4, batch_first=True, bidirectional=True),
    ),
    # Transformers.
    "attention": lambda: (_Encoder(), (TOKENS,)),
    "encoder_layer": lambda: (
        nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, activation="gelu"), (TOKENS,),
    ),
    "qkv": lambda: (_SelfAttention(), (TOKENS,)),
    "scaled_dot_product": _idiom(
        lambda m, q, k, v: F.scaled_dot_product_attention(q, k, v), HEADS, HEADS, HEADS
    ),
    "vision_patches": lambda: (_Patches(), (IMAGE,)),
    "einsum": _idiom(
        lambda m, a, b: torch.einsum("bic,bjc->bij", m.dense(a), b), TOKENS, TOKENS,
        dense=lambda: nn.Linear(16, 16),
    ),
    # Tokens.
    "embedding": lambda: (
        nn.Sequential(nn.Embedding(20, 8), nn.Flatten(), nn.Linear(48, 4)), ((-20, 1, 6),),
    ),
    "embedding_bag_mean": _idiom(
        lambda m, x: m.out(m.table(x).mean(dim=1)), (-20, 1, 6),
        table=lambda: nn.Embedding(20, 8), out=lambda: nn.Linear(8, 4),
    ),
    # Idioms.
    "concat_chunk": _idiom(
        lambda m, x: torch.cat([part * k for k, part in enumerate(m.conv(x).chunk(4, 1), 1)], 1),
        IMAGE, conv=_conv,
    ),
    "stack_unbind": _idiom(
        lambda m, x: torch.stack(m.dense(x).unbind(1)[::2], 2), TOKENS,
        dense=lambda: nn.Linear(16, 4),
    ),
    "statistics_pooling": _idiom(
        lambda m, x: torch.cat([(y := m.conv(x)).mean(2), y.std(2)], 1), SERIES, conv=_series
    ),
    "power_log": _idiom(
        lambda m, x: torch.log(m.conv(x).pow(2).mean(2) + 1e-3), SERIES, conv=_series
    ),
    "norm_distance": _idiom(
        lambda m, x: (m.dense(x) - m.bias.weight).pow(2).sum(-1).sqrt(), ROW,
        dense=lambda: nn.Linear(24, 8), bias=lambda: nn.Linear(8, 3),
    ),
    "where_mask": _idiom(
        lambda m, x: torch.where((y := m.conv(x)) > 0, y, 0.1 * y), IMAGE, conv=_conv
    ),
    "exp_reciprocal": _idiom(
        lambda m, x: 1.0 / (1.0 + torch.exp(-m.dense(x))), ROW, dense=lambda: nn.Linear(24, 8)
    ),
    "argmax": _idiom(
        lambda m, x: m.dense(x).argmax(dim=1), ROW, dense=lambda: nn.Linear(24, 8)
    ),
    "min_max": _idiom(
        lambda m, x: torch.cat([(y := m.conv(x)).amin(2), y.amax(2)], 1), SERIES, conv=_series
    ),
    "roll_flip": _idiom(lambda m, x: m.conv(x).roll(3, 2).flip(2), SERIES, conv=_series),
    "repeat_tile": _idiom(
        lambda m, x: m.dense(x).unsqueeze(1).repeat(1, 5, 1), ROW, dense=lambda: nn.Linear(24, 8)
    ),
    "causal_mask": _idiom(
        lambda m, x: ((y := m.dense(x)) @ y.transpose(1, 2)).masked_fill(
            torch.triu(torch.ones(8, 8, dtype=torch.bool), 1), -20.0
        ).softmax(-1),
        TOKENS, dense=lambda: nn.Linear(16, 4),
    ),
}  # fmt: skip
NAMES = tuple(_MAKERS)


def example(name: str) -> Example:
    """The module of this name, with its inputs; weights and inputs are the same every time.

    A negative size in front is a number of tokens: the input is of integers below it.
    """
    torch.backends.mha.set_fastpath_enabled(False)  # it has no form in ONNX
    torch.manual_seed(sum(map(ord, name)))
    module, shapes = _MAKERS[name]()
    _settle(module)
    generator = torch.Generator().manual_seed(1)
    inputs = tuple(
        torch.randint(0, -shape[0], shape[1:], generator=generator)
        if shape[0] < 0
        else torch.randn(shape, generator=generator)
        for shape in shapes
    )
    return Example(module.eval(), inputs)


def _settle(module: Any) -> None:
    """Statistics and factors of normalizations that are not 0 and 1."""
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.uniform_(layer.running_var, 0.5, 2.0)
            nn.init.normal_(layer.running_mean, 0.0, 0.2)
        if isinstance(layer, nn.GroupNorm | nn.InstanceNorm2d | nn.LayerNorm):
            nn.init.uniform_(layer.weight, 0.5, 2.0)
            if layer.bias is not None:
                nn.init.normal_(layer.bias, 0.0, 0.2)
