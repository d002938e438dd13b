"""What right rooms must act on when signals change; handlers run in the same transaction."""

from crm.kit.registries import Hook

# (company ids): their signals are others now.
signals_changed = Hook("watch.signals_changed")
# (signal, heard: set of user ids): a strong new signal; handlers add the people who should hear of it.
strong_signal = Hook("watch.strong_signal")
