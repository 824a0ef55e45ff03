-- Points that waited and were posted otherwise than they ended, or that no sweep would find.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: code, holder_id, pending_id, expected, found
-- locks: nothing
with own as (
    select w.* from pending w
    where
        w.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or w.holder_id = cast(:holder_id as uuid))
),
ends as (
    select e.slice, e.holder_id, e.pending_id, count(*) as ends, min(e.outcome) as outcome from pending_ends e
    where
        e.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or e.holder_id = cast(:holder_id as uuid))
    group by e.slice, e.holder_id, e.pending_id
),
open_dues as (
    select d.slice, d.holder_id, d.due_id as pending_id, d.due_at from dues d
    where
        d.what = 'pending' and
        d.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or d.holder_id = cast(:holder_id as uuid))
),
posted as (
    select p.slice, p.holder_id, p.case_id as pending_id, count(*) as times,
        min(concat_ws(' ', p.point_kind, p.amount, p.contra, p.reason, p.event_id, p.lot_expires_at)) as said
    from postings p
    where
        p.contra like 'issuance:%' and p.case_id is not null and p.reason not like 'reversal:%' and
        p.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or p.holder_id = cast(:holder_id as uuid))
    group by p.slice, p.holder_id, p.case_id
),
standing as (
    select
        holder_id, pending_id, w.pending_id is null as missing, w.due_at as waits_until, d.due_at, e.ends,
        coalesce(p.times, 0) as times, coalesce(p.said, '-') as said,
        case when e.outcome in ('matured', 'confirmed') then concat_ws(
            ' ', w.data ->> 'point_kind', w.data ->> 'amount', w.data ->> 'contra', w.data ->> 'reason', w.event_id,
            cast(w.data ->> 'lot_expires_at' as timestamptz)
        ) else '-' end as due_to_say
    from own w
    full join ends e using (slice, holder_id, pending_id)
    full join open_dues d using (slice, holder_id, pending_id)
    full join posted p using (slice, holder_id, pending_id)
)
select f.code, s.holder_id, s.pending_id, f.expected, f.found
from standing s
cross join lateral (
    values
    ('PENDING_MISSING', s.missing, '-', s.said),
    ('PENDING_ENDED_TWICE', s.ends > 1, '1', s.ends::text),
    ('PENDING_POSTED', not s.missing and (s.said <> s.due_to_say or s.times > 1), s.due_to_say, s.said),
    (
        'PENDING_DUE', s.due_at is distinct from case when s.ends is null then s.waits_until end,
        coalesce(case when s.ends is null then s.waits_until::text end, '-'), coalesce(s.due_at::text, '-')
    )
) as f (code, broken, expected, found)
where f.broken
