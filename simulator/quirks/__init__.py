"""What real stations do that they should not: named deviations that a virtual station can be given.

A quirk changes what the station writes, after it was encoded by the book, or how it asks for its socket and keeps it;
so the station itself, and the ledger, stay right. `simulator.quirks.library` has the table.
"""
