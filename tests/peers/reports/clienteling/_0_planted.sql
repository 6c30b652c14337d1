-- Rows beside those of the sample, for rules that none of its rows depends on. Each case has a
-- client of its own; what must follow is not said here but by both sides alike.
create macro planted_file(table_name) as '$warehouse/' || table_name || '/planted.parquet';

create table planted as from stores limit 0;

insert into planted by name
from (values
    ('store-tokyo', 'Tokyo', 'Asia/Tokyo'),
    ('store-nowhere', 'Nowhere', null)
) as planted(store_id, name, timezone);

copy planted to (planted_file('stores'));

drop table planted;

create table planted as from associates limit 0;

insert into planted by name
from (values
    ('associate-x', 'Uma Before', 'store-soho', null, '2026-11-01 05:00Z'),
    ('associate-x', 'Uma After', 'store-boston', '2026-11-01 05:00Z', null)
) as planted(associate_id, name, store_id, valid_from, valid_to);

copy planted to (planted_file('associates'));

drop table planted;

create table planted as from customers limit 0;

-- whom the old record belonged to says nothing about the new one
insert into planted by name
from (values
    ('x-old', 'Ada Old', 'x-new', 'associate-01', 'store-soho'),
    ('x-new', 'Ada New', null, 'associate-03', 'store-boston')
) as planted(customer_id, name, merged_into, associate_id, store_id);

copy planted to (planted_file('customers'));

drop table planted;

create table planted as from orders limit 0;

insert into planted by name
from (values
    -- sales of a day, in other zones than that of the shop, or in none that is known
    ('ox-tokyo', 'x-tokyo', '2026-11-12 00:00Z', 50.00, 'pos', 'store-tokyo', true, null, null, false),
    ('ox-tokyo-late', 'x-tokyo-late', '2026-11-12 00:00Z', 50.00, 'pos', 'store-tokyo', true, null, null, false),
    ('ox-tokyo-early', 'x-tokyo-early', '2026-11-12 00:00Z', 50.00, 'pos', 'store-tokyo', true, null, null, false),
    ('ox-nowhere', 'x-nowhere', '2026-11-12 00:00Z', 50.00, 'pos', 'store-nowhere', true, null, null, false),
    ('ox-unnamed', 'x-unnamed', '2026-11-12 00:00Z', 50.00, 'pos', 'store-x', true, null, null, false),
    -- tickets of one purchase: of days, begun on the web, begun with a test
    ('ox-days-1', 'x-days', '2026-10-20 00:00Z', 20.00, 'pos', 'store-outlet', true, 'gx-days', null, false),
    ('ox-days-2', 'x-days', '2026-11-12 00:00Z', 80.00, 'pos', 'store-outlet', true, 'gx-days', null, false),
    ('ox-later-1', 'x-later', '2026-10-20 00:00Z', 20.00, 'pos', 'store-outlet', true, 'gx-later', null, false),
    ('ox-later-2', 'x-later', '2026-11-12 00:00Z', 80.00, 'pos', 'store-outlet', true, 'gx-later', null, false),
    ('ox-web-1', 'x-web', '2026-10-20 12:00Z', 20.00, 'web', null, null, 'gx-web', null, null),
    ('ox-web-2', 'x-web', '2026-11-12 12:00Z', 80.00, 'pos', 'store-soho', null, 'gx-web', null, null),
    ('ox-test-1', 'x-test', '2026-10-20 12:00Z', 20.00, 'pos', 'store-soho', false, 'gx-test', null, true),
    ('ox-test-2', 'x-test', '2026-11-12 12:00Z', 80.00, 'pos', 'store-soho', false, 'gx-test', null, false),
    -- without a source, cancelled, changed afterwards, of a merged client, without a store
    ('ox-anywhere', 'x-anywhere', '2026-11-12 12:00Z', 50.00, null, 'store-soho', false, null, null, false),
    ('ox-cancelled', 'x-cancelled', '2026-11-12 12:00Z', 50.00, 'pos', 'store-soho', false, null, '2026-11-13 12:00Z', false),
    ('ox-changed', 'x-changed', '2026-11-12 12:00Z', 50.00, 'pos', 'store-soho', false, null, null, false),
    ('ox-merged', 'x-old', '2026-11-12 12:00Z', 50.00, 'pos', 'store-soho', false, null, null, false),
    ('ox-homeless', 'x-homeless', '2026-11-12 12:00Z', 50.00, 'pos', null, false, null, null, false)
) as planted(
    order_id, customer_id, ordered_at, total, source, store_id, date_only, order_group_id,
    cancelled_at, is_test
);

update planted set currency = 'USD';

copy planted to (planted_file('orders'));

drop table planted;

create table planted as from order_adjustments limit 0;

insert into planted by name
from (values
    ('adjx-1', 'ox-changed', 'refund', -10.01, '2026-11-13 12:00Z'),
    ('adjx-2', 'ox-cancelled', 'refund', -10.01, '2026-11-13 11:00Z')
) as planted(adjustment_id, order_id, kind, amount, occurred_at);

copy planted to (planted_file('order_adjustments'));

drop table planted;

create table planted as from activities limit 0;

insert into planted by name
from (values
    -- the 12th in Tokyo ends at 15:00 UTC, and the 29th of October begins there at 15:00 of the 28th
    ('ax-tokyo', 'x-tokyo', '2026-11-12 14:59Z', 'associate-01', 'store-soho', 'completed', false),
    ('ax-tokyo-late', 'x-tokyo-late', '2026-11-12 15:00Z', 'associate-01', 'store-soho', 'completed', false),
    ('ax-tokyo-early', 'x-tokyo-early', '2026-10-28 15:00Z', 'associate-01', 'store-soho', 'completed', false),
    ('ax-nowhere', 'x-nowhere', '2026-11-13 04:30Z', 'associate-01', 'store-soho', 'completed', false),
    ('ax-unnamed', 'x-unnamed', '2026-11-13 04:30Z', 'associate-x', null, 'completed', false),
    ('ax-days', 'x-days', '2026-10-18 12:00Z', 'associate-x', 'store-soho', 'delivered', false),
    ('ax-later', 'x-later', '2026-11-10 12:00Z', 'associate-x', 'store-soho', 'completed', false),
    ('ax-web', 'x-web', '2026-10-18 12:00Z', 'associate-x', null, 'completed', null),
    ('ax-test', 'x-test', '2026-11-10 12:00Z', null, null, 'completed', null),
    -- two at one instant, one of them by a system
    ('ax-anywhere-2', 'x-anywhere', '2026-11-10 12:00Z', null, null, 'completed', true),
    ('ax-anywhere-1', 'x-anywhere', '2026-11-10 12:00Z', 'associate-x', null, 'completed', null),
    ('ax-cancelled', 'x-cancelled', '2026-11-10 12:00Z', 'associate-01', 'store-soho', 'completed', false),
    ('ax-changed', 'x-changed', '2026-11-10 12:00Z', 'associate-01', 'store-soho', null, false),
    ('ax-merged', 'x-new', '2026-11-10 12:00Z', 'associate-01', 'store-soho', 'completed', false),
    ('ax-homeless', 'x-homeless', '2026-11-10 12:00Z', 'associate-01', 'store-boston', 'completed', false)
) as planted(activity_id, customer_id, occurred_at, associate_id, store_id, status, automated);

update planted set activity_type = 'messaging';

copy planted to (planted_file('activities'));

drop table planted;
