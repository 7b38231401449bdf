"""How alembic runs for one service: `env.py` is its environment, `upgrade.py` calls it."""
