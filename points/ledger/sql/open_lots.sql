-- The lots of these accounts that still hold something.
-- binds: slices smallint[], holder_ids uuid[], point_kinds text[], froms bigint[] (pairwise; no open lot lies before `from`)
-- gives: holder_id, point_kind, seq, remaining, expires_at (null: never), grace_days (null: never touched), extended
-- locks: nothing; whoever decides by these must claim the holders
select
    p.holder_id, p.point_kind, p.seq, coalesce(l.remaining, p.amount) as remaining,
    coalesce(l.extended_to, p.lot_expires_at) as expires_at, l.grace_days, l.extended_to is not null as extended
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:point_kinds as text[]), cast(:froms as bigint[])
    ) as r (slice, holder_id, point_kind, lots_from)
join postings p
    on (p.slice, p.holder_id, p.point_kind) = (r.slice, r.holder_id, r.point_kind) /* slices: p */
    and p.seq >= r.lots_from and p.amount > 0
left join lots l on (l.slice, l.holder_id, l.point_kind, l.seq) = (p.slice, p.holder_id, p.point_kind, p.seq)
where coalesce(l.remaining, p.amount) > 0
