-- Activities with their shifts, what is needed to check in, and every scan that was refused, with its reason.
-- Attendance itself is not here: it is read from the events checked_in and checked_out.
-- Locks: an instant on events for its new index (building it blocks writers while it runs); all tables are new.

create table activities (
    activity_id uuid primary key,
    code text not null check (code ~ '^[A-Z2-7]{8}$'),
    organisation_id uuid not null,
    unit_id uuid references units,
    title jsonb not null,
    place jsonb not null,
    state text not null default 'draft' check (state in ('draft', 'open', 'called_off')),
    key_epoch integer not null default 1 check (key_epoch > 0),
    created_by uuid not null,
    created_at timestamptz not null,
    opened_at timestamptz,
    called_off_at timestamptz,
    constraint activities_code unique (code),
    constraint activities_opened check (state <> 'open' or opened_at is not null),
    constraint activities_called_off check ((state = 'called_off') = (called_off_at is not null))
);
create index activities_by_organisation on activities (organisation_id, created_at);

create table shifts (
    shift_id uuid primary key,
    activity_id uuid not null references activities,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    capacity integer not null check (capacity between 1 and 100000),
    constraint shifts_length check (ends_at > starts_at and ends_at <= starts_at + interval '16 hours'),
    constraint shifts_whole_minutes check (date_trunc('minute', starts_at) = starts_at and date_trunc('minute', ends_at) = ends_at)
);
create index shifts_by_activity on shifts (activity_id, starts_at);
create index shifts_by_end on shifts (ends_at);

-- A verified scan waiting for its person's confirmation. Only the hash of the ticket is kept.
create table check_in_tickets (
    ticket_hash bytea primary key,
    ticket_id uuid not null unique,
    activity_id uuid not null references activities,
    gate text not null check (gate in ('in', 'out')),
    holder_id uuid,
    scanned_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    answer jsonb,
    constraint check_in_tickets_used check (used_at is null or holder_id is not null)
);
create index check_in_tickets_by_age on check_in_tickets (expires_at);

create table refused_scans (
    refused_id uuid primary key,
    at timestamptz not null,
    reason text not null,
    way text not null check (way in ('venue_code', 'typed_code', 'late_scan')),
    activity_id uuid,
    gate text,
    actor_id uuid,
    device_id uuid
);
create index refused_scans_by_activity on refused_scans (activity_id, at);
create index refused_scans_by_actor on refused_scans (actor_id, at);
create index refused_scans_by_device on refused_scans (device_id, at) where device_id is not null;

-- What an enrolled device uploaded, once per counter: the chain of its records, and the final answer to each.
create table late_scans (
    device_id uuid not null,
    counter bigint not null check (counter > 0),
    ref text not null,
    record_sha256 bytea not null,
    shift_id uuid,
    received_at timestamptz not null,
    outcome text not null check (outcome in ('accepted', 'repeat', 'refused')),
    reason text,
    primary key (device_id, counter),
    constraint late_scans_ref unique (device_id, ref)
);

-- Who is at a shift: the only question asked of events that does not begin with a holder.
create index events_by_shift on events ((data ->> 'shift_id'), occurred_at) where kind in ('checked_in', 'checked_out');
