from captured(channels := 'web', order_key := 'order_group_id')
