"""How peers are timed."""

import statistics
import time


def rate(step, count, seconds, warm_up=3, least=5):
    """Steps for so many seconds, after a few to warm up; the median step counts."""
    for _ in range(warm_up):
        step()
    times, end = [], time.perf_counter() + seconds
    while len(times) < least or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return count / statistics.median(times)
