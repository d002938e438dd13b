"""What right rooms must act on when a project changes; handlers run in the same transaction."""

from crm.kit.registries import Hook

# (project): the project was made of a lead, whose earlier contacts are its own from now on.
lead_converted = Hook("projects.lead_converted")
# (project): its stage, its node or its firm here is another now.
landing_changed = Hook("projects.landing_changed")
# (actor, promise): a promise or its result was written.
promise_saved = Hook("projects.promise_saved")
# (actor, project, words, day): somebody says anew what comes next and when; the contacts keep it.
step_planned = Hook("projects.step_planned")
