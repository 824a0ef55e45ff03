-- Households and who belongs to them, from which day to which. A member is found first, so the member's slice leads.
-- Locks nothing that is used: memberships never held a row.
drop table memberships;
create table memberships (
    slice smallint not null,
    member_id uuid not null,
    from_on date not null,
    to_on date,
    household_id uuid not null,
    may_spend boolean not null default false,
    constraint memberships_pkey primary key (slice, member_id, from_on),
    constraint memberships_holder foreign key (slice, member_id) references holders,
    constraint memberships_span check (to_on is null or to_on > from_on)
);
create index memberships_of_household on memberships (household_id);
create table households (
    slice smallint not null,
    holder_id uuid not null,
    number text not null,
    registered_at timestamptz not null,
    constraint households_pkey primary key (slice, holder_id),
    constraint households_holder foreign key (slice, holder_id) references holders
);
create table household_numbers (
    number text primary key,
    holder_id uuid not null
);
