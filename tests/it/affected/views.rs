pub(crate) const DAILY: &str =
    "select local_date(ordered_at) as date, count(*) as orders, sum(total) as total
    from orders where not is_test group by 1";

pub(crate) const REFUNDED: &str = "
    select local_date(o.ordered_at) as date, o.order_id, o.total + coalesce(a.amount, 0) as total
    from orders as o
    left join (select order_id, sum(amount) as amount from order_adjustments group by order_id) as a
        on a.order_id = o.order_id";

pub(crate) const ATTRIBUTED: &str = "
    select local_date(ordered_at) as date, associate_id, sum(credited_value) as revenue
    from attribute(
        conversions => orders, touchpoints => activities, key => 'customer_id',
        conversion_id => 'order_id', conversion_time => 'ordered_at', value => 'total',
        touchpoint_id => 'activity_id', touchpoint_time => 'occurred_at',
        model => 'last_touch', lookback => interval '3 days')
    group by 1, 2";

/// One query for each way that rows of a view come from rows of tables.
pub(crate) const VIEWS: &[(&str, &str)] = &[
    ("groups", DAILY),
    ("left join of groups", REFUNDED),
    ("attribution", ATTRIBUTED),
    (
        "the day of the touchpoint",
        "select local_date(occurred_at) as date, activity_id, order_id, credit
         from attribute(
            conversions => orders, touchpoints => activities, key => 'customer_id',
            conversion_id => 'order_id', conversion_time => 'ordered_at', value => 'total',
            touchpoint_id => 'activity_id', touchpoint_time => 'occurred_at',
            model => 'linear', lookback => interval '5 days')",
    ),
    (
        "a window",
        "select local_date(ordered_at) as date, order_id,
            row_number() over (partition by customer_id order by ordered_at, order_id) = 1 as is_first
         from orders",
    ),
    (
        "the first of a window",
        "select local_date(ordered_at) as date, customer_id, total from (
            select *, row_number() over (partition by customer_id order by ordered_at, order_id) as place
            from orders)
         where place = 1",
    ),
    (
        "a group whose day is an aggregate",
        "select local_date(min(ordered_at)) as date, customer_id, count(*) as orders
         from orders group by customer_id",
    ),
    (
        "groups of groups",
        "select date, count(*) as customers, sum(orders) as orders from (
            select local_date(min(occurred_at)) as date, customer_id, count(*) as orders
            from activities group by customer_id)
         group by date",
    ),
    (
        "an inner join",
        "select local_date(a.occurred_at) as date, a.kind, o.total, c.name
         from order_adjustments as a
         join orders as o on o.order_id = a.order_id
         join customers as c on c.customer_id = o.customer_id",
    ),
    (
        "a day of the side that may be missing",
        "select local_date(a.occurred_at) as date, o.order_id
         from orders as o left join order_adjustments as a on a.order_id = o.order_id",
    ),
    (
        "a full join",
        "select coalesce(o.date, t.date) as date, o.orders, t.touches
         from (select local_date(ordered_at) as date, count(*) as orders from orders group by 1) as o
         full join
            (select local_date(occurred_at) as date, count(*) as touches from activities group by 1) as t
         on t.date = o.date",
    ),
    (
        "exists",
        "select local_date(ordered_at) as date, order_id from orders as o
         where exists (select 1 from order_adjustments as a where a.order_id = o.order_id)",
    ),
    (
        "not exists",
        "select local_date(ordered_at) as date, order_id from orders as o
         where not exists (
            select 1 from activities as t
            where t.customer_id = o.customer_id and t.occurred_at <= o.ordered_at)",
    ),
    (
        "not in",
        "select local_date(occurred_at) as date, activity_id from activities
         where customer_id not in (select customer_id from orders)",
    ),
    (
        "a scalar subquery",
        "select local_date(ordered_at) as date, order_id, (select max(amount) from order_adjustments) as most
         from orders",
    ),
    (
        "a total beside each row",
        "select local_date(ordered_at) as date, order_id, total / nullif(sum(total) over (), 0) as share
         from orders",
    ),
    (
        "a union",
        "select local_date(ordered_at) as date, 'order' as what, order_id as id from orders
         union all
         select local_date(occurred_at), 'touch', activity_id from activities
         union all
         select local_date(occurred_at), 'refund', adjustment_id from order_adjustments",
    ),
    (
        "distinct rows",
        "select distinct local_date(ordered_at) as date, customer_id from orders",
    ),
    (
        "the latest few",
        "select local_date(ordered_at) as date, order_id, ordered_at
         from orders order by ordered_at desc, order_id limit 3",
    ),
    (
        "merged customers",
        "select local_date(o.ordered_at) as date, coalesce(m.canonical_id, o.customer_id) as customer,
            count(*) as orders
         from orders as o left join base.merged_customers as m on m.customer_id = o.customer_id
         group by 1, 2",
    ),
    (
        "totals of groups",
        "select local_date(ordered_at) as date, customer_id, count(*) as orders
         from orders group by rollup (local_date(ordered_at), customer_id)",
    ),
    (
        "lists",
        "select date, order_id from (
            select local_date(ordered_at) as date, unnest(array_agg(order_id)) as order_id
            from orders group by 1)",
    ),
    (
        "neighbours in time",
        "select local_date(l.ordered_at) as date, count(*) as pairs
         from orders as l join orders as r
            on r.ordered_at > l.ordered_at and r.ordered_at < l.ordered_at + interval '36 hours'
         group by 1",
    ),
    (
        "keys that are known above windows alone",
        "select local_date(ordered_at) as date, customer, count(*) over (partition by customer) as orders
         from (
            select o.order_id, o.ordered_at, coalesce(m.canonical_id, o.customer_id) as customer
            from (
                select *, row_number() over (partition by order_id order by ordered_at) as version
                from orders) as o
            left join base.merged_customers as m on m.customer_id = o.customer_id
            where o.version = 1)",
    ),
    (
        "keys that groups choose",
        "select local_date(min(seen_at)) as date, customer, count(*) as touches
         from (
            select activity_id, min(occurred_at) as seen_at, max(customer_id) as customer
            from activities group by activity_id)
         group by customer",
    ),
    (
        "groups that meet groups",
        "select local_date(o.first_at) as date, o.customer_id, t.touches
         from (select customer_id, min(ordered_at) as first_at from orders group by customer_id) as o
         left join (select customer_id, count(*) as touches from activities group by customer_id) as t
            on t.customer_id = o.customer_id",
    ),
    (
        "whether there is any",
        "select local_date(o.ordered_at) as date, o.order_id, seen.one is not null as has_refunds
         from orders as o
         left join (select 1 as one from order_adjustments where amount < 0 limit 1) as seen on true",
    ),
    (
        "groups of what both sides of a join tell",
        "select local_date(min(o.ordered_at)) as date, c.name, count(*) as orders
         from orders as o join customers as c on c.customer_id = o.customer_id
         group by c.name",
    ),
    (
        "a day of either side of a left join",
        "select local_date(coalesce(a.occurred_at, o.ordered_at)) as date, o.customer_id, a.amount
         from orders as o left join order_adjustments as a on a.order_id = o.order_id",
    ),
    (
        "a full join of rows",
        "select local_date(coalesce(o.ordered_at, a.occurred_at)) as date, o.customer_id, a.amount
         from orders as o full join order_adjustments as a on a.order_id = o.order_id",
    ),
    (
        "a window over rows that are alike",
        "select local_date(first_at) as date, customer_id, total from (
            select customer_id, total, min(ordered_at) over (partition by customer_id) as first_at
            from orders)",
    ),
    (
        "groups of what was credited",
        "select local_date(min(occurred_at)) as date, associate_id, sum(credit) as credit
         from attribute(
            conversions => orders, touchpoints => activities, key => 'customer_id',
            conversion_id => 'order_id', conversion_time => 'ordered_at', value => 'total',
            touchpoint_id => 'activity_id', touchpoint_time => 'occurred_at',
            model => 'first_touch', lookback => interval '9 days')
         group by associate_id",
    ),
    (
        "windows over a full join of groups",
        "select local_date(first_at) as date, order_id, customer_id, amount from (
            select
                coalesce(o.order_id, a.order_id) as order_id,
                o.customer_id,
                a.amount,
                min(coalesce(o.ordered_at, a.occurred_at)) over (
                    partition by coalesce(o.customer_id, a.order_id)
                ) as first_at
            from orders as o
            full join (
                select order_id, min(occurred_at) as occurred_at, sum(amount) as amount
                from order_adjustments group by order_id) as a
                on a.order_id = o.order_id)",
    ),
    (
        "groups beside what there is of others",
        "select local_date(o.first_at) as date, o.customer_id, o.orders, others.refunds
         from (select count(*) > 3 as refunds from order_adjustments) as others
         cross join (
            select customer_id, min(ordered_at) as first_at, count(*) as orders
            from orders group by customer_id) as o",
    ),
];
