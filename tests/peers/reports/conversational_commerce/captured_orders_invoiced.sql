from captured(order_family := 'invoiced')
