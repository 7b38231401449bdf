"""Everything that the platform keeps, written to a folder and read back: the database, the streams, the keys of KV.

Invariants:
1. The database is seen first, in one snapshot, and the streams after it: all that the snapshot's cursors have behind
   them is in the streams, and what came later is applied after a restore, from there.
2. Of the services' own events, those that a later state of the database published are left out: the restored services
   publish them again, as they come to that state again.
3. A restored stream has its messages under their old sequence numbers; the cursors are told that it is the same stream.
4. Nothing is restored from a folder that its manifest does not describe to the byte.
"""
