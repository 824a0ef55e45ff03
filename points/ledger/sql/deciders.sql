-- Under which label somebody decided: staff and programs by their own, an approval by its author's and its decider's.
-- binds: actor_ids uuid[], approval_ids uuid[]
-- gives: id (an actor or an approval), decider, author (null for an actor)
-- locks: nothing
select a.actor_id as id, a.label as decider, cast(null as text) as author
from actors a
where a.actor_id = any(cast(:actor_ids as uuid[])) and a.kind <> 'resident'
union all
select v.approval_id, decider.label, author.label
from approvals v
join approval_decisions d on d.approval_id = v.approval_id
join actors author on author.actor_id = v.author_id
join actors decider on decider.actor_id = d.decided_by
where v.approval_id = any(cast(:approval_ids as uuid[]))
