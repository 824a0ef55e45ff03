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
