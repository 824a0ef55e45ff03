-- Rule packs governed whole: a draft may be a new programme's first version, or a text that can not be read yet; an author may
-- make it public, residents comment on it and endorse it, the office answers; authors take their own work back.
-- Everything here is only ever added to, like the rest of what governs rules.
-- Locks drafts, whatif_runs and approval_decisions for an instant: columns lose their "not null", one check is replaced
-- (approval_decisions is read once; it has a row a decision of a person).

alter table drafts
    alter column base_sha256 drop not null,
    alter column draft_sha256 drop not null,
    alter column parameter drop not null;
alter table whatif_runs alter column base_sha256 drop not null;

-- An end by the author's own hand is neither yes nor no: they took it back. One row a submission still, so that a colleague
-- who decides at the same moment and an author who takes it back can not both succeed.
alter table approval_decisions
    alter column approved drop not null,
    drop constraint approval_decisions_other_eyes,
    add constraint approval_decisions_other_eyes check ((author_id = decided_by) = (approved is null));

create table draft_withdrawals (
    draft_id uuid primary key references drafts,
    withdrawn_by uuid not null,
    reason text not null check (reason <> ''),
    withdrawn_at timestamptz not null
);

create table draft_publications (
    draft_id uuid primary key references drafts,
    published_by uuid not null,
    published_at timestamptz not null,
    comments_until date not null
);

-- `place` numbers what one person said of one draft: it bounds how much that may be.
create table draft_comments (
    comment_id uuid primary key,
    draft_id uuid not null references draft_publications,
    holder_id uuid not null,
    place smallint not null,
    comment text not null check (length(comment) between 1 and 500),
    written_at timestamptz not null,
    constraint draft_comments_most check (place between 1 and 5),
    constraint draft_comments_one_at_a_time unique (draft_id, holder_id, place)
);

create table comment_answers (
    comment_id uuid primary key references draft_comments,
    answer text not null check (length(answer) between 1 and 1000),
    answered_by uuid not null,
    answered_at timestamptz not null
);

create table draft_endorsements (
    draft_id uuid not null references draft_publications,
    holder_id uuid not null,
    endorsed_at timestamptz not null,
    constraint draft_endorsements_pkey primary key (draft_id, holder_id)
);

-- Which warnings of a version's end were given already, so that each is given once.
create table sunset_alarms (
    pack_sha256 bytea not null references rule_packs,
    days_before smallint not null check (days_before > 0),
    raised_at timestamptz not null,
    constraint sunset_alarms_pkey primary key (pack_sha256, days_before)
);
