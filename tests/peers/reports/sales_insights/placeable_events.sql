from placeable()
