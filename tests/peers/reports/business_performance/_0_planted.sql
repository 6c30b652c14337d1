-- Rows beside those of the sample, for rules that none of its rows depends on. Each case has a
-- contact of its own; what must follow is not said here but by both sides alike.
create macro planted_file(table_name) as '$warehouse/' || table_name || '/planted.parquet';

create table planted as from tracking_links limit 0;

insert into planted by name
from (values
    -- the team is that of the agent then: always, since that very instant, until it, not yet
    ('lx-agent', '2026-11-09 12:00Z', 'agent-01', 'agent', null, 'whatsapp', 'p-301'),
    ('lx-joined', '2026-11-01 04:00Z', 'agent-15', null, null, 'email', 'p-302'),
    ('lx-before', '2026-11-01 03:59:59.999999Z', 'agent-15', 'agent', null, 'email', 'p-302'),
    ('lx-not-yet', '2026-09-21 03:59:59.999999Z', 'agent-16', 'agent', null, 'webchat', null),
    -- ids that nobody has named
    ('lx-unnamed', '2026-11-10 12:00Z', 'agent-99', 'agent', 'team-99', 'sms', 'p-99'),
    ('lx-nobody', '2026-11-10 12:00Z', null, null, null, null, 'p-99'),
    ('lx-bot', '2026-11-10 12:00Z', null, 'bot', null, 'whatsapp', 'p-301'),
    -- sold for as much: by orders, then clicks, then conversion, whatever the id
    ('lx-less-converted', '2026-11-10 12:00Z', null, 'api', null, 'sms', 'p-90'),
    ('lx-converted', '2026-11-10 12:00Z', null, 'api', null, 'sms', 'p-91'),
    ('lx-more-clicks', '2026-11-10 12:00Z', null, 'api', null, 'sms', 'p-92'),
    ('lx-more-orders', '2026-11-10 12:00Z', null, 'api', null, 'sms', 'p-93'),
    -- the ends of periods
    ('lx-first-instant', '2026-11-13 05:00Z', 'agent-02', 'agent', 'team-sales', 'whatsapp', null),
    ('lx-last-instant', '2026-11-20 04:59:59.999999Z', 'agent-02', 'agent', 'team-sales', 'whatsapp', null),
    ('lx-today', '2026-11-20 05:00Z', 'agent-02', 'agent', 'team-sales', 'whatsapp', null),
    ('lx-later', '2026-11-20 15:30:00.000001Z', 'agent-02', 'agent', 'team-sales', 'whatsapp', null)
) as planted(link_id, created_at, agent_id, creator_type, team_id, channel, product_id);

copy planted to (planted_file('tracking_links'));

drop table planted;

create table planted as from customers limit 0;

insert into planted by name
from (values
    ('x-merged-1', 'x-merged-2'),
    ('x-merged-2', 'x-merged-3'),
    ('x-merged-3', null),
    ('x-merged-4', 'x-gone')
) as planted(customer_id, merged_into);

copy planted to (planted_file('customers'));

drop table planted;

create table planted as from identities limit 0;

insert into planted by name
from (values
    ('vx-handed', 'x-handed-1', null, '2026-11-10 12:00Z'),
    ('vx-handed', 'x-handed-2', '2026-11-10 12:00Z', '2026-11-12 12:00Z'),
    ('vx-lent', 'x-lender', null, null),
    ('vx-lent', 'x-borrower', '2026-11-10 12:00Z', '2026-11-11 12:00Z'),
    ('vx-both', 'x-both-1', '2026-11-10 12:00Z', null),
    ('vx-both', 'x-both-2', '2026-11-10 12:00Z', null),
    ('vx-merged', 'x-merged-1', null, null)
) as planted(visitor_id, customer_id, valid_from, valid_to);

copy planted to (planted_file('identities'));

drop table planted;

create table planted as from link_clicks limit 0;

insert into planted by name
from (values
    ('kx-test', 'lx-agent', '2026-11-10 12:00Z', 'x-test', null, false),
    ('kx-nobody', 'lx-agent', '2026-11-10 12:00Z', null, null, null),
    ('kx-no-link', 'lx-none', '2026-11-10 12:00Z', 'x-no-link', null, null),
    -- delivered twice, each time with something else
    ('kx-delivered', 'lx-agent', '2026-11-10 12:00Z', 'x-delivered', null, null),
    ('kx-delivered', 'lx-agent', '2026-11-10 12:00Z', null, 'vx-delivered', null),
    ('kx-merged', 'lx-joined', '2026-11-10 12:00Z', null, 'vx-merged', null),
    ('kx-gone', 'lx-before', '2026-11-10 12:00Z', 'x-merged-4', null, null),
    ('kx-not-yet', 'lx-not-yet', '2026-11-10 12:00Z', 'x-not-yet', null, null),
    ('kx-crawler-1', 'lx-agent', '2026-11-10 12:00Z', 'x-crawler', null, true),
    ('kx-crawler-2', 'lx-none', '2026-11-10 13:00Z', null, 'vx-crawler', true),
    ('kx-bot', 'lx-bot', '2026-11-10 12:00Z', 'x-bot', null, null),
    -- of two at one instant the greater id is the last
    ('kx-tie-1', 'lx-unnamed', '2026-11-10 12:00Z', 'x-tie', null, null),
    ('kx-tie-2', 'lx-nobody', '2026-11-10 12:00Z', 'x-tie', null, null),
    -- a browser handed on: the first owner, the second, nobody
    ('kx-handed-1', 'lx-agent', '2026-11-10 11:59:59.999999Z', null, 'vx-handed', null),
    ('kx-handed-2', 'lx-joined', '2026-11-10 12:00Z', null, 'vx-handed', null),
    ('kx-handed-3', 'lx-before', '2026-11-12 12:00Z', null, 'vx-handed', null),
    ('kx-lent', 'lx-agent', '2026-11-12 12:00Z', null, 'vx-lent', null),
    ('kx-both', 'lx-agent', '2026-11-12 12:00Z', null, 'vx-both', null),
    -- a browser is no bridge between two customers, but tells who a stranger is, also afterwards
    ('kx-bridge', 'lx-agent', '2026-11-10 12:00Z', 'x-bridge-1', 'vx-bridge', null),
    ('kx-before-login', 'lx-agent', '2026-11-10 12:00Z', null, 'vx-login', null),
    ('kx-elsewhere', 'lx-agent', '2026-11-10 12:00Z', null, 'vx-elsewhere', null),
    ('kx-before-logout', 'lx-agent', '2026-11-10 12:00Z', 'x-logout', 'vx-logout', null),
    -- 7 days before the checkout, and a microsecond more
    ('kx-checkout', 'lx-agent', '2026-11-05 12:00Z', 'x-checkout', null, null),
    ('kx-checkout-late', 'lx-agent', '2026-11-05 11:59:59.999999Z', 'x-checkout-late', null, null),
    -- another click between the checkout and the purchase
    ('kx-return-1', 'lx-joined', '2026-11-01 12:00Z', 'x-return', null, null),
    ('kx-return-2', 'lx-agent', '2026-11-10 12:00Z', 'x-return', null, null),
    ('kx-return-late-1', 'lx-joined', '2026-11-01 12:00Z', 'x-return-late', null, null),
    ('kx-return-late-2', 'lx-agent', '2026-11-10 12:00Z', 'x-return-late', null, null),
    ('kx-at-once', 'lx-agent', '2026-11-10 12:00Z', 'x-at-once', null, null),
    ('kx-afterwards', 'lx-agent', '2026-11-10 12:00Z', 'x-afterwards', null, null),
    -- 7 days ago, and a microsecond more; the ends of periods
    ('kx-mature', 'lx-agent', '2026-11-13 15:29:59.999999Z', 'x-mature', null, null),
    ('kx-immature', 'lx-agent', '2026-11-13 15:30Z', 'x-immature', null, null),
    ('kx-first-instant', 'lx-agent', '2026-11-13 05:00Z', 'x-ends', null, null),
    ('kx-before-first', 'lx-agent', '2026-11-13 04:59:59.999999Z', 'x-ends', null, null),
    ('kx-last-instant', 'lx-agent', '2026-11-20 04:59:59.999999Z', 'x-ends', null, null),
    ('kx-today', 'lx-agent', '2026-11-20 05:00Z', 'x-ends', null, null),
    ('kx-clock', 'lx-agent', '2026-11-20 15:30Z', 'x-clock', null, null),
    ('kx-later', 'lx-agent', '2026-11-20 15:30:00.000001Z', 'x-later', null, null),
    -- what the shop did with the orders since
    ('kx-worth-1', 'lx-agent', '2026-11-09 12:00Z', 'x-worth', null, null),
    ('kx-worth-2', 'lx-unnamed', '2026-11-09 18:00Z', 'x-worth', null, null),
    ('kx-worth-3', 'lx-nobody', '2026-11-10 12:00Z', 'x-worth', null, null),
    ('kx-less-converted-1', 'lx-less-converted', '2026-11-12 12:00Z', 'x-less-converted', null, null),
    ('kx-less-converted-2', 'lx-less-converted', '2026-11-15 12:00Z', 'x-less-converted', null, null),
    ('kx-converted', 'lx-converted', '2026-11-13 12:00Z', 'x-converted', null, null),
    ('kx-more-clicks-1', 'lx-more-clicks', '2026-11-13 12:00Z', 'x-more-clicks', null, null),
    ('kx-more-clicks-2', 'lx-more-clicks', '2026-11-13 13:00Z', 'x-more-clicks', null, null),
    ('kx-more-orders', 'lx-more-orders', '2026-11-13 12:00Z', 'x-more-orders', null, null),
    ('kx-reloaded', 'lx-agent', '2026-11-10 12:00Z', 'x-reloaded', null, null)
) as planted(click_id, link_id, clicked_at, customer_id, visitor_id, is_bot);

copy planted to (planted_file('link_clicks'));

drop table planted;

create table planted as from web_events limit 0;

insert into planted by name
from (values
    ('cx-nobody', '2026-11-10 13:00Z', null, null),
    ('cx-delivered', '2026-11-10 13:00Z', 'x-delivered', null),
    ('cx-delivered', '2026-11-10 13:00Z', null, 'vx-delivered'),
    ('cx-merged', '2026-11-10 13:00Z', 'x-merged-2', null),
    ('cx-handed', '2026-11-13 11:00Z', null, 'vx-handed'),
    ('cx-bridge', '2026-11-10 13:00Z', 'x-bridge-2', 'vx-bridge'),
    ('cx-login', '2026-11-10 13:00Z', null, 'vx-login'),
    ('cx-elsewhere', '2026-11-13 12:00Z', 'x-elsewhere', 'vx-elsewhere'),
    ('cx-logout', '2026-11-10 13:00Z', null, 'vx-logout'),
    ('cx-checkout', '2026-11-12 12:00Z', 'x-checkout', null),
    ('cx-checkout-late', '2026-11-12 12:00Z', 'x-checkout-late', null),
    ('cx-return', '2026-11-05 12:00Z', 'x-return', null),
    ('cx-return-late', '2026-11-05 12:00Z', 'x-return-late', null),
    ('cx-at-once', '2026-11-11 12:00Z', 'x-at-once', null),
    ('cx-afterwards', '2026-11-11 12:00:00.000001Z', 'x-afterwards', null),
    ('cx-first-instant', '2026-11-13 05:00Z', 'x-ends', null),
    ('cx-before-first', '2026-11-13 04:59:59.999999Z', 'x-ends', null),
    ('cx-today', '2026-11-20 05:00Z', 'x-ends', null),
    ('cx-later', '2026-11-20 15:30:00.000001Z', 'x-clock', null)
) as began(event_id, occurred_at, customer_id, visitor_id)
cross join (select 'begin_checkout' as event_type)
union all by name
from (values
    ('ex-test', '2026-11-11 12:00Z', 'x-test', null, 'ox-test', 100.00, 'USD'),
    ('ex-nobody', '2026-11-11 12:00Z', null, null, 'ox-nobody', 100.00, 'USD'),
    ('ex-no-order', '2026-11-11 12:00Z', 'x-tie', null, null, 100.00, 'USD'),
    ('ex-no-link', '2026-11-11 12:00Z', 'x-no-link', null, 'ox-no-link', 100.00, 'USD'),
    ('ex-delivered', '2026-11-11 12:00Z', 'x-delivered', null, 'ox-delivered', 100.00, 'USD'),
    ('ex-delivered', '2026-11-11 12:00Z', null, 'vx-delivered', 'ox-delivered', 100.00, null),
    ('ex-merged', '2026-11-11 12:00Z', 'x-merged-2', null, 'ox-merged', 100.00, 'USD'),
    ('ex-gone', '2026-11-11 12:00Z', 'x-gone', null, 'ox-gone', 100.00, 'USD'),
    ('ex-not-yet', '2026-11-11 12:00Z', 'x-not-yet', null, 'ox-not-yet', 100.00, 'USD'),
    ('ex-crawler', '2026-11-11 12:00Z', 'x-crawler', 'vx-crawler', 'ox-crawler', 100.00, 'USD'),
    ('ex-bot', '2026-11-11 12:00Z', 'x-bot', null, 'ox-bot', 100.00, 'USD'),
    ('ex-tie', '2026-11-11 12:00Z', 'x-tie', null, 'ox-tie', 100.00, 'USD'),
    ('ex-handed-1', '2026-11-11 12:00Z', 'x-handed-1', null, 'ox-handed-1', 100.00, 'USD'),
    ('ex-handed-2', '2026-11-11 12:00Z', 'x-handed-2', null, 'ox-handed-2', 100.00, 'USD'),
    ('ex-handed-3', '2026-11-13 12:00Z', null, 'vx-handed', 'ox-handed-3', 100.00, 'USD'),
    ('ex-lent', '2026-11-13 12:00Z', 'x-lender', null, 'ox-lent', 100.00, 'USD'),
    ('ex-both-1', '2026-11-13 12:00Z', 'x-both-1', null, 'ox-both-1', 100.00, 'USD'),
    ('ex-both-2', '2026-11-13 12:00Z', 'x-both-2', null, 'ox-both-2', 100.00, 'USD'),
    ('ex-bridge', '2026-11-11 12:00Z', 'x-bridge-2', 'vx-bridge', 'ox-bridge', 100.00, 'USD'),
    ('ex-login', '2026-11-11 12:00Z', 'x-login', 'vx-login', 'ox-login', 100.00, 'USD'),
    ('ex-elsewhere', '2026-11-11 12:00Z', 'x-elsewhere', 'vx-at-home', 'ox-elsewhere', 100.00, 'USD'),
    ('ex-logout', '2026-11-11 12:00Z', null, 'vx-logout', 'ox-logout', 100.00, 'USD'),
    ('ex-return', '2026-11-12 12:00Z', 'x-return', null, 'ox-return', 100.00, 'USD'),
    ('ex-return-late', '2026-11-12 12:00:00.000001Z', 'x-return-late', null, 'ox-return-late', 100.00, 'USD'),
    ('ex-at-once', '2026-11-11 12:00Z', 'x-at-once', null, 'ox-at-once', 100.00, 'USD'),
    ('ex-afterwards', '2026-11-11 12:00Z', 'x-afterwards', null, 'ox-afterwards', 100.00, 'USD'),
    ('ex-first-instant', '2026-11-13 05:00Z', 'x-ends', null, 'ox-first-instant', 100.00, 'USD'),
    ('ex-last-instant', '2026-11-20 04:59:59.999999Z', 'x-ends', null, 'ox-last-instant', 100.00, 'USD'),
    ('ex-today', '2026-11-20 05:00Z', 'x-ends', null, 'ox-today', 100.00, 'USD'),
    ('ex-clock', '2026-11-20 15:30Z', 'x-clock', null, 'ox-clock', 100.00, 'USD'),
    ('ex-later', '2026-11-20 15:30:00.000001Z', 'x-clock', null, 'ox-later', 100.00, 'USD'),
    ('ex-less-converted', '2026-11-14 12:00Z', 'x-less-converted', null, 'ox-less-converted', 110.00, 'USD'),
    ('ex-converted', '2026-11-14 12:00Z', 'x-converted', null, 'ox-converted', 110.00, 'USD'),
    ('ex-more-clicks', '2026-11-14 12:00Z', 'x-more-clicks', null, 'ox-more-clicks', 110.00, 'USD'),
    ('ex-more-orders-1', '2026-11-14 12:00Z', 'x-more-orders', null, 'ox-more-orders-1', 50.00, 'USD'),
    ('ex-more-orders-2', '2026-11-14 13:00Z', 'x-more-orders', null, 'ox-more-orders-2', 60.00, 'USD'),
    ('ex-returned', '2026-11-10 15:00Z', 'x-worth', null, 'ox-returned', 100.00, 'USD'),
    ('ex-adjusted', '2026-11-10 15:00Z', 'x-worth', null, 'ox-adjusted', 99.99, 'USD'),
    ('ex-cancelled', '2026-11-10 15:00Z', 'x-worth', null, 'ox-cancelled', 100.00, 'USD'),
    ('ex-not-cancelled-yet', '2026-11-10 15:00Z', 'x-worth', null, 'ox-not-cancelled-yet', 100.00, 'USD'),
    ('ex-unchanged', '2026-11-10 15:00Z', 'x-worth', null, 'ox-unchanged', 100.00, 'USD'),
    ('ex-euros', '2026-11-10 15:00Z', 'x-worth', null, 'ox-euros', 77.77, 'EUR'),
    ('ex-free', '2026-11-10 15:00Z', 'x-worth', null, 'ox-free', 0.00, 'USD'),
    ('ex-not-in-shop', '2026-11-10 15:00Z', 'x-worth', null, 'ox-not-in-shop', 0.01, null),
    -- the first counts, of one instant the lesser id
    ('ex-reloaded-1', '2026-11-11 12:00Z', 'x-reloaded', null, 'ox-reloaded', 100.00, 'USD'),
    ('ex-reloaded-2', '2026-11-11 12:00Z', 'x-tie', null, 'ox-reloaded', 90.00, 'EUR'),
    ('ex-reloaded-3', '2026-11-13 05:00Z', 'x-tie', null, 'ox-reloaded', 80.00, null)
) as bought(event_id, occurred_at, customer_id, visitor_id, order_id, amount, currency)
cross join (select 'purchase' as event_type);

copy planted to (planted_file('web_events'));

drop table planted;

create table planted as from orders limit 0;

insert into planted by name
from (values
    ('ox-test', '2026-11-11 12:00Z', 'USD', 100.00, null, null, true, null),
    ('ox-test-of-shop', '2026-11-11 12:00Z', 'USD', 100.00, null, null, true, null),
    ('ox-returned', '2026-11-10 15:00Z', 'USD', 100.00, null, null, null, null),
    ('ox-returned-1', '2026-11-14 15:00Z', 'USD', -30.00, 'ox-returned', null, null, null),
    ('ox-returned-2', '2026-11-14 15:00Z', 'EUR', -10.00, 'ox-returned', null, null, null),
    ('ox-returned-3', '2026-11-14 15:00Z', 'USD', -20.00, 'ox-returned', '2026-11-15 15:00Z', null, null),
    ('ox-adjusted', '2026-11-10 15:00Z', 'USD', 99.99, null, null, null, null),
    ('ox-cancelled', '2026-11-10 15:00Z', 'USD', 100.00, null, '2026-11-11 15:00Z', null, null),
    ('ox-not-cancelled-yet', '2026-11-10 15:00Z', 'USD', 100.00, null, '2026-11-20 15:30:00.000001Z', null, null),
    ('ox-unchanged', '2026-11-10 15:00Z', 'USD', 100.00, null, null, null, null),
    ('ox-euros', '2026-11-10 15:00Z', 'EUR', 77.77, null, null, null, null),
    ('ox-free', '2026-11-10 15:00Z', 'USD', 0.00, null, null, null, null),
    ('ox-unknown-yet', '2026-11-10 15:00Z', 'USD', 100.00, null, null, null, '2026-11-20 15:30:00.000001Z'),
    ('ox-later', '2026-11-20 15:30:00.000001Z', 'USD', 100.00, null, null, null, null)
) as planted(order_id, ordered_at, currency, total, original_order_id, cancelled_at, is_test, ingested_at)
cross join (select 'web' as channel, 'web' as source);

copy planted to (planted_file('orders'));

drop table planted;

create table planted as from order_adjustments limit 0;

insert into planted by name
from (values
    ('adjx-1', 'ox-adjusted', 'refund', -10.01, '2026-11-12 12:00Z', null),
    ('adjx-2', 'ox-adjusted', 'edit', 5.55, '2026-11-13 12:00Z', null),
    ('adjx-3', 'ox-adjusted', 'refund', -50.00, '2026-11-20 15:30:00.000001Z', null),
    ('adjx-4', 'ox-adjusted', 'refund', -50.00, '2026-11-13 12:00Z', '2026-11-20 15:30:00.000001Z'),
    ('adjx-5', 'ox-cancelled', 'refund', -10.00, '2026-11-10 16:00Z', null),
    ('adjx-6', 'ox-euros', 'refund', -3.33, '2026-11-14 12:00Z', null)
) as planted(adjustment_id, order_id, kind, amount, occurred_at, ingested_at);

copy planted to (planted_file('order_adjustments'));

drop table planted;
