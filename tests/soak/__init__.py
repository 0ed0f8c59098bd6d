"""Real processes under load and trouble for as long as one likes: `python -m tests.soak --minutes 20`."""
