"""Every model of an image on the board, one after the other and again, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcuq.bundle.member import Member
from mcuq.bundle.samples import Questions, questions
from mcuq.bundle.settings import BUNDLES
from mcuq.compiler import FirmwareImage
from mcuq.errors import DeviceError
from mcuq.pipeline.profile import most_instructions
from mcuq.progress import Progress, ProgressCallback
from mcuq.result.manifest import DeviceFigures
from mcuq.tflite.wheel import has_oracle
from mcuq_hil import Session, open_session
from mcuq_hil.boards import Board


@dataclass(frozen=True)
class Answered:
    """What a model did: runs compared, all of them equal; counts of one inference."""

    samples: int
    counts: int
    arena_high_water: int


def verify_image(
    board: Board,
    image: FirmwareImage,
    members: Sequence[Member],
    port: str | None,
    progress: ProgressCallback,
) -> tuple[tuple[Answered, ...], DeviceFigures]:
    """Run all models in turn, so that each finds in RAM what another one has left there. Those
    that keep states do so from one of their runs to the next, over the runs of the others.

    Raises:
        DeviceError: a byte differs from what it has to be, or the image holds other models.
        InputError: TensorFlow Lite Micro does not run a model. HilError: the board or link failed.
    """
    what = "TFLite Micro" if has_oracle() else "exact arithmetic"
    progress(Progress("verify", note=f"samples in {what}"))
    asked = [questions(member.flatbuffer, seed) for seed, member in enumerate(members)]
    with open_session(board, image.elf, port) as session:
        session.expect(max(most_instructions(m.manifest.result.macs) for m in members))
        if session.ready.models != len(members):
            raise DeviceError(
                f"the image holds {session.ready.models} models, not {len(members)}",
                "please report it",
            )
        for run in range(BUNDLES.samples):
            progress(Progress("verify", run, BUNDLES.samples, f"on {board.name}"))
            for number, member in enumerate(members):
                session.select(number)
                _compare(session, member, asked[number], run)
        answered = tuple(
            _measured(session, number, question) for number, question in enumerate(asked)
        )
        device = DeviceFigures(
            emulated=port is None,
            unit=session.unit,
            stack_high_water=session.stack_high_water(),
        )
    return answered, device


def _compare(session: Session, member: Member, asked: Questions, run: int) -> None:
    if asked.begins(run):
        session.begin()
    found = session.run([values[run].tobytes() for values in asked.inputs])
    if found != [values[run].tobytes() for values in asked.expected]:
        raise DeviceError(
            f"outputs of {member.names.word} differ on the device in this image",
            f"`mcuq run` tells whether {member.folder} alone is right; please report it",
        )


def _measured(session: Session, number: int, asked: Questions) -> Answered:
    session.select(number)
    inputs = [values[0].tobytes() for values in asked.inputs]
    return Answered(
        len(asked.inputs[0]), session.count(inputs).total, session.arena_high_water(inputs)
    )
