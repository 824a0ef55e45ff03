"""How rarely the garbage collector runs in a process that lives long and decides in batches.

A batch makes tens of thousands of small objects that die with it by reference counts alone; looking through them
for cycles each seven hundred costs a quarter of an award's time. Must never switch the collector off.
"""

import gc


def collect_rarely() -> None:
    """Leave what the start has loaded alone, and look for cycles after fifty thousand new objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
