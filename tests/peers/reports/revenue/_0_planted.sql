-- Rows beside those of the sample, for rules that none of its rows depends on. Each case has a
-- customer of its own; what must follow is not said here but by both sides alike.
create macro planted_file(table_name) as '$warehouse/' || table_name || '/planted.parquet';

create table planted as from agents limit 0;

-- one who has left, one under a new name
insert into planted by name
from (values
    ('ax-left', 'Ira Left', 'team-vip', null, '2026-11-01 05:00Z'),
    ('ax-named', 'Uma Before', 'team-vip', null, '2026-11-01 05:00Z'),
    ('ax-named', 'Uma After', 'team-care', '2026-11-01 05:00Z', null)
) as planted(agent_id, name, team_id, valid_from, valid_to);

copy planted to (planted_file('agents'));

drop table planted;

create table planted as from conversations limit 0;

insert into planted by name
from (
    select
        'vx-' || name as conversation_id,
        'x-' || name as customer_id,
        'email' as channel,
        'team-sales' as team_id,
        timestamptz '2026-11-10 12:00Z' as created_at
    from unnest([
        'left', 'named', 'moved', 'answered', 'unknown', 'returned', 'dollars', 'tested', 'twice',
        'cancelled', 'refunded', 'free', 'reopened', 'machine', 'unsaid', 'again', 'snoozed'
    ]) as cases(name)
);

copy planted to (planted_file('conversations'));

drop table planted;

create table planted as from messages limit 0;

insert into planted by name
from (
    select
        replace(conversation_id, 'vx', 'mx') as message_id,
        conversation_id,
        customer_id,
        if(conversation_id = 'vx-unknown', null, 'webchat') as channel,
        'in' as direction,
        created_at as sent_at
    from read_parquet(planted_file('conversations'))
);

-- the shop wrote first, on another channel; the customer goes on, on a third
insert into planted by name
from (values
    ('mx-answered-0', 'vx-answered', 'x-answered', 'sms', 'out', '2026-11-10 11:00Z'),
    ('mx-moved-2', 'vx-moved', 'x-moved', 'instagram', 'in', '2026-11-10 13:00Z')
) as planted(message_id, conversation_id, customer_id, channel, direction, sent_at);

copy planted to (planted_file('messages'));

drop table planted;

create table planted as from conversation_status_events limit 0;

insert into planted by name
from (
    select
        replace(conversation_id, 'vx', 'tx') as event_id,
        conversation_id,
        'done' as status,
        timestamptz '2026-11-11 12:00Z' as changed_at,
        case conversation_id
            when 'vx-left' then 'ax-left'
            when 'vx-named' then 'ax-named'
            else 'agent-02'
        end as changed_by,
        if(conversation_id = 'vx-unsaid', null, 'human') as changed_by_type,
        1 as sequence
    from read_parquet(planted_file('conversations'))
);

-- reopened at the instant of the order, closed again by a bot, and what is young but not done
insert into planted by name
from (values
    ('tx-reopened-2', 'vx-reopened', 'open', '2026-11-12 12:00Z', null, 'rule', 2),
    ('tx-machine-2', 'vx-machine', 'done', '2026-11-11 13:00Z', 'bot-aria', 'bot', 2),
    ('tx-again-2', 'vx-again', 'done', '2026-11-18 12:00Z', 'agent-03', 'human', 2),
    ('tx-again-3', 'vx-again', 'done', '2026-11-19 12:00Z', 'agent-04', 'human', 3),
    ('tx-snoozed-2', 'vx-snoozed', 'done', '2026-11-19 12:00Z', 'agent-03', 'human', 2),
    ('tx-snoozed-3', 'vx-snoozed', 'snoozed', '2026-11-19 13:00Z', 'agent-03', 'human', 3)
) as planted(
    event_id, conversation_id, status, changed_at, changed_by, changed_by_type, sequence
);

copy planted to (planted_file('conversation_status_events'));

drop table planted;

create table planted as from orders limit 0;

insert into planted by name
from (
    select
        replace(conversation_id, 'vx', 'ox') as order_id,
        customer_id,
        timestamptz '2026-11-12 12:00Z' as ordered_at,
        if(conversation_id = 'vx-dollars', 'EUR', 'USD') as currency,
        if(conversation_id = 'vx-free', 0, 100.03) as total,
        if(conversation_id = 'vx-free', 0, 5) as shipping,
        if(conversation_id = 'vx-free', null, 7.77) as tax,
        if(conversation_id in ('vx-cancelled', 'vx-refunded'), timestamptz '2026-11-14 12:00Z', null)
            as cancelled_at,
        if(conversation_id = 'vx-unsaid', null, false) as is_test
    from read_parquet(planted_file('conversations'))
    where conversation_id not in ('vx-again', 'vx-snoozed')
);

insert into planted by name
from (values
    ('ox-returned-back', 'ox-returned', 'USD', -40.00, false),
    ('ox-dollars-back', 'ox-dollars', 'USD', -40.00, false),
    ('ox-tested-back', 'ox-tested', 'USD', -40.00, true),
    ('ox-twice-back', 'ox-twice', 'USD', -40.00, false),
    ('ox-twice-back-again', 'ox-twice-back', 'USD', -10.00, false),
    ('ox-lost-back', 'ox-never-sold', 'USD', -10.00, false),
    ('ox-dearer', 'ox-returned', 'USD', 10.00, false)
) as planted(order_id, original_order_id, currency, total, is_test);

update planted
set ordered_at = timestamptz '2026-11-13 12:00Z'
where ordered_at is null;

copy planted to (planted_file('orders'));

drop table planted;

create table planted as from order_adjustments limit 0;

-- before it was cancelled, and the whole amount or more
insert into planted by name
from (values
    ('adjx-1', 'ox-refunded', 'refund', -20.01, '2026-11-13 12:00Z'),
    ('adjx-2', 'ox-left', 'refund', -100.03, '2026-11-13 12:00Z'),
    ('adjx-3', 'ox-named', 'refund', -110.00, '2026-11-13 12:00Z'),
    ('adjx-4', 'ox-moved', 'refund', -95.00, '2026-11-13 12:00Z'),
    ('adjx-5', 'ox-moved', 'edit', 2.00, '2026-11-14 12:00Z')
) as planted(adjustment_id, order_id, kind, amount, occurred_at);

copy planted to (planted_file('order_adjustments'));

drop table planted;
