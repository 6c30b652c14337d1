-- How did it go from day to day?
-- Grain: one local day with an attributed sale. Amounts are in the currency of the session.
create view clienteling.daily as
with sold as (
    select
        local_date(purchased_at) as date,
        sum(convert(sale_amount, currency, purchased_at)) as sales_amount,
        count(*) as sales_count
    from clienteling.sales
    where reason = 'credited'
    group by local_date(purchased_at)
),
touched as (
    select
        local_date(purchased_at) as date,
        count(distinct activity_id) as related_activities
    from clienteling.timeline
    group by local_date(purchased_at)
)
select
    sold.date,
    sold.sales_amount,
    sold.sales_count,
    touched.related_activities
from sold
join touched on touched.date = sold.date
order by sold.date
