"""Strategies that draw any value of a wire type, read off the type itself: a message that is new needs none
of its own, and a type that is not known here fails the tests."""

from hypothesis import strategies as st
from msgspec import Raw, inspect

from decent_tui.core.messages import Message, RequestId

characters = st.characters(exclude_categories=["Cs"])
"""Any that UTF-8 can carry, controls and all."""

_RAWS = (b"1", b"null", b"-0.5", b'"\\u0000"', b'{"a":[1,{}]}', b"[]", b"1e400", b'"\xc3\xa4"')
raws = st.sampled_from(_RAWS).map(Raw)
request_ids: st.SearchStrategy[RequestId] = st.none() | st.integers(-(2**63), 2**63 - 1) | st.text(characters)


def anything(kind: inspect.Type) -> st.SearchStrategy[object]:
    """Any value of a type that msgspec knows, within its constraints."""
    match kind:
        case inspect.NoneType():
            return st.none()
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType(ge=low, le=high):
            return st.integers(-(2**53) if low is None else low, 2**53 if high is None else high)
        case inspect.FloatType():
            return st.floats(allow_nan=False, allow_infinity=False)
        case inspect.StrType(min_length=low, max_length=high):
            return st.text(
                st.characters(exclude_categories=["Cs"]), min_size=low or 0, max_size=min(high or 6, 6)
            )
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.RawType():
            return raws
        case inspect.ListType(item_type=item):
            return st.lists(anything(item), max_size=3)
        case inspect.VarTupleType(item_type=item):
            return st.lists(anything(item), max_size=3).map(tuple)
        case inspect.TupleType(item_types=items):
            return st.tuples(*map(anything, items))
        case inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(anything(key), anything(value), max_size=3)
        case inspect.UnionType(types=types):
            return st.one_of(*map(anything, types))
        case inspect.StructType(cls=struct, fields=fields):
            return st.builds(struct, **{field.name: anything(field.type) for field in fields})
    raise NotImplementedError(f"no strategy for {kind}")


ANY: dict[type[Message], st.SearchStrategy[Message]] = {
    kind: anything(inspect.type_info(kind))
    for kind in sorted(Message.__subclasses__(), key=lambda kind: kind.__name__)
}
"""Any message, by type."""
