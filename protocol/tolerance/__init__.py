"""What real stations get wrong inside a payload, forgiven by named rules; strict decoding always comes first."""
