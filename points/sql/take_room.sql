-- Take what is asked of shared limits, or what is left of it.
-- binds: limit_ids text[], asked bigint[], ceilings bigint[] (pairwise; a limit is as high as the newest pack says)
-- gives: limit_id, given; a limit that nobody asked before is missing
-- locks: the limits' rows, in the order of their ids, until the transaction ends
with room as (
    select l.limit_id, least(r.asked, greatest(0, r.ceiling - l.granted)) as given, r.ceiling
    from unnest(cast(:limit_ids as text[]), cast(:asked as bigint[]), cast(:ceilings as bigint[]))
        as r (limit_id, asked, ceiling)
    join limits l on l.limit_id = r.limit_id
    order by l.limit_id
    for update of l
)
update limits l
set granted = l.granted + room.given, ceiling = greatest(room.ceiling, l.granted + room.given)
from room
where l.limit_id = room.limit_id
returning l.limit_id, room.given
