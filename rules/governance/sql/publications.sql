-- Drafts that their authors made public, with how many endorse them, and a row a comment with its answer (or one row without).
-- binds: draft_ids uuid[] or null for all
-- gives: draft_id, published_at, comments_until, endorsements, comment_id, comment, written_at, answer, answered_at
-- locks: nothing.
select p.draft_id, p.published_at, p.comments_until,
       (select count(*) from draft_endorsements e where e.draft_id = p.draft_id) as endorsements,
       c.comment_id, c.comment, c.written_at, a.answer, a.answered_at
from draft_publications p
left join draft_comments c on c.draft_id = p.draft_id
left join comment_answers a on a.comment_id = c.comment_id
where cast(:draft_ids as uuid[]) is null or p.draft_id = any (cast(:draft_ids as uuid[]))
order by p.draft_id, c.written_at, c.comment_id
