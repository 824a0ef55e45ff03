-- What programs were told of a holder and of the registers merged into it, newest first, below a position.
-- binds: slices smallint[], holder_ids uuid[] (pairwise), before_at timestamptz, before_id uuid, most integer
-- gives: disclosure_id, label (whose program), purpose, data, disclosed_at
-- locks: nothing
select d.disclosure_id, a.label, d.purpose, d.data, d.disclosed_at
from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as w (slice, holder_id)
join disclosures d on (d.slice, d.holder_id) = (w.slice, w.holder_id) /* slices: d */
join actors a on a.actor_id = d.actor_id
where
    cast(:before_at as timestamptz) is null
    or (d.disclosed_at, d.disclosure_id) < (cast(:before_at as timestamptz), cast(:before_id as uuid))
order by d.disclosed_at desc, d.disclosure_id desc
limit :most
