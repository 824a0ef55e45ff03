-- What to call each of these holders.
-- binds: slices smallint[], holder_ids uuid[] (pairwise)
-- gives: holder_id, kind, number (a body's code; the id where there is neither), name_sealed and wrapped (of a person
--        who was not erased), title (of a body)
-- locks: nothing
select
    h.holder_id, h.kind, coalesce(r.number, f.number, o.code, h.holder_id::text) as number,
    r.name_sealed, k.wrapped, o.title
from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as w (slice, holder_id)
join holders h on (h.slice, h.holder_id) = (w.slice, w.holder_id) /* slices: h */
left join residents r on (r.slice, r.holder_id) = (h.slice, h.holder_id)
left join person_keys k on (k.slice, k.holder_id) = (h.slice, h.holder_id)
left join households f on (f.slice, f.holder_id) = (h.slice, h.holder_id)
left join organisations o on (o.slice, o.holder_id) = (h.slice, h.holder_id)
