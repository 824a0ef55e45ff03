-- Shared limits with what was given from them, the newest window of each first, a page at a time.
-- binds: programme text (null: all), after text (the last id of the page before; empty for the first page), most integer
-- gives: limit_id, granted, ceiling
-- locks: nothing
select l.limit_id, l.granted, l.ceiling
from limits l
where
    (:after = '' or l.limit_id < :after)
    and (cast(:programme as text) is null or split_part(l.limit_id, '/', 1) = cast(:programme as text))
order by l.limit_id desc
limit :most
