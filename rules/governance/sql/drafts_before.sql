-- A draft and all those whose place it took, one after the other.
-- binds: draft_id uuid
-- gives: draft_id
-- locks: nothing.
with recursive line as (
    select draft_id, supersedes_draft_id from drafts where draft_id = :draft_id
    union all
    select d.draft_id, d.supersedes_draft_id from drafts d join line l on d.draft_id = l.supersedes_draft_id
)
select draft_id from line
