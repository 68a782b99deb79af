"""Facts go through the cache unchanged, and what is not theirs does not come back as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.domain.work import SubjectKind


@dataclass(frozen=True, slots=True)
class Holder:
    owner: str
    amount: int


@dataclass(frozen=True, slots=True)
class Tree:
    share: Decimal | Unknown
    top: tuple[Holder, ...] | Unknown
    largest: Holder | Unknown | None
    pair: tuple[int, str]
    kind: SubjectKind
    at: datetime
    counts: Mapping[str, int]
    paused: bool
    children: "tuple[Tree, ...]" = ()


unknowns = st.builds(Unknown, st.sampled_from(UnknownReason))
holders = st.builds(Holder, st.text(), st.integers(0, 2**64 - 1))
trees: st.SearchStrategy[Tree] = st.deferred(
    lambda: st.builds(
        Tree,
        share=st.decimals(allow_nan=False, allow_infinity=False) | unknowns,
        top=st.lists(holders).map(tuple) | unknowns,
        largest=st.none() | holders | unknowns,
        pair=st.tuples(st.integers(0, 2**63 - 1), st.text()),
        kind=st.sampled_from(SubjectKind),
        at=st.datetimes(timezones=st.just(UTC)),
        counts=st.dictionaries(st.text(min_size=1), st.integers(0, 2**63 - 1)),
        paused=st.booleans(),
        children=st.just(()) | st.tuples(trees),
    )
)


@given(trees)
def test_what_is_kept_comes_back(tree: Tree) -> None:
    assert decode(encode(tree), Tree | Unknown) == tree


@given(unknowns)
def test_what_is_unknown_stays_so(unknown: Unknown) -> None:
    assert decode(encode(unknown), Tree | Unknown) == unknown


json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from(["", "owner", "amount"]), json | st.just("Holder")) | json)
def test_anything_else_is_refused(value: object) -> None:
    import msgspec  # noqa: PLC0415 - only what is written here by hand needs it

    try:
        holder: Holder = decode(msgspec.json.encode(value), Holder)
    except ValueError:
        return
    assert isinstance(holder.owner, str)
    assert type(holder.amount) is int


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b'{"":"Holder","owner":"a","amount":true}',
        b'{"":"Holder","owner":"a","amount":1,"more":1}',
        b'{"":"Holder","owner":"a","else":1}',
        b'{"":"Tree","owner":"a","amount":1}',
        b"not json",
    ],
)
def test_another_shape_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, it is loaded anew
        decode(data, Holder)
