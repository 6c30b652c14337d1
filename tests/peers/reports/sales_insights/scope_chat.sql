from tiles(scope := 'chat', channels := 'whatsapp, web')
