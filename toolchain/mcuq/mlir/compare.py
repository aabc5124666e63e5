"""Whether two functions say the same, whatever their values are called."""

from __future__ import annotations

from mcuq.mlir.syntax import Function, Operation, Value


class MismatchError(ValueError):
    """Something in a function is not as mcuq writes it; `line` says where."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line


def compare(found: Function, expected: Function) -> None:
    """Compare a function that was read with the one it should be.

    Raises:
        MismatchError: they differ; names the first difference.
    """
    _Comparison(found, expected).run()


class _Comparison:
    def __init__(self, found: Function, expected: Function) -> None:
        self._found, self._expected = found, expected
        arguments = zip(found.arguments, expected.arguments, strict=True)
        self._name = {mine.name: theirs.name for mine, theirs in arguments}

    def run(self) -> None:
        found, expected = self._found.operations, self._expected.operations
        for mine, theirs in zip(found, expected, strict=False):
            self._compare_operations(mine, theirs)
        if len(found) > len(expected):
            raise MismatchError(
                f"'{found[len(expected)].name}' belongs to no operator", found[len(expected)].line
            )
        last = found[-1].line if found else 1
        if len(found) < len(expected):
            raise MismatchError(f"'{expected[len(found)].name}' should follow", last)
        if not self._same(self._found.outputs, self._expected.outputs):
            raise MismatchError("the function does not return what mcuq.outputs names", last)

    def _compare_operations(self, found: Operation, expected: Operation) -> None:
        what, line = f"'{found.name}'", found.line
        if found.name != expected.name:
            raise MismatchError(f"{what} stands where '{expected.name}' should", line)
        if found.properties != expected.properties:
            raise MismatchError(f"{what} contradicts the attributes of its operator", line)
        if found.attributes != expected.attributes:
            raise MismatchError(f"{what} has other mcuq attributes than it should", line)
        if not self._same(found.operands, expected.operands):
            raise MismatchError(f"{what} does not read what it should", line)
        mine, theirs = found.result, expected.result
        if mine is None or theirs is None or mine.type != theirs.type:
            raise MismatchError(f"{what} gives another type than it should", line)
        self._name[mine.name] = theirs.name

    def _same(self, found: tuple[Value, ...], expected: tuple[Value, ...]) -> bool:
        return [self._name[value.name] for value in found] == [value.name for value in expected]
