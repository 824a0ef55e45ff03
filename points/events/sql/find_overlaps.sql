-- Standing services of these holders that share time with these spans under another key; one second is enough.
-- binds: slices smallint[], holder_ids uuid[], business_keys text[], froms timestamptz[], tos timestamptz[] (pairwise)
-- gives: holder_id, business_key (the one asked), other_key, occurred_at, ended_at (of the other)
-- locks: nothing
select r.holder_id, r.business_key, e.business_key as other_key, e.occurred_at, e.ended_at
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:business_keys as text[]),
        cast(:froms as timestamptz[]), cast(:tos as timestamptz[])
    ) as r (slice, holder_id, business_key, starts_at, ends_at)
join events e
    on (e.slice, e.holder_id) = (r.slice, r.holder_id) and e.kind = 'service' /* slices: e */
    -- No service is longer than two days; the bound keeps the read on the index.
    and e.occurred_at < r.ends_at and e.occurred_at > r.starts_at - interval '2 days'
    and e.ended_at > r.starts_at and e.business_key <> r.business_key
    and not exists (
        select from corrections c where (c.slice, c.holder_id, c.event_id) = (e.slice, e.holder_id, e.event_id)
    )
