-- Who belongs to these holders on a day: the members of a household, the residents of a town.
-- binds: holder_ids uuid[], as_of date
-- gives: holder_id, member_id
-- locks: nothing
select m.household_id as holder_id, m.member_id
from memberships m
where
    m.household_id = any(cast(:holder_ids as uuid[]))
    and m.from_on <= :as_of and (m.to_on is null or m.to_on > :as_of)
union all
select h.unit_id, h.holder_id
from holders h
where h.unit_id = any(cast(:holder_ids as uuid[])) and h.kind = 'resident'
