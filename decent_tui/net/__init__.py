"""The shell around the core: sockets, timers, one asyncio node."""
