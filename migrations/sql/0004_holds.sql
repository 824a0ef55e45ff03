-- The ledger, continued: lots, holds and their ends, pending amounts, item keys, the outbox, periods and limits.
-- Locks nothing: all tables are new.

create table lots (
    slice smallint not null,
    holder_id uuid not null,
    point_kind text not null,
    seq bigint not null,
    remaining bigint not null check (remaining >= 0),
    grace text not null default 'told' check (grace in ('told', 'returned')),
    constraint lots_pkey primary key (slice, holder_id, point_kind, seq),
    constraint lots_posting foreign key (slice, holder_id, point_kind, seq) references postings
);

create table holds (
    slice smallint not null,
    holder_id uuid not null,
    hold_id uuid not null,
    point_kind text not null,
    amount bigint not null check (amount > 0),
    purpose text not null,
    held_at timestamptz not null,
    expires_at timestamptz not null,
    constraint holds_pkey primary key (slice, holder_id, hold_id),
    constraint holds_account foreign key (slice, holder_id, point_kind) references accounts
);
create index holds_due on holds (expires_at);

create table hold_ends (
    slice smallint not null,
    holder_id uuid not null,
    hold_id uuid not null,
    ending text not null check (ending in ('captured', 'released', 'expired')),
    captured bigint not null default 0 check (captured >= 0),
    ended_at timestamptz not null,
    ended_by uuid,
    constraint hold_ends_pkey primary key (slice, holder_id, hold_id),
    constraint hold_ends_hold foreign key (slice, holder_id, hold_id) references holds
);

create table lot_uses (
    slice smallint not null,
    holder_id uuid not null,
    use_no bigint not null,
    point_kind text not null,
    lot_seq bigint not null,
    posting_seq bigint,
    hold_id uuid,
    amount bigint not null check (amount <> 0),
    constraint lot_uses_pkey primary key (slice, holder_id, use_no),
    constraint lot_uses_lot foreign key (slice, holder_id, point_kind, lot_seq) references lots,
    constraint lot_uses_reason check (posting_seq is not null or hold_id is not null)
);
create index lot_uses_by_hold on lot_uses (slice, holder_id, hold_id) where hold_id is not null;

create table pending (
    slice smallint not null,
    holder_id uuid not null,
    pending_id uuid not null,
    due_at timestamptz not null,
    what text not null check (what in ('matures', 'lapses')),
    data jsonb not null,
    constraint pending_pkey primary key (slice, holder_id, pending_id)
);
create table pending_ends (
    slice smallint not null,
    holder_id uuid not null,
    pending_id uuid not null,
    outcome text not null,
    ended_at timestamptz not null,
    constraint pending_ends_pkey primary key (slice, holder_id, pending_id)
);

create table item_keys (
    slice smallint not null,
    holder_id uuid not null,
    principal_id uuid not null,
    key text not null,
    fingerprint bytea not null,
    outcome jsonb not null,
    constraint item_keys_pkey primary key (slice, holder_id, principal_id, key)
);

create table outbox (
    slice smallint not null,
    holder_id uuid not null,
    version bigint not null,
    no smallint not null,
    kind text not null,
    data jsonb not null,
    constraint outbox_pkey primary key (slice, holder_id, version, no)
);

create table periods (
    programme text not null,
    "from" date not null,
    "to" date not null,
    closed_at timestamptz not null,
    primary key (programme, "from"),
    check ("from" < "to")
);

create table limits (
    limit_id text primary key,
    granted bigint not null default 0,
    ceiling bigint not null,
    check (granted <= ceiling)
);
