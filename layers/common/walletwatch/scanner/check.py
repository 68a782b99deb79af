"""A check: what facts it needs, and what it finds in them. Checks do no I/O."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from walletwatch.domain.risk import CannotTell, Facts, Finding, Outcome, Unknown


@dataclass(frozen=True, slots=True)
class Check:
    """A question that is asked of a subject.

    Attributes:
        name: As the rules weigh it for the confidence.
        needs: Types of the facts, in the order in which `look` takes them.
        look: What is found; nothing where all is well. May raise `CannotTell`.
        helps: Types of facts that make the findings fuller, and that it does without: `look` takes them
            behind the others, as they are, `Unknown` too, or None where there are none.
    """

    name: str
    needs: tuple[type, ...]
    look: Callable[..., Iterable[Finding]]
    helps: tuple[type, ...] = ()

    def applies(self, facts: Facts) -> bool:
        """Whether there is anything of the kind that it looks at."""
        return all(need in facts for need in self.needs)

    def make(self, facts: Facts) -> Outcome:
        """What becomes of it; facts that are unknown leave it unmade, and so do those that do not suffice."""
        needed = [facts[need] for need in self.needs]
        for fact in needed:
            if isinstance(fact, Unknown):
                return Outcome(self.name, unknown=fact.reason)
        found: list[Finding] = []
        try:
            # One by one, so that what was found before the facts gave out is kept.
            found.extend(self.look(*needed, *(facts.get(help_) for help_ in self.helps)))
        except CannotTell as error:
            return Outcome(self.name, tuple(found), error.reason)
        return Outcome(self.name, tuple(found))


def make_all(checks: Sequence[Check], facts: Facts) -> Sequence[Outcome]:
    """The outcomes of the checks that apply."""
    return [check.make(facts) for check in checks if check.applies(facts)]
