import asyncio
import os
from pathlib import Path

from decent_tui.commands.stdio import Input, Output

WITHIN = 20


async def read_all(source: Input) -> bytes:
    blocks = []
    while block := await source.read():
        blocks.append(block)
    return b"".join(blocks)


async def test_a_file_is_read_to_its_end(tmp_path: Path) -> None:
    data = os.urandom(1_000_000)
    path = tmp_path / "file"
    path.write_bytes(data)
    with path.open("rb") as file:
        assert await asyncio.wait_for(read_all(Input(file.fileno())), WITHIN) == data


async def test_dev_null_and_what_is_no_file_end_at_once() -> None:
    with open(os.devnull, "rb") as null:  # noqa: ASYNC230
        assert await asyncio.wait_for(Input(null.fileno()).read(), WITHIN) == b""
    assert await asyncio.wait_for(Input(9_999).read(), WITHIN) == b""


async def test_descriptors_that_somebody_made_non_blocking() -> None:
    there, here = os.pipe()
    os.set_blocking(there, False)
    os.set_blocking(here, False)
    source, output = Input(there), Output(here)
    data = os.urandom(500_000)  # more than a pipe holds
    output.write(data)
    received = b""
    async with asyncio.timeout(WITHIN):
        while len(received) < len(data):
            received += await source.read()
        await output.flush()
    assert received == data
    os.close(here)
    assert await asyncio.wait_for(source.read(), WITHIN) == b""
    os.close(there)


async def test_output_waits_for_a_slow_reader_and_gives_up_on_one_that_is_gone() -> None:
    there, here = os.pipe()
    output = Output(here)
    output.write(bytes(2 * Output.LIMIT))
    ready = asyncio.create_task(output.ready())
    await asyncio.sleep(0)
    assert not ready.done()
    os.close(there)
    await asyncio.wait_for(ready, WITHIN)
    output.write(b"nobody hears this")
    await asyncio.wait_for(output.flush(), WITHIN)
    os.close(here)
