"""What holds for all tests: a busy machine makes none of them fail."""

import signal

from hypothesis import HealthCheck, settings

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# a shell that runs the tests in the background has them ignore ctrl+c, and what they start too
signal.signal(signal.SIGINT, signal.default_int_handler)
