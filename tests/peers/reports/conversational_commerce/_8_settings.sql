-- What some views are made of with other parameters.
create table invoices as from captured(order_family := 'invoiced');

create table numbers_of_invoices as
from numbers('default_spans', 'default_sessions', 'invoices');

create table spans_with_same_days as from spans(comparison := 'same_days_prev_month');

create table numbers_with_same_days as
from numbers('spans_with_same_days', 'default_sessions', 'default_orders');

create table days_with_same_days as from days_of(comparison := 'same_days_prev_month');

create table numbers_of_days_with_same_days as
from numbers('days_with_same_days', 'default_sessions', 'default_orders');

create table sessions_of_short_history as
select * replace (timestamptz '2026-11-10 05:00Z' as history_starts_at) from default_sessions;

create table numbers_of_short_history as
from numbers('default_spans', 'sessions_of_short_history', 'default_orders');

create table numbers_of_days_of_short_history as
from numbers('default_days', 'sessions_of_short_history', 'default_orders');
