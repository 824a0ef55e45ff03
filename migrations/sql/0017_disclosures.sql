-- What other bodies' programs were told of whom, for which declared purpose and when (charter, CH-28). Only ever added to.
-- A token names its purpose; those issued before name none, and are refused until they are issued anew.
-- Locks tokens and holders for an instant.

alter table tokens add column purpose text;

create table disclosures (
    slice smallint not null,
    holder_id uuid not null,
    disclosure_id uuid not null,
    actor_id uuid not null,
    purpose text not null,
    data text not null,
    disclosed_at timestamptz not null,
    constraint disclosures_pkey primary key (slice, holder_id, disclosure_id),
    constraint disclosures_holder foreign key (slice, holder_id) references holders
);
create index disclosures_by_time on disclosures (slice, holder_id, disclosed_at, disclosure_id);
