"""All tables in one import, for migrations and the house tests."""

from crm.accounts import models as accounts
from crm.agenda import models as agenda
from crm.audit import models as audit
from crm.carriers import models as carriers
from crm.chains import models as chains
from crm.claims import models as claims
from crm.claims.disputes import models as disputes
from crm.claims.ending import models as ending
from crm.claims.stock import models as stock
from crm.claims.transfers import models as transfers
from crm.companies import models as companies
from crm.duplicates import models as duplicates
from crm.fairs import models as fairs
from crm.files import models as files
from crm.handovers import models as handovers
from crm.imports import models as imports
from crm.interactions import models as interactions
from crm.kit import models as kit
from crm.kit.db import Base
from crm.leads import models as leads
from crm.notices import models as notices
from crm.parameters import models as parameters
from crm.people import models as people
from crm.plan import models as plan
from crm.projects import models as projects
from crm.reports import models as reports
from crm.targets import models as targets
from crm.targets.lists import models as target_lists
from crm.ties import models as ties
from crm.todos import models as todos
from crm.watch import models as watch

ROOMS = (
    kit,
    audit,
    accounts,
    files,
    notices,
    parameters,
    imports,
    plan,
    carriers,
    companies,
    people,
    leads,
    claims,
    ending,
    disputes,
    transfers,
    stock,
    projects,
    interactions,
    todos,
    handovers,
    agenda,
    watch,
    chains,
    ties,
    targets,
    target_lists,
    fairs,
    duplicates,
    reports,
)
metadata = Base.metadata
