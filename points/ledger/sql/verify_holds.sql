-- Holds that are not backed by lots for just their amount, that ended twice or captured what was not posted, and open
-- ones that no sweep would find.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: code, holder_id, hold_id, expected, found
-- locks: nothing
with own as (
    select h.* from holds h
    where
        h.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or h.holder_id = cast(:holder_id as uuid))
),
ends as (
    select e.slice, e.holder_id, e.hold_id, count(*) as ends, sum(e.captured) as captured from hold_ends e
    where
        e.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or e.holder_id = cast(:holder_id as uuid))
    group by e.slice, e.holder_id, e.hold_id
),
uses as (
    select u.slice, u.holder_id, u.hold_id, -sum(u.amount) as taken from lot_uses u
    where
        u.hold_id is not null and
        u.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or u.holder_id = cast(:holder_id as uuid))
    group by u.slice, u.holder_id, u.hold_id
),
captures as (
    select p.slice, p.holder_id, p.hold_id, -sum(p.amount) as posted from postings p
    where
        p.hold_id is not null and p.reason not like 'reversal:%' and
        p.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or p.holder_id = cast(:holder_id as uuid))
    group by p.slice, p.holder_id, p.hold_id
),
open_dues as (
    select d.slice, d.holder_id, d.due_id as hold_id, d.due_at from dues d
    where
        d.what = 'hold' and
        d.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or d.holder_id = cast(:holder_id as uuid))
),
standing as (
    select
        holder_id, hold_id, h.hold_id is null as missing, h.amount, h.expires_at, d.due_at, e.ends,
        coalesce(e.captured, 0) as captured, coalesce(u.taken, 0) as taken, coalesce(c.posted, 0) as posted
    from own h
    full join ends e using (slice, holder_id, hold_id)
    full join captures c using (slice, holder_id, hold_id)
    full join open_dues d using (slice, holder_id, hold_id)
    left join uses u using (slice, holder_id, hold_id)
)
select f.code, s.holder_id, s.hold_id, f.expected, f.found
from standing s
cross join lateral (
    values
    ('HOLD_MISSING', s.missing, '-', coalesce(s.ends, 0)::text),
    ('HOLD_ENDED_TWICE', s.ends > 1, '1', s.ends::text),
    ('HOLD_LOTS', s.ends is null and s.taken <> s.amount, s.amount::text, s.taken::text),
    ('HOLD_END_LOTS', s.ends is not null and s.taken <> s.captured, s.captured::text, s.taken::text),
    ('HOLD_CAPTURE', s.posted <> s.captured, s.captured::text, s.posted::text),
    (
        'HOLD_DUE', s.due_at is distinct from case when s.ends is null then s.expires_at end,
        coalesce(case when s.ends is null then s.expires_at::text end, '-'), coalesce(s.due_at::text, '-')
    )
) as f (code, broken, expected, found)
where f.broken
