-- Whose was each visitor's browser, and when?
-- Grain: one span of time in which a visitor was one customer; spans of a visitor never overlap.
-- `known_from` and `known_to` NULL mean always; the end does not belong to the span. Who is
-- identified later takes over, so a visitor that was handed on is never two customers at once. The
-- customer is as identified: base.merged_customers says who stands for it.
create view base.identified_visitors as
with identified as (
    select
        visitor_id,
        valid_from,
        -- Of one instant the greater id wins.
        max(customer_id) as customer_id,
        max(valid_to) as valid_to,
        count(*) = count(valid_to) as ends
    from identities
    group by visitor_id, valid_from
),
followed as (
    select
        *,
        lead(valid_from) over (
            partition by visitor_id
            order by valid_from nulls first
        ) as next_from
    from identified
)
select
    visitor_id,
    customer_id,
    valid_from as known_from,
    case when ends then least(valid_to, coalesce(next_from, valid_to)) else next_from end
        as known_to
from followed
