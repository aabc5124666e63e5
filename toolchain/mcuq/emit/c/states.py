"""What a model keeps between runs, in its C: the bytes, what resets them, what callers see."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.cost.memory import MemoryPlan
from mcuq.emit.c.constants import array_definition
from mcuq.emit.c.literals import c_comment

_INDENT = "    "


@dataclass(frozen=True)
class StateDeclarations:
    """What model.h says of states.

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
static inline void model_init(void)
{
}
"""
_STATEFUL = """\
/* Before a new sequence: states take their initial values. */
void model_reset(void);

/* MODEL_STATE_BYTES to save and to restore: with other states, a run is of another sequence. */
int8_t *model_state(void);

/* Call it once before the first run. */
static inline void model_init(void)
{
    model_reset();
}
"""


def state_declarations(memory: MemoryPlan) -> StateDeclarations:
    """Of model.h; without states it has model_init alone."""
    if not memory.states:
        return StateDeclarations("", "", _STATELESS)
    usage = (
        " *\n * Runs depend on those before: call model_init() before the first one, model_reset()"
        " before\n * a new sequence.\n"
    )
    return StateDeclarations(usage, f"#define MODEL_STATE_BYTES {memory.state_bytes}\n", _STATEFUL)


def state_array(memory: MemoryPlan) -> list[str]:
    """The definition of the states' bytes, if there are any."""
    if not memory.states:
        return []
    return [
        "#include <string.h>\n\n"
        "static int8_t state[MODEL_STATE_BYTES] __attribute__((aligned(16)));"
    ]


def reset_function(memory: MemoryPlan) -> list[str]:
    """The initial values and model_reset, if there are states."""
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
    return [*parts, "void model_reset(void)\n{\n" + "\n".join(lines) + "\n}"]


def state_fields(memory: MemoryPlan) -> list[str]:
    """Of the object that runners see, if there are states."""
    if not memory.states:
        return []
    return [
        ".state = state,\n",
        ".state_bytes = MODEL_STATE_BYTES,\n",
        ".reset = model_reset,\n",
    ]


def state_functions(memory: MemoryPlan) -> list[str]:
    """The function that gives the states, if there are any."""
    if not memory.states:
        return []
    return ["\n\nint8_t *model_state(void)\n{\n    return state;\n}"]
