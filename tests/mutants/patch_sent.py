"""Mutants of spec/patch.md: sent patches."""

from __future__ import annotations

from tests.mutants.frames import JSON
from tests.mutants.kinds import Mutant


class LeavesOutNull(Mutant):
    """It leaves `value` out of an operation when it is null."""

    breaks = "patch-shape"

    def make_patch(self, before: dict[str, JSON], after: dict[str, JSON]) -> list[JSON]:
        operations = super().make_patch(before, after)
        return [{k: v for k, v in o.items() if k != "value" or v is not None} for o in operations]


class ReplacesWhatIsNew(Mutant):
    """It sends `replace` for a new member."""

    breaks = "patch-applicable"

    def change_object(self, path: str, before: JSON, after: JSON) -> list[JSON]:
        operations = super().change_object(path, before, after)
        return [{**o, "op": "replace"} if o["op"] == "add" else o for o in operations]


class RemovesFromFront(Mutant):
    """It removes several elements of an array in the order of their indexes."""

    breaks = "patch-applicable"

    def change_array(self, path: str, before: JSON, after: JSON) -> list[JSON]:
        operations = super().change_array(path, before, after)
        removals = [o for o in operations if o["op"] == "remove"]
        return [o for o in operations if o["op"] != "remove"] + removals[::-1]


class EscapesInWrongOrder(Mutant):
    """It escapes `/` before `~`, and so escapes some characters twice."""

    breaks = "patch-escaping"

    def escape(self, name: str) -> str:
        return name.replace("/", "~1").replace("~", "~0")


class NeverEscapes(Mutant):
    """It writes names into pointers as they are."""

    breaks = "patch-escaping"

    def escape(self, name: str) -> str:
        return name


class SeesNoTypes(Mutant):
    """It sends nothing when 1 becomes `true` or `false` becomes 0."""

    breaks = "patch-type-changes"
    hint = "true-is-one"

    def differs(self, before: JSON, after: JSON) -> bool:
        return bool(before != after)


class InsertsOneBefore(Mutant):
    """It adds an element to an array of several one place before the end."""

    breaks = "state-converges"

    def change_array(self, path: str, before: JSON, after: JSON) -> list[JSON]:
        operations = super().change_array(path, before, after)
        if len(before) > 1 and len(after) == len(before) + 1:
            operations[-1]["path"] = f"{path}/{len(before) - 1}"
        return operations


class SeesNoQuotes(Mutant):
    """It sends nothing when a string becomes the number that it reads as."""

    breaks = "patch-type-changes"

    def differs(self, before: JSON, after: JSON) -> bool:
        return super().differs(before, after) and str(before) != str(after)


class SeesNoEmptiness(Mutant):
    """It sends nothing when one empty value becomes another."""

    breaks = "patch-type-changes"

    def differs(self, before: JSON, after: JSON) -> bool:
        return super().differs(before, after) and bool(before or after)
