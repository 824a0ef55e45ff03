-- Decisions made again, beside those that stand.
-- binds: slices smallint[], holder_ids uuid[], event_ids uuid[], programme text, decision_nos integer[],
--        recorded_ats timestamptz[], decisions text[] (JSON; pairwise but for the programme)
-- gives: nothing
-- locks: nothing beyond the rows it adds; the caller has claimed the holders
insert into redecisions (slice, holder_id, event_id, programme, decision_no, recorded_at, decision)
select r.slice, r.holder_id, r.event_id, cast(:programme as text), r.decision_no, r.recorded_at, cast(r.decision as jsonb)
from unnest(
    cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:event_ids as uuid[]), cast(:decision_nos as integer[]),
    cast(:recorded_ats as timestamptz[]), cast(:decisions as text[])
) as r (slice, holder_id, event_id, decision_no, recorded_at, decision)
