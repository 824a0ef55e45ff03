-- The ledger: holders, accounts, postings, lots, holds, and what later steps need of them (design: docs/ARCHITECTURE.md).
-- Every large table begins with (slice, holder_id): one holder's history is one contiguous read, and slice can distribute.
-- Locks nothing: all tables are new.

create function slice_of(id uuid) returns smallint
    language sql immutable strict parallel safe
    return (('x' || substr(id::text, 33, 4))::bit(16)::int & 1023)::smallint;

create table holders (
    slice smallint not null,
    holder_id uuid not null,
    kind text not null check (kind in ('resident', 'household', 'organisation', 'unit')),
    unit_id uuid,
    subject_handle bytea not null,
    version bigint not null default 0,
    last_recorded_at timestamptz not null,
    left_on date,
    constraint holders_pkey primary key (slice, holder_id),
    constraint holders_slice check (slice = slice_of(holder_id))
);

create table person_keys (
    slice smallint not null,
    holder_id uuid not null,
    wrapped bytea not null,
    constraint person_keys_pkey primary key (slice, holder_id),
    constraint person_keys_holder foreign key (slice, holder_id) references holders
);

create table point_kinds (
    code text primary key,
    programme text,
    family text not null check (family in ('spendable', 'merit', 'hours', 'debt')),
    scale smallint not null default 0 check (scale between 0 and 6),
    transferable boolean not null default false,
    title jsonb not null
);

create table accounts (
    slice smallint not null,
    holder_id uuid not null,
    point_kind text not null references point_kinds,
    posted bigint not null default 0,
    held bigint not null default 0,
    floor bigint not null default 0 check (floor >= 0),
    seq bigint not null default 0,
    suspended_at timestamptz,
    inactive_expires_on date,
    constraint accounts_pkey primary key (slice, holder_id, point_kind),
    constraint accounts_holder foreign key (slice, holder_id) references holders,
    constraint accounts_held check (held >= 0),
    constraint accounts_floor check (posted - held >= floor)
);

create table postings (
    slice smallint not null,
    holder_id uuid not null,
    point_kind text not null,
    seq bigint not null,
    transaction_id uuid not null,
    contra text not null,
    amount bigint not null check (amount <> 0),
    balance_after bigint not null,
    effective_at timestamptz not null,
    about_on date,
    recorded_at timestamptz not null,
    lot_expires_at timestamptz,
    reason text not null,
    event_id uuid,
    hold_id uuid,
    case_id uuid,
    decided_by uuid,
    title jsonb not null,
    leaf_nonce bytea not null,
    leaf_hash bytea not null,
    constraint postings_pkey primary key (slice, holder_id, point_kind, seq),
    constraint postings_account foreign key (slice, holder_id, point_kind) references accounts
);
create index postings_by_time on postings (slice, holder_id, recorded_at);
create index postings_due on postings (slice, holder_id, lot_expires_at) where amount > 0 and lot_expires_at is not null;

create table corrections (
    slice smallint not null,
    holder_id uuid not null,
    corrected_transaction_id uuid not null,
    transaction_id uuid not null,
    kind text not null check (kind in ('reversal', 'adjustment')),
    constraint corrections_pkey primary key (slice, holder_id, corrected_transaction_id)
);

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
