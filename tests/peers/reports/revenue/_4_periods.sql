create table default_entries as from entered();

create table adjusted_entries as from entered(revenue_basis := 'adjustment_date');

create table event_entries as from entered(rate_basis := 'event');

-- Entries beside each period they lie in; a period without any stands alone.
create macro in_periods(entries) as table
select periods.period, entries.*
from periods
left join query_table(entries) as entries
    on entries.entered_at >= periods.period_start and entries.entered_at < periods.period_end;

create macro agent_name(id) as
    (select arg_max(name, coalesce(valid_from, timestamptz '-infinity')) from agents where agent_id = id);

create macro overview(entries) as table
select
    period,
    coalesce(sum(amount), 0) as cx_total_revenue,
    coalesce(sum(orders), 0) as cx_total_orders,
    ratio(sum(amount), sum(orders)) as cx_average_order_value,
    ratio(count(distinct converted), count(distinct eligible)) as cx_conversion_rate,
    coalesce(bool_or(immature), false) as immature
from in_periods(entries)
group by period;
