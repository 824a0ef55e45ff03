-- Which household each member belonged to on a day.
-- binds: slices smallint[], member_ids uuid[], days date[] (pairwise)
-- gives: member_id, day, household_id; no row for who belonged to none
-- locks: nothing
select a.member_id, a.day, m.household_id
from
    unnest(cast(:slices as smallint[]), cast(:member_ids as uuid[]), cast(:days as date[]))
    as a (slice, member_id, day)
join memberships m
    on
        (m.slice, m.member_id) = (a.slice, a.member_id) /* slices: m */
        and m.from_on <= a.day and (m.to_on is null or m.to_on > a.day)
