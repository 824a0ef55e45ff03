-- What waits for a decision, oldest first.
-- binds: kinds text[], now timestamptz
-- gives: the columns of approvals, and an empty decision
-- locks: nothing.
select a.approval_id, a.kind, a.object_id, a.sha256, a.author_id, a.submitted_at, a.expires_at, a.data,
       d.decided_by, d.approved, d.reason, d.decided_at
from approvals a
left join approval_decisions d using (approval_id)
where a.kind = any(cast(:kinds as text[]))
  and d.approval_id is null
  and a.expires_at > :now
order by a.submitted_at, a.approval_id
