"""The check ``unseeded-randomness-in-test`` in Go."""

from __future__ import annotations

from checks.languages.go.events import GoCall
from checks.registry import GO, also, calls
from checks.report import Report


@also(
    "unseeded-randomness-in-test",
    languages=GO,
    on=calls("math/rand.NewSource", "math/rand.Seed"),
    once_a_file=True,
)
def unseeded_randomness_in_test(call: GoCall, report: Report) -> None:
    """A Go test draws numbers from a seed that is the time, and does not say which it was.

    Bad:
        // file: queue/queue_test.go
        package queue

        import (
            "math/rand"
            "testing"
            "time"
        )

        func TestOrder(t *testing.T) {
            random := rand.New(rand.NewSource(time.Now().UnixNano()))
            if err := Check(random.Perm(10)); err != nil {
                t.Fatal(err)
            }
        }
    Good:
        // file: queue/queue_test.go
        package queue

        import (
            "math/rand"
            "testing"
            "time"
        )

        func TestOrder(t *testing.T) {
            seed := time.Now().UnixNano()
            t.Logf("seed: %d", seed)
            random := rand.New(rand.NewSource(seed))
            if err := Check(random.Perm(10)); err != nil {
                t.Fatal(err)
            }
        }
    """
    first = call.argument(0)
    if first is None or "time.Now()" not in call.file.text_of(first):
        return
    report(
        at=call,
        message="The numbers of this test begin somewhere else in every run.",
        why="A run that fails cannot be repeated: nobody knows the seed that it had.",
        fix="Use a fixed seed, or log the one that is used.",
    )
