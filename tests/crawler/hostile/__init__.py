"""What attacks a crawler: bad servers, names that turn, addresses that lead astray; and what watches it."""
