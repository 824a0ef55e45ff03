-- Files of events with what became of their rows so far, newest first; one of them when its id is given.
-- binds: file_id uuid (null: all), most integer
-- gives: the file's columns, ended_at, recorded, repeats, refused
-- locks: nothing
select
    f.file_id, f.source, f.filename, f.file_sha256, f.header, f.size_bytes, f.rows_count, f.buckets_count, f.began_at,
    e.ended_at, b.recorded, b.repeats, b.refused
from event_files f
left join event_file_ends e using (file_id)
cross join lateral (
    select
        cast(coalesce(sum(cardinality(recorded_rows)), 0) as bigint) as recorded,
        cast(coalesce(sum(cardinality(repeat_rows)), 0) as bigint) as repeats,
        cast(coalesce(sum(refused_count), 0) as bigint) as refused
    from event_file_batches where file_id = f.file_id
) b
where cast(:file_id as uuid) is null or f.file_id = :file_id
order by f.began_at desc, f.file_id desc
limit :most
