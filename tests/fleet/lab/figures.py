# SPDX-License-Identifier: Apache-2.0
"""The figures of a scenario, each with its required value."""
import sys


class Figures:
    def __init__(self):
        self.failures = 0

    def title(self, text):
        print(text, flush=True)

    def note(self, name, value):
        print(f"  {name:<44} {value}", flush=True)

    def check(self, is_met, name, value, required):
        self.failures += not is_met
        print(f"  {name:<44} {value:<14} {required:<22} {'ok' if is_met else 'FAILED'}", flush=True)

    def equal(self, name, value, wanted):
        self.check(value == wanted, name, str(value), f"must be {wanted}")

    def between(self, name, value, least, most):
        self.check(least <= value <= most, name, str(value), f"must be {least} to {most}")

    def within(self, name, seconds, most):
        """A duration and its limit in seconds."""
        self.check(seconds <= most, name, format_duration(seconds), f"at most {format_duration(most)}")

    def wave(self, wave, distinct_tokens=1):
        """All calls have a token, and the tokens are the same unless said otherwise."""
        self.equal("calls that failed", len(wave.failed), 0)
        if distinct_tokens is not None:
            self.equal("different tokens", len(wave.tokens), distinct_tokens)
        secrets = (wave.tokens | {call.host.environment["SASE_API_KEY"] for call in wave.calls}) - {""}
        if any(secret in call.err for secret in secrets for call in wave.calls):
            self.equal("messages with a token or a key", "some", "none")
        show_failures(wave)

    def finish(self):
        print("all figures are met" if not self.failures else f"{self.failures} figures are not met")
        sys.exit(1 if self.failures else 0)


def show_failures(wave):
    """The messages of up to three failures."""
    for call in wave.failed[:3]:
        print(f"    {call.host.name} ended with {call.code} after {call.took:.2f} s: {call.err.strip()[:300]}")


def format_duration(seconds):
    return f"{seconds * 1000:.0f} ms" if seconds < 0.1 else f"{seconds:.2f} s"
