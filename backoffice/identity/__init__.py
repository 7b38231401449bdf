"""Who may charge and who may operate: accounts, logins, and the IdTokens that people present."""
