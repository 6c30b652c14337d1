-- Paths have no clock: the n-th touch is dated by the n-th minute of a day that ends with the
-- conversion. A row of n equal conversions is one conversion here, and its credit counts n times.
create external table paths stored as parquet location 'paths.parquet';
create external table touches stored as parquet location 'touches.parquet';

select
    model,
    channel,
    sum(credit * total_conversions) as conversions,
    sum(credited_value) as value
from attribute(
    conversions     => (
        select
            path_id,
            total_conversions,
            total_conversion_value,
            to_timestamp_seconds(24 * 60 * 60) as converted_at
        from paths
        where total_conversions > 0
    ),
    touchpoints     => (
        select path_id, pos, channel, to_timestamp_seconds(60 * pos) as touched_at from touches
    ),
    key             => 'path_id',
    conversion_id   => 'path_id',  conversion_time => 'converted_at',
    value           => 'total_conversion_value',
    touchpoint_id   => 'pos',      touchpoint_time => 'touched_at',
    model           => 'first_touch, last_touch, linear, position_based',
    lookback        => interval '1 day')
group by model, channel;
