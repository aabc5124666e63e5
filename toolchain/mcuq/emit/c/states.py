"""What a model keeps between runs, in its C: the bytes, what resets them, what callers see."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.cost.memory import MemoryPlan
from mcuq.emit.c.constants import array_definition
from mcuq.emit.c.literals import c_comment
from mcuq.emit.c.names import Names

_INDENT = "    "


@dataclass(frozen=True)
class StateDeclarations:
    """What NAME.h says of states.

    Attributes:
        usage: lines of the comment at its head.
        sizes: definitions of constants.
        functions: what sets the model up, resets it and gives its states.
    """

    usage: str
    sizes: str
    functions: str


_STATELESS = """\
/* Call it once before the first run. There is nothing to set up: all state is constant. */
static inline void {word}_init(void)
{{
}}
"""
_STATEFUL = """\
/* Before a new sequence: states take their initial values. */
void {word}_reset(void);

/* {macro}_STATE_BYTES to save and to restore: with other states, a run is of another sequence. */
int8_t *{word}_state(void);

/* Call it once before the first run. */
static inline void {word}_init(void)
{{
    {word}_reset();
}}
"""
_USAGE = """\
 *
 * Runs depend on those before: call {word}_init() before the first one, {word}_reset() before
 * a new sequence.
"""


def state_declarations(memory: MemoryPlan, names: Names) -> StateDeclarations:
    """Of NAME.h; without states it has NAME_init alone."""
    if not memory.states:
        return StateDeclarations("", "", _STATELESS.format(word=names.word))
    return StateDeclarations(
        _USAGE.format(word=names.word),
        f"#define {names.macro}_STATE_BYTES {memory.state_bytes}\n",
        _STATEFUL.format(word=names.word, macro=names.macro),
    )


def state_array(memory: MemoryPlan, names: Names) -> list[str]:
    """The definition of the states' bytes, if there are any."""
    if not memory.states:
        return []
    return [
        "#include <string.h>\n\n"
        f"static int8_t state[{names.macro}_STATE_BYTES] __attribute__((aligned(16)));"
    ]


def reset_function(memory: MemoryPlan, names: Names) -> list[str]:
    """The initial values and NAME_reset, if there are states."""
    if not memory.states:
        return []
    parts, lines = list[str](), list[str]()
    for number, state in enumerate(memory.program.qgraph.states):
        start, size = memory.states[state.read], state.initial.nbytes
        lines.append(f"{_INDENT}/* {c_comment(state.name)} */")
        if state.initial_byte is None:
            parts.append(array_definition(f"initial_{number}", state.initial))
            lines.append(f"{_INDENT}memcpy(state + {start}, initial_{number}, {size});")
        else:
            lines.append(f"{_INDENT}memset(state + {start}, {state.initial_byte}, {size});")
    return [*parts, f"void {names.word}_reset(void)\n{{\n" + "\n".join(lines) + "\n}"]


def state_fields(memory: MemoryPlan, names: Names) -> list[str]:
    """Of the object that runners see, if there are states."""
    if not memory.states:
        return []
    return [
        ".state = state,\n",
        f".state_bytes = {names.macro}_STATE_BYTES,\n",
        f".reset = {names.word}_reset,\n",
    ]


def state_functions(memory: MemoryPlan, names: Names) -> list[str]:
    """The function that gives the states, if there are any."""
    if not memory.states:
        return []
    return [f"\n\nint8_t *{names.word}_state(void)\n{{\n    return state;\n}}"]
