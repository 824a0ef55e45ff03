-- What every package stands on: the audit log, request keys, firings, the key file's fingerprint.
-- Locks nothing: all tables are new.

create table audit (
    audit_id uuid primary key,
    at timestamptz not null,
    actor_id uuid,
    request_id text,
    action text not null,
    object_kind text not null,
    object_id text not null,
    data jsonb not null
);
create index audit_by_object on audit (object_kind, object_id, at);
create index audit_by_actor on audit (actor_id, at);

create table request_keys (
    principal_id uuid not null,
    key text not null,
    fingerprint bytea not null,
    status smallint not null,
    body bytea not null,
    at timestamptz not null,
    constraint request_keys_pkey primary key (principal_id, key)
);
create index request_keys_by_age on request_keys (at);

create table firings (
    job text not null,
    due_at timestamptz not null,
    fired_at timestamptz not null,
    primary key (job, due_at)
);

create table key_fingerprints (
    purpose text primary key,
    fingerprint bytea not null,
    since timestamptz not null
);
