"""How a station acts and answers, one file per block, in domain words.

Every function takes the station's state, what happened, and now; what it says goes into the outbox, what it wants to be
woken for into the alarms.
"""
