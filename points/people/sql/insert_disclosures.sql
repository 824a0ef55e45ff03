-- Log what programs are told of these holders; who is in no register is told of by nobody.
-- binds: slices smallint[], holder_ids uuid[], disclosure_ids uuid[], actor_ids uuid[], purposes text[], datas text[]
--     (pairwise), now timestamptz
-- gives: nothing
-- locks: the new rows
insert into disclosures (slice, holder_id, disclosure_id, actor_id, purpose, data, disclosed_at)
select t.slice, t.holder_id, t.disclosure_id, t.actor_id, t.purpose, t.data, :now
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:disclosure_ids as uuid[]),
        cast(:actor_ids as uuid[]), cast(:purposes as text[]), cast(:datas as text[])
    ) as t (slice, holder_id, disclosure_id, actor_id, purpose, data)
join holders h on (h.slice, h.holder_id) = (t.slice, t.holder_id) /* slices: h */
