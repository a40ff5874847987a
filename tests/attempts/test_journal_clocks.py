"""When something happened, by the server's clock: the bound is never before the truth as far as clocks can tell, and tight."""

from hypothesis import given
from hypothesis import strategies as st

from assess.attempts.folding.timing import JUMP_MS, Clocked, ClockJump, clock_jumps, moments_us

MS = 1000


def at(*written: tuple[int, int, int]) -> list[Clocked]:
    """(device ms, monotonic ms, server ms)"""
    return [
        Clocked(n, device, monotonic, server * MS) for n, (device, monotonic, server) in enumerate(written, start=1)
    ]


def test_offline_work_is_bounded_by_the_last_contact_and_the_monotonic_clock() -> None:
    assert moments_us(at((0, 5_000, 100_000), (60_000, 65_000, 9_000_000))) == {1: 100_000 * MS, 2: 160_000 * MS}


def test_what_came_before_is_no_later_than_what_came_after() -> None:
    assert moments_us(at((0, 9_000, 900_000), (1_000, 10, 100_000))) == {1: 100_000 * MS, 2: 100_000 * MS}


def test_page_loaded_again_with_a_higher_clock_is_not_believed_further_than_its_contact() -> None:
    """The second page's clock stands at 9 s although 100 s have passed: without the wall clock it would look like 7 s."""
    entries = at((0, 2_000, 100_000), (100_000, 9_000, 250_000))
    assert moments_us(entries)[2] == 250_000 * MS
    assert clock_jumps(entries) == [ClockJump(2, 93_000)]


def test_device_that_slept_is_believed_to_its_next_contact_only() -> None:
    entries = at((0, 1_000, 100_000), (3_600_000, 2_000, 3_700_000))
    assert moments_us(entries)[2] == 3_700_000 * MS


def test_small_drift_of_the_wall_clock_is_no_jump() -> None:
    assert clock_jumps(at((0, 0, 0), (JUMP_MS + 10, 10, 0), (0, 20, 0))) == [ClockJump(3, -JUMP_MS - 20)]


TRUE_DAY = st.lists(st.tuples(st.integers(JUMP_MS + 1, 10**6), st.integers(0, 10**6)), min_size=1, max_size=20)


@given(TRUE_DAY, st.integers(0, 10**9), st.integers(0, 10**9), st.sets(st.integers(1, 19)))
def test_bound_is_never_before_the_truth_when_no_clock_lies(
    steps: list[tuple[int, int]], wall: int, boot: int, restarts: set[int]
) -> None:
    """Honest clocks, any network delay, any restarts: the bound lies between the true moment and the server's receipt."""
    now, started, entries, truth = 10**7, boot, [], {}
    for n, (pause, delay) in enumerate(steps, start=1):
        now += pause
        if n in restarts:
            started = now
        truth[n] = now
        entries.append(Clocked(n, now + wall, now - started if started <= now else now, (now + delay) * MS))
    found = moments_us(entries)
    assert all(truth[n] * MS <= found[n] <= entries[n - 1].server_us for n in found)
    assert list(found.values()) == sorted(found.values())
