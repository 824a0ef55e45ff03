-- Write which transactions were undone by which, once each.
-- binds: slices smallint[], holder_ids uuid[], corrected_ids uuid[], transaction_ids uuid[], kinds text[],
--        recorded_ats timestamptz[], event_ids uuid[], by_event_ids uuid[], approval_ids uuid[] (pairwise)
-- gives: nothing; a transaction that was undone before stops the whole statement
-- locks: the new rows; the caller has claimed the holders
insert into corrections (
    slice, holder_id, corrected_transaction_id, transaction_id, kind, recorded_at, event_id, by_event_id, approval_id
)
select *
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:corrected_ids as uuid[]),
        cast(:transaction_ids as uuid[]), cast(:kinds as text[]), cast(:recorded_ats as timestamptz[]),
        cast(:event_ids as uuid[]), cast(:by_event_ids as uuid[]), cast(:approval_ids as uuid[])
    )
