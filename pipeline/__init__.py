"""The commands that give tenants their resources and keep them on the newest template, and what stands behind them."""
