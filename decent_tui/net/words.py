"""A message in one line of plain words, for whoever watches the wire."""

from decent_tui.core import messages as wire


def describe(message: wire.Message | wire.Unknown) -> tuple[str, str]:
    """What a message says, and the key it is about ("" if it is about none or several)."""
    match message:
        case wire.Versions():
            return _versions(message)
        case wire.Sync(after=after):
            return ("asks for the next page of what is held" if after else "asks for what it lacks"), ""
        case wire.Heartbeat(seen=seen):
            return ("has seen more now" if seen else "a sign of life"), ""
        case wire.Handshake(node_id=node, name=name):
            return f"I am {name or node}", ""
        case wire.Peers(peers=peers):
            return _count(len(peers), "peer"), ""
        case wire.Keys(keys=keys):
            return _count(len(keys), "key"), ""
        case wire.GetValue(key=key) | wire.PutValue(key=key):
            return key, key
        case wire.Value(key=key, versions=records):
            return f"{key}: {_count(len(records), 'version')}", key
        case wire.ForeignValue(key=key, versions=foreign):
            return f"{key}: {_count(len(foreign), 'version')}", key
        case wire.PushUpdate(snapshot=snapshot):
            return _snapshot(list(snapshot.data))
        case wire.PushRecords(snapshot=pushed):
            return _snapshot(list(pushed.data))
        case wire.Err(err=text):
            return text, ""
        case wire.Gone(nodes=nodes):
            return f"gone: {', '.join(nodes)}", ""
        case wire.Audit():
            return "asks for all that is held", ""
        case wire.Held(batch=batch):
            return f"holds {_count(len(batch.keys), 'version')}", ""
        case wire.Bye():
            return "goodbye", ""
        case wire.Operate(operation=operation):
            key = getattr(operation, "key", "")
            return f"{type(operation).__name__.lower()} {key}".rstrip(), key
        case wire.Answer(refused=text, part=part):
            return text or ("a part of a long answer" if part else "done"), ""
        case wire.Subscribe():
            return "wants to watch", ""
        case wire.Unknown():
            return "unknown message type", ""
        case _:
            return "", ""


def _versions(message: wire.Versions) -> tuple[str, str]:
    keys = message.batch.keys
    words = _count(len(keys), "version")
    if message.more:
        words += ", more to come"
    elif message.listed is not None:
        words += ", and a list of what is held"
    elif message.seen is not None:
        words = f"{words}, all that was missing" if keys else "in sync"
    one = keys[0] if len(set(keys)) == 1 else ""
    return (f"{words}  {one}" if one else words), one


def _snapshot(keys: list[str]) -> tuple[str, str]:
    one = keys[0] if len(keys) == 1 else ""
    return one or _count(len(keys), "key"), one


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
