-- Write events with their keys and decisions.
-- binds: one array a column, pairwise (see points.events.record)
-- gives: nothing; a business key that is taken stops the whole batch
-- locks: the new rows
insert into events (
    slice, holder_id, event_id, kind, subject_id, derived_from, business_key, corrects_event_id, correction_no,
    item_key, fingerprint, occurred_at, ended_at, recorded_at, evidence, source, data, decisions
)
select *
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:event_ids as uuid[]), cast(:kinds as text[]),
        cast(:subject_ids as uuid[]), cast(:derived_froms as uuid[]), cast(:business_keys as text[]),
        cast(:corrects as uuid[]), cast(:correction_nos as integer[]), cast(:item_keys as text[]),
        cast(:fingerprints as bytea[]), cast(:occurred_ats as timestamptz[]), cast(:ended_ats as timestamptz[]),
        cast(:recorded_ats as timestamptz[]), cast(:evidences as text[]), cast(:sources as text[]),
        cast(:datas as jsonb[]), cast(:decisions as jsonb[])
    )
