-- Which sales did clienteling touch, for any day, store, associate or type of activity?
-- Grain: that of the query. A sale with several touches is of each of their associates and types, and
-- counts once in every group: amounts by associate or type do not add up to the whole.
-- Source: Clientbook, "Sales Report"
create metric view clienteling.metrics
facts
    (
        select
            sales.order_id,
            sales.purchased_at,
            sales.store_id,
            stores.name as store,
            touches.activity_id,
            touches.associate_id,
            touches.associate,
            touches.activity_type,
            sales.automated_only,
            convert(sales.sale_amount, sales.currency, sales.purchased_at) as amount
        from clienteling.sales as sales
        join clienteling.timeline as touches
            on touches.order_id = sales.order_id and touches.purchased_at = sales.purchased_at
        left join stores on stores.store_id = sales.store_id
        where sales.reason = 'credited'
    ) as t time t.purchased_at,
    (
        select
            sales.purchased_at,
            sales.store_id,
            stores.name as store,
            convert(sales.sale_amount, sales.currency, sales.purchased_at) as amount
        from clienteling.sales as sales
        left join stores on stores.store_id = sales.store_id
        where sales.sale_amount is not null
    ) as s time s.purchased_at
dimensions
    date = { t: local_date(t.purchased_at), s: local_date(s.purchased_at) }
        comment 'local day of the sale',
    store_id = { t: t.store_id, s: s.store_id } comment 'store of the sale',
    store = { t: t.store, s: s.store } comment 'name of the store',
    associate_id = { t: t.associate_id } comment 'who touched the client',
    associate = { t: t.associate } comment 'name of the associate',
    activity_type = { t: t.activity_type } comment 'what the touch was'
measures
    sales_amount = sum_once(t.amount, t.order_id) on t format 'money'
        comment 'worth of sales with a touch',
    sales_count = count(distinct t.order_id) on t comment 'sales with a touch',
    all_sales_amount = sum(s.amount) on s format 'money'
        comment 'worth of all sales, walk-ins included',
    attributed_share = ratio(sales_amount, all_sales_amount) format 'percent'
        comment 'share of the worth of all sales that had a touch',
    related_activities = count(distinct t.activity_id) on t
        comment 'activities that touched a sale, each once',
    activity_types = count(distinct t.activity_type) on t comment 'types of these activities',
    automated_only_amount = sum_once(t.amount, t.order_id) filter (where t.automated_only) on t
        format 'money' comment 'worth of sales that no person touched'
