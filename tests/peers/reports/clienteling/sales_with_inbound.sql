from sales(include_inbound := true)
