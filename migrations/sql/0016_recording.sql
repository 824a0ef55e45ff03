-- Whether somebody's good deeds are recorded (charter, CH-20): each choice a row, the last one counts.
-- Only ever added to. Locks holders for an instant, for the foreign key.

create table recording_choices (
    slice smallint not null,
    holder_id uuid not null,
    chosen_at timestamptz not null,
    declined boolean not null,
    constraint recording_choices_pkey primary key (slice, holder_id, chosen_at),
    constraint recording_choices_holder foreign key (slice, holder_id) references holders
);
