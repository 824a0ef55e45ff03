-- Postings of a programme that were learnt after a period was closed and yet count within it. A batch that had begun
-- when it was closed may still commit for a minute.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: code, holder_id, point_kind, seq, expected, found
-- locks: nothing
select
    'CLOSED_PERIOD' as code, p.holder_id, p.point_kind, p.seq, c.to_on::text as expected, p.effective_at::text as found
from periods c
join postings p
    on p.contra = 'issuance:' || c.programme
    and p.recorded_at > c.closed_at + interval '60 seconds'
    and p.effective_at >= cast(c.from_on as timestamp) at time zone 'Asia/Shanghai'
    and p.effective_at < cast(c.to_on as timestamp) at time zone 'Asia/Shanghai'
where
    p.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
    and (cast(:holder_id as uuid) is null or p.holder_id = cast(:holder_id as uuid))
