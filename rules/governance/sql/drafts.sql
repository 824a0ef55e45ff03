-- Drafts with what became of them, the newest first: those asked for, or those of a programme (or of all) that still stand.
-- binds: draft_ids uuid[] or null, programme text or null, most integer
-- gives: the columns of drafts, superseded_by, withdrawn_because, withdrawn_at
-- locks: nothing.
select d.draft_id, d.programme, d.base_sha256, d.draft_sha256, d.text, d.parameter, d.author_id, d.reason, d.basis,
       d.created_at, d.supersedes_draft_id, s.draft_id as superseded_by, w.reason as withdrawn_because, w.withdrawn_at
from drafts d
left join drafts s on s.supersedes_draft_id = d.draft_id
left join draft_withdrawals w on w.draft_id = d.draft_id
where case
          when cast(:draft_ids as uuid[]) is null
          then s.draft_id is null and w.draft_id is null
               and (cast(:programme as text) is null or d.programme = cast(:programme as text))
          else d.draft_id = any (cast(:draft_ids as uuid[]))
      end
order by d.created_at desc, d.draft_id
limit :most
