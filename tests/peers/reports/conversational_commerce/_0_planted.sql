-- Rows beside those of the sample, for rules that none of its rows depends on. Each case has a
-- customer of its own; what must follow is not said here but by both sides alike.
create macro planted_file(table_name) as '$warehouse/' || table_name || '/planted.parquet';

create table planted as from messages limit 0;

insert into planted by name
from (values
    -- an agent by id alone, a bot, and a customer whose name is an agent's
    ('mx-1', null, 'x-agent', 'whatsapp', 'in', null, null, '2026-11-12 12:00Z'),
    ('mx-2', null, 'x-agent', 'whatsapp', 'out', null, 'agent-01', '2026-11-12 12:01Z'),
    ('mx-3', null, 'x-bot', 'whatsapp', 'in', null, null, '2026-11-12 12:00Z'),
    ('mx-4', null, 'x-bot', 'whatsapp', 'out', null, null, '2026-11-12 12:01Z'),
    ('mx-5', null, 'x-typed', 'whatsapp', 'in', null, 'agent-01', '2026-11-12 12:00Z'),
    -- an agent before the reply, by id and by inactivity
    ('mx-6', null, 'x-asked', 'whatsapp', 'out', 'agent', 'agent-01', '2026-11-12 12:00Z'),
    ('mx-7', null, 'x-asked', 'whatsapp', 'in', 'contact', null, '2026-11-12 13:00Z'),
    ('mx-8', 'sx-asked', 'x-named', 'whatsapp', 'out', 'agent', 'agent-01', '2026-11-12 12:00Z'),
    ('mx-9', 'sx-asked', 'x-named', 'whatsapp', 'in', 'contact', null, '2026-11-12 13:00Z'),
    -- one id on two channels is of that where the customer began
    ('mx-10', 'sx-moved', 'x-moved', 'email', 'out', 'agent', 'agent-01', '2026-11-12 12:00Z'),
    ('mx-11', 'sx-moved', 'x-moved', 'whatsapp', 'in', 'contact', null, '2026-11-12 13:00Z'),
    ('mx-12', 'sx-moved', 'x-moved', 'email', 'in', 'contact', null, '2026-11-12 14:00Z'),
    -- two sessions of one instant, one message of each
    ('mx-13', 'sx-same-1', 'x-same', 'whatsapp', 'in', 'contact', null, '2026-11-12 12:00Z'),
    ('mx-14', 'sx-same-2', 'x-same', 'whatsapp', 'in', 'contact', null, '2026-11-12 12:00Z'),
    -- a user of two months ago, and of no channel at all
    ('mx-15', null, 'x-back', 'whatsapp', 'in', 'contact', null, '2026-10-15 12:00Z'),
    ('mx-16', null, 'x-back', 'whatsapp', 'in', 'contact', null, '2026-11-12 12:00Z'),
    ('mx-17', null, 'x-nowhere', null, 'in', 'contact', null, '2026-11-12 12:00Z'),
    -- the silence is that of both sides
    ('mx-18', null, 'x-bridge', 'whatsapp', 'in', 'contact', null, '2026-11-10 12:00Z'),
    ('mx-19', null, 'x-bridge', 'whatsapp', 'out', 'bot', null, '2026-11-11 11:00Z'),
    ('mx-20', null, 'x-bridge', 'whatsapp', 'in', 'contact', null, '2026-11-12 10:00Z'),
    -- messages with an id and without are told apart
    ('mx-21', null, 'x-mixed', 'whatsapp', 'in', 'contact', null, '2026-11-12 12:00Z'),
    ('mx-22', 'sx-mixed', 'x-mixed', 'whatsapp', 'in', 'contact', null, '2026-11-12 12:05Z'),
    ('mx-23', null, 'x-mixed', 'whatsapp', 'in', 'contact', null, '2026-11-12 12:10Z')
) as planted(
    message_id, session_id, customer_id, channel, direction, sender_type, agent_id, sent_at
);

copy planted to (planted_file('messages'));

drop table planted;

create table planted as from orders limit 0;

insert into planted by name
from (values
    -- the last instant of a session, the one after, and while two were open
    ('ox-last', 'x-agent', 'whatsapp', '2026-11-13 12:01Z', null, null, null, null, 'USD', 50.00),
    ('ox-after', 'x-bot', 'whatsapp', '2026-11-13 12:01:00.000001Z', null, null, null, null, 'USD', 50.00),
    ('ox-mixed', 'x-mixed', 'whatsapp', '2026-11-12 12:07Z', null, null, null, null, 'USD', 50.00),
    -- captured, approved and invoiced on days of their own, at the rates of these
    ('ox-slow', 'x-slow', 'whatsapp', '2026-10-28 12:00Z', '2026-11-02 12:00Z', '2026-11-05 12:00Z', '2026-11-12 12:00Z', null, 'EUR', 333.33),
    ('ox-unpaid', 'x-slow', 'whatsapp', '2026-11-12 12:00Z', '2026-11-12 12:00Z', null, null, null, 'EUR', 77.77),
    -- checkouts of two customers, currencies or channels, and one that is half approved
    ('ox-both-1', 'x-both-1', 'web', '2026-11-12 12:00Z', null, '2026-11-12 12:00Z', null, 'gx-both', 'USD', 10.00),
    ('ox-both-2', 'x-both-2', 'web', '2026-11-11 12:00Z', null, null, null, 'gx-both', 'EUR', 20.00),
    ('ox-parted-1', 'x-parted', 'web', '2026-11-12 12:00Z', null, '2026-11-12 12:00Z', null, 'gx-parted', 'EUR', 10.01),
    ('ox-parted-2', 'x-parted', 'whatsapp', '2026-11-12 12:00Z', null, null, null, 'gx-parted', 'EUR', 20.02),
    ('ox-parted-3', 'x-parted', 'web', '2026-11-12 12:00Z', null, null, null, 'gx-parted', 'EUR', 0.33),
    -- nowhere, and given back
    ('ox-nowhere', 'x-nowhere', null, '2026-11-12 12:30Z', null, null, null, null, 'USD', 50.00),
    ('ox-back', 'x-agent', 'whatsapp', '2026-11-12 12:30Z', null, null, null, null, 'USD', -50.00)
) as planted(
    order_id, customer_id, channel, ordered_at, captured_at, approved_at, invoiced_at,
    order_group_id, currency, total
);

copy planted to (planted_file('orders'));

drop table planted;

create table planted as from order_lines limit 0;

-- those that are not here have none
insert into planted by name
from (values
    ('ox-slow', 1, 'p-301', 3, 100.00),
    ('ox-slow', 2, 'p-302', 1, 11.11),
    ('ox-parted-1', 1, 'p-301', 1, 9.05),
    ('ox-both-2', 1, 'p-301', 2, 18.00)
) as planted(order_id, line_number, product_id, quantity, net_amount);

copy planted to (planted_file('order_lines'));

drop table planted;
