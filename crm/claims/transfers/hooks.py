"""What right rooms must act on when a claim goes to another unit; handlers run in the same transaction."""

from crm.kit.registries import Hook

# (actor, old claim, new claim): the claim is the host's now; a project that stands on it follows.
handed = Hook("claims.handed")
# (actor, agreement): both units confirmed what they share; the credit of the project follows.
agreed = Hook("claims.agreed")
