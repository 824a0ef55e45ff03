"""A department's file of events, as large as it likes: streamed, awarded in batches, resumed, never doubled.

    rows     one row of the file as it was read, or what is wrong with it (pure)
    spool    the file as a stream: its digest, and its rows spread into buckets on disk
    commit   one bucket: batches through `points.award`, each with its own progress in one transaction
    lanes    buckets over several processes
    bring_in the use case: from a path to counts

Must never hold a whole file in memory, and never record a row without saying what became of it.
"""
