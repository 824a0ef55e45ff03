-- Who may act: actors, what they were granted, their tokens, codes and devices; approvals under four eyes.
-- Of tokens and codes only the SHA-256 is kept. Locks nothing: all tables are new.

create table actors (
    actor_id uuid primary key,
    kind text not null check (kind in ('resident', 'staff', 'device', 'firing', 'vendor')),
    holder_id uuid,
    label text not null,
    created_at timestamptz not null,
    ended_at timestamptz,
    constraint actors_resident check ((kind = 'resident') = (holder_id is not null)),
    constraint actors_same_id check (holder_id is null or holder_id = actor_id)
);

create table role_grants (
    grant_id uuid primary key,
    actor_id uuid not null references actors,
    role text not null check (role in ('organiser', 'merchant', 'official', 'auditor', 'operator')),
    organisation_id uuid,
    merchant_id uuid,
    unit_id uuid,
    granted_at timestamptz not null,
    granted_by uuid,
    ended_at timestamptz
);
create index role_grants_by_actor on role_grants (actor_id);

create table tokens (
    token_sha256 bytea primary key check (length(token_sha256) = 32),
    actor_id uuid not null references actors,
    kind text not null check (kind in ('web', 'api', 'device')),
    scopes jsonb,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    idle_seconds integer check (idle_seconds > 0),
    last_used_at timestamptz not null,
    revoked_at timestamptz
);
create index tokens_by_actor on tokens (actor_id);

create table sign_in_codes (
    code_sha256 bytea primary key check (length(code_sha256) = 32),
    actor_id uuid not null references actors,
    set_at timestamptz not null,
    expires_at timestamptz not null
);
create index sign_in_codes_by_actor on sign_in_codes (actor_id);

-- How often somebody failed within one minute; lost in a crash, which is no harm.
create unlogged table failed_attempts (
    who bytea not null,
    minute timestamptz not null,
    attempts integer not null,
    primary key (who, minute)
);

create table devices (
    device_id uuid primary key,
    actor_id uuid not null references actors,
    organisation_id uuid not null,
    public_key bytea not null check (length(public_key) = 32),
    title text not null,
    enrolled_at timestamptz not null,
    revoked_at timestamptz
);

create table approvals (
    approval_id uuid primary key,
    kind text not null,
    object_id uuid not null,
    sha256 bytea not null check (length(sha256) = 32),
    author_id uuid not null references actors,
    submitted_at timestamptz not null,
    expires_at timestamptz not null,
    data jsonb not null,
    constraint approvals_what_was_seen unique (approval_id, author_id, sha256)
);
create index approvals_by_object on approvals (kind, object_id);

-- The author and the hash are carried along, so that the database itself refuses a decision by the
-- author, a decision about other content, and a second decision.
create table approval_decisions (
    approval_id uuid not null,
    author_id uuid not null,
    sha256 bytea not null,
    decided_by uuid not null references actors,
    approved boolean not null,
    reason text not null,
    decided_at timestamptz not null,
    constraint approval_decisions_pkey primary key (approval_id),
    constraint approval_decisions_seen foreign key (approval_id, author_id, sha256)
        references approvals (approval_id, author_id, sha256),
    constraint approval_decisions_other_eyes check (author_id <> decided_by)
);
