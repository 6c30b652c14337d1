create table default_sales as from sales();

create table default_touches as from touches();

create table all_sales_by_ai_and_email as from sales(scope := 'all', activity_types := 'ai,email');

create table all_touches_by_ai_and_email as
from touches(scope := 'all', activity_types := 'ai,email');

-- The sales that count, whether touched or not, in the shop's currency.
create macro counted(sales) as table
select *, reason = 'credited' as is_touched, in_shop_currency(sale_amount, currency, purchased_at) as amount
from query_table(sales)
where reason in ('credited', 'no_key', 'no_touchpoint_in_lookback');

create macro tiles(sales, touches) as table
select
    period,
    coalesce(
        (
            select sum(amount)
            from counted(sales) as sold
            where is_touched and purchased_at >= period_start and purchased_at < period_end
        ),
        0
    ) as sales_amount,
    (
        select count(*)
        from counted(sales) as sold
        where is_touched and purchased_at >= period_start and purchased_at < period_end
    ) as sales_count,
    (
        select count(distinct touched.activity_id)
        from counted(sales) as sold
        join query_table(touches) as touched on touched.order_id = sold.order_id
        where is_touched and purchased_at >= period_start and purchased_at < period_end
    ) as related_activities,
    (
        select count(distinct touched.activity_type)
        from counted(sales) as sold
        join query_table(touches) as touched on touched.order_id = sold.order_id
        where is_touched and purchased_at >= period_start and purchased_at < period_end
    ) as activity_types,
    (
        select ratio(coalesce(sum(amount) filter (is_touched), 0), sum(amount))
        from counted(sales) as sold
        where purchased_at >= period_start and purchased_at < period_end
    ) as attributed_share,
    (
        select ratio(
            coalesce(sum(amount) filter (automated_only), 0),
            sum(amount)
        )
        from counted(sales) as sold
        where is_touched and purchased_at >= period_start and purchased_at < period_end
    ) as automated_only_share
from periods;
