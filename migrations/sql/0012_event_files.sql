-- Departments' files of events: which came in, how far each was taken, what became of its rows.
-- Refused rows keep their cells, digits of identity numbers masked, so that the department can correct them.
-- Nothing is edited: how far a file was taken is the batches that stand. Locks nothing: all tables are new.

create table event_files (
    file_id uuid primary key,
    source text not null,
    filename text not null,
    file_sha256 bytea not null,
    header jsonb not null,
    size_bytes bigint not null,
    rows_count bigint not null,
    buckets_count integer not null check (buckets_count > 0),
    began_at timestamptz not null,
    constraint event_files_once unique (source, file_sha256)
);
create index event_files_by_time on event_files (began_at);

-- One batch is one transaction: its events and this row stand or fall together, so a crash loses and doubles nothing.
create table event_file_batches (
    file_id uuid not null references event_files,
    bucket integer not null,
    first_place integer not null check (first_place >= 0),
    rows_count integer not null check (rows_count > 0),
    recorded_rows integer[] not null,
    repeat_rows integer[] not null,
    refused_count integer not null,
    recorded_at timestamptz not null,
    constraint event_file_batches_pkey primary key (file_id, bucket, first_place)
);

create table event_file_refusals (
    file_id uuid not null references event_files,
    row_no integer not null check (row_no > 1),
    cells jsonb not null,
    findings jsonb not null,
    constraint event_file_refusals_pkey primary key (file_id, row_no)
);

create table event_file_ends (
    file_id uuid primary key references event_files,
    ended_at timestamptz not null
);
