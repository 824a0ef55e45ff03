-- Postings that break the chain of their account, or that name no reason for being: an award names its event, what
-- lapsed its lot, every other posting its event, hold or case (an approval is a case).
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: code, holder_id, point_kind, seq, expected, found
-- locks: nothing
with chain as (
    select
        p.holder_id, p.point_kind, p.seq, p.balance_after, p.recorded_at, p.contra, p.reason,
        coalesce(p.event_id, p.hold_id, p.case_id) is null as bare, p.event_id is null as eventless,
        row_number() over w as no, sum(p.amount) over w as running, lag(p.recorded_at) over w as earlier
    from postings p
    where
        p.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or p.holder_id = cast(:holder_id as uuid))
    window w as (partition by p.slice, p.holder_id, p.point_kind order by p.seq)
),
broken as (
    select
        c.*,
        case
            when c.contra like 'issuance:%' then c.eventless
            when c.contra = 'expiry' then c.reason not like 'lot:%'
            else c.bare
        end as unnamed
    from chain c
)
select f.code, b.holder_id, b.point_kind, b.seq, f.expected, f.found
from broken b
cross join lateral (
    values
    ('SEQ_GAP', b.seq <> b.no, b.no::text, b.seq::text),
    ('BALANCE_AFTER', b.balance_after <> b.running, b.running::text, b.balance_after::text),
    ('RECORDED_ORDER', b.recorded_at < b.earlier, b.earlier::text, b.recorded_at::text),
    ('NO_REASON', b.unnamed, null, b.contra)
) as f (code, broken, expected, found)
where (b.seq <> b.no or b.balance_after <> b.running or b.recorded_at < b.earlier or b.unnamed) and f.broken
