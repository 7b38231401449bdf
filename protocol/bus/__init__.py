"""How facts and commands are named, wrapped and told apart on NATS."""
