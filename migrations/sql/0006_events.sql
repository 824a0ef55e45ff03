-- What happened, with its decisions: an event never exists without them. Locks nothing: all tables are new.

create table events (
    slice smallint not null,
    holder_id uuid not null,
    event_id uuid not null,
    kind text not null,
    subject_id uuid not null,
    derived_from uuid,
    business_key text not null,
    corrects_event_id uuid,
    correction_no integer not null default 0 check (correction_no >= 0),
    item_key text,
    fingerprint bytea not null,
    occurred_at timestamptz not null,
    ended_at timestamptz not null,
    recorded_at timestamptz not null,
    evidence text not null,
    source text not null,
    data jsonb not null,
    decisions jsonb not null,
    constraint events_pkey primary key (slice, holder_id, event_id),
    constraint events_once unique (slice, holder_id, kind, business_key, correction_no),
    constraint events_holder foreign key (slice, holder_id) references holders,
    constraint events_ends check (ended_at >= occurred_at)
);
create index events_by_day on events (slice, holder_id, kind, occurred_at);

create table redecisions (
    slice smallint not null,
    holder_id uuid not null,
    event_id uuid not null,
    programme text not null,
    decision_no integer not null check (decision_no > 0),
    recorded_at timestamptz not null,
    decision jsonb not null,
    constraint redecisions_pkey primary key (slice, holder_id, event_id, programme, decision_no),
    constraint redecisions_event foreign key (slice, holder_id, event_id) references events
);

create table source_refs (
    source text not null,
    ref text not null,
    holder_id uuid not null,
    event_id uuid not null,
    constraint source_refs_pkey primary key (source, ref)
);
