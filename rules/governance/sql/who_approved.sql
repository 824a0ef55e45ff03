-- Whose hands a published version went through: who wrote it and who approved it, when, why; nothing for what was installed.
-- binds: pack_sha256 bytea
-- gives: draft_id, reason, basis, flag_reason (empty where no group is flagged), author_label, submitted_at,
--     decider_label, decided_at
-- locks: nothing.
select a.object_id as draft_id, d.reason, d.basis, coalesce(a.data ->> 'flag_reason', '') as flag_reason, w.label as author_label,
       a.submitted_at, b.label as decider_label, e.decided_at
from rule_packs p
join approvals a on a.approval_id = p.approval_id
join approval_decisions e on e.approval_id = a.approval_id
join drafts d on d.draft_id = a.object_id
join actors w on w.actor_id = a.author_id
join actors b on b.actor_id = e.decided_by
where p.pack_sha256 = :pack_sha256
