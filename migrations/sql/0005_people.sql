-- The register: residents, organisations, units, memberships; what names a person is sealed under the person's own key.
-- Locks nothing: all tables are new.

create table residents (
    slice smallint not null,
    holder_id uuid not null,
    number text not null,
    name_sealed bytea not null,
    identity_sealed bytea,
    phone_sealed bytea,
    born_year smallint,
    registered_at timestamptz not null,
    constraint residents_pkey primary key (slice, holder_id),
    constraint residents_holder foreign key (slice, holder_id) references holders
);
-- Unique over the whole city, sliced by a hash of its own key.
create table resident_numbers (
    number text primary key,
    holder_id uuid not null
);
create table identity_index (
    blind_index bytea primary key,
    holder_id uuid not null
);
create table organisations (
    slice smallint not null,
    holder_id uuid not null,
    code text not null,
    title jsonb not null,
    constraint organisations_pkey primary key (slice, holder_id)
);
create table organisation_codes (
    code text primary key,
    holder_id uuid not null
);
create table units (
    unit_id uuid primary key,
    parent_id uuid references units,
    level text not null check (level in ('city', 'town', 'department', 'grid')),
    title jsonb not null
);
create table memberships (
    slice smallint not null,
    household_id uuid not null,
    member_id uuid not null,
    from_on date not null,
    to_on date,
    may_spend boolean not null default false,
    constraint memberships_pkey primary key (slice, household_id, member_id, from_on)
);
create table holder_aliases (
    slice smallint not null,
    holder_id uuid not null,
    alias_of uuid not null,
    since timestamptz not null,
    ended_at timestamptz,
    constraint holder_aliases_pkey primary key (slice, holder_id, since)
);
