-- Register residents: their keys, what names them (sealed), the number they took, and their blind index where given.
-- binds: slices smallint[], holder_ids uuid[], wrapped bytea[], numbers text[], names bytea[], identities bytea[],
--        blind_indexes bytea[], born_years smallint[] (pairwise), now timestamptz
-- gives: nothing; an identity that is taken stops the whole batch
-- locks: the new rows
with people as (
    select *
    from
        unnest(
            cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:wrapped as bytea[]),
            cast(:numbers as text[]), cast(:names as bytea[]), cast(:identities as bytea[]),
            cast(:blind_indexes as bytea[]), cast(:born_years as smallint[])
        ) as r (slice, holder_id, wrapped, number, name, identity, blind_index, born_year)
),
keys as (
    insert into person_keys (slice, holder_id, wrapped) select slice, holder_id, wrapped from people
),
identities as (
    insert into identity_index (blind_index, holder_id)
    select blind_index, holder_id from people where blind_index is not null
)
insert into residents (slice, holder_id, number, name_sealed, identity_sealed, born_year, registered_at)
select slice, holder_id, number, name, identity, born_year, cast(:now as timestamptz) from people
