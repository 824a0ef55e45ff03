"""The API's routes, in one router; `api.app` puts it under /api/v1."""

from fastapi import APIRouter

from api.v1 import (
    accounts,
    activities,
    consultations,
    event_batches,
    events,
    holds,
    households,
    ledger,
    ledger_changes,
    limits,
    pending,
    privacy,
    re_rates,
    redemptions,
    rule_drafts,
    rules,
    scores,
)

router = APIRouter()
PARTS = (
    events,
    event_batches,
    ledger,
    holds,
    pending,
    ledger_changes,
    accounts,
    households,
    privacy,
    activities,
    rules,
    rule_drafts,
    scores,
    consultations,
    limits,
    re_rates,
    redemptions,
)
for part in PARTS:
    router.include_router(part.router)
