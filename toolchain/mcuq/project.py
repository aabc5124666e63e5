"""`mcuq.toml`: which model, which data, which boards, and what it may cost there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    PositiveInt,
    ValidationError,
)

from mcuq.errors import InputError, McuqError
from mcuq.units import Share, parse_bytes, parse_size
from mcuq_hil.errors import BoardError
from mcuq_hil.tomlfile import read_toml

FILE_NAME = "mcuq.toml"


def _as_value_error(parse: Any) -> Any:
    """pydantic collects ValueError, so that one report names every wrong key."""

    def convert(value: object) -> object:
        if value is None or isinstance(value, Share):
            return value
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError("write a number of bytes or a string such as '64K'")
        try:
            return parse(value)
        except McuqError as error:
            raise ValueError(str(error)) from error

    return convert


Bytes = Annotated[int, BeforeValidator(_as_value_error(parse_bytes))]
BytesOrShare = Annotated[Any, BeforeValidator(_as_value_error(parse_size))]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Budget(_Strict):
    """What the firmware may take; a key left out means the whole board."""

    flash: Bytes | None = Field(
        default=None, description="Flash for the whole image: code, constants and start-up values."
    )
    ram: Bytes | None = Field(
        default=None, description="RAM for everything: arena, static data and reserved stack."
    )
    weight_bytes: BytesOrShare | None = Field(
        default=None, description="Bytes of all weights, or a percentage of what int8 weights take."
    )


class SchemeTable(_Strict):
    """How numbers become integers, as far as the search does not decide it."""

    activations: Literal["asymmetric", "symmetric"] | None = Field(
        default=None, description="Ranges as they are (default), or with zero point 0."
    )
    weights_per: Literal["channel", "tensor"] | None = Field(
        default=None, description="One scale per output channel (default) or per filter."
    )
    bits: str | None = Field(
        default=None,
        description="Widths of weights that the search chooses from: '8,4' (default), '8,4,2'…",
    )
    activation_bits: Literal[8, 16] | None = Field(
        default=None, description="Width of all activations: 8 (default), or 16."
    )
    wide: tuple[str, ...] | None = Field(
        default=None, description="Activations that take 16 bits in a model of 8-bit ones."
    )
    io: Literal["int8", "float32"] | None = Field(
        default=None, description="Type of inputs and outputs; float32 converts inside the model."
    )


class BuildTable(_Strict):
    """Whose kernels the firmware links."""

    kernels: Literal["mcuq", "cmsis-nn"] | None = Field(
        default=None,
        description="mcuq's own, or those of a library with CMSIS-NN's interface: the default "
        "where one is named.",
    )
    cmsis_nn: Path | None = Field(
        default=None,
        description="That library's directory: Include/ beside Source/ or libcmsis-nn.a.",
    )


class Gates(_Strict):
    """Limits a result must keep, else `mcuq build` ends with exit code 6."""

    max_flash: Bytes | None = Field(default=None, description="Most flash the image may take.")
    max_ram: Bytes | None = Field(default=None, description="Most RAM the image may take.")
    min_accuracy: FiniteFloat | None = Field(default=None, description="Least value of the metric.")
    max_instructions: PositiveInt | None = Field(
        default=None, description="Most instructions (or cycles) one inference may take."
    )


class Project(_Strict):
    """The keys of `mcuq.toml`. Paths are relative to the file."""

    model: Path = Field(description="Float model: .tflite, .onnx, .keras, .h5 or a SavedModel.")
    calibration: Path = Field(description="Samples from which activation ranges are measured.")
    search_data: Path | None = Field(
        default=None,
        description="Samples the search compares candidates on; without it, calibration.",
    )
    evaluation: Path | None = Field(
        default=None, description="Samples the final figures come from; without it, search_data."
    )
    metric: str | None = Field(
        default=None,
        description="top1, mse, r2, auc, agreement (needs no labels) or module:function; without "
        "it, what suits the outputs and labels.",
    )
    metric_output: str | None = Field(
        default=None,
        description="The one output that is scored, by name or number; without it, all are.",
    )
    keep_outliers: bool = Field(
        default=False,
        description="Calibrate on every sample, even one that reaches far beyond all others.",
    )
    strict: bool = Field(
        default=False,
        description="What looks wrong about model, data or result is an error, not a warning.",
    )
    boards: tuple[str, ...] = Field(
        default=("stm32f746",),
        min_length=1,
        description="Boards to build for; the first is the default.",
    )
    output: Path = Field(default=Path("out"), description="Directory the results are written to.")
    seed: int = Field(
        default=0, ge=0, description="Seed of everything random; equal seeds, equal bytes."
    )
    evaluations: PositiveInt | None = Field(
        default=None,
        description="Most candidates the search may evaluate; without it, mcuq chooses.",
    )
    optimize: Literal["speed", "size"] = Field(
        default="speed", description="Compiler and kernel choice."
    )
    ranges: Path | None = Field(
        default=None, description="Activation statistics that mcuq calibrate wrote."
    )
    scheme: SchemeTable = Field(default=SchemeTable(), description="How numbers become integers.")
    build: BuildTable = Field(default=BuildTable(), description="Whose kernels the firmware links.")
    budget: Budget = Field(default=Budget(), description="What the firmware may take.")
    gates: Gates = Field(default=Gates(), description="Limits checked after the build.")


def load_project(path: Path) -> Project:
    """Read a project file, or the one in a directory; its paths come back resolved.

    Raises:
        InputError: no such file, not TOML, unknown or missing keys, values of the wrong type.
    """
    file = path / FILE_NAME if path.is_dir() else path
    if not file.is_file():
        raise InputError(
            f"no {FILE_NAME} in {file.parent}", "give a MODEL, or write one with: mcuq init"
        )
    try:
        keys = read_toml(file)
    except BoardError as error:
        raise InputError(error.cause, error.hint) from error
    try:
        project = Project.model_validate(keys)
    except ValidationError as error:
        raise InputError(f"{file}: {_explain(error)}", _known_keys(error)) from error
    return _resolved(project, file.parent)


def _explain(error: ValidationError) -> str:
    return "; ".join(_explain_one(detail) for detail in error.errors())


def _explain_one(detail: Mapping[str, Any]) -> str:
    key = ".".join(map(str, detail["loc"]))
    if detail["type"] == "extra_forbidden":
        return f"unknown key '{key}'"
    if detail["type"] == "missing":
        return f"missing key '{key}'"
    return f"'{key}': {str(detail['msg']).removeprefix('Value error, ')}"


def _known_keys(error: ValidationError) -> str:
    """The keys of the table in which the first unknown key stands."""
    for detail in error.errors():
        if detail["type"] == "extra_forbidden":
            tables: dict[str, type[BaseModel]] = {
                "budget": Budget,
                "gates": Gates,
                "scheme": SchemeTable,
                "build": BuildTable,
            }
            table = tables.get(str(detail["loc"][0]), Project)
            return f"known keys: {', '.join(table.model_fields)}"
    return "see the mcuq.toml reference in the documentation"


def _resolved(project: Project, folder: Path) -> Project:
    paths = {
        name: (folder / value)
        for name in ("model", "calibration", "search_data", "evaluation", "output", "ranges")
        if (value := getattr(project, name)) is not None
    }
    if project.build.cmsis_nn is not None:
        library = folder / project.build.cmsis_nn
        paths["build"] = project.build.model_copy(update={"cmsis_nn": library})
    return project.model_copy(update=paths)
