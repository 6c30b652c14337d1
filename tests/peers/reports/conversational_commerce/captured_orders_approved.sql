from captured(channels := 'whatsapp,webchat', order_family := 'approved')
