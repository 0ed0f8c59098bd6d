"""A real node, in this process and elsewhere: what a command does must not depend on it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from decent_tui.core.address import Address
from decent_tui.net.interface import NodeInterface
from decent_tui.net.remote import RemoteNode
from tests.net.support import memory_node


@pytest_asyncio.fixture(params=["here", "elsewhere"])
async def node(request: pytest.FixtureRequest) -> AsyncIterator[NodeInterface]:
    async with memory_node() as node:
        if request.param == "here":
            yield node
        else:
            async with RemoteNode(Address(node.host, node.port)) as remote:
                yield remote
