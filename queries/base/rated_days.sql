-- On which days can another currency be converted to that of the reports?
-- Grain: one currency and local day with a rate of that day, or of one of the 31 days before it,
-- from one currency to the other or back.
create view base.rated_days as
with rates as (
    select distinct
        case when to_currency = report_currency() then from_currency else to_currency end
            as currency,
        date
    from fx_rates
    where rate is not null
        and from_currency <> to_currency
        and (to_currency = report_currency() or from_currency = report_currency())
)
select distinct
    rates.currency,
    rates.date + ages.days as day
from rates
cross join generate_series(0, 31) as ages (days)
