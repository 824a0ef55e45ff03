"""The API's routes, in one router; `api.app` puts it under /api/v1."""

from fastapi import APIRouter

from api.v1 import activities, events, households, ledger, redemptions, rules

router = APIRouter()
for part in (events, ledger, households, activities, rules, redemptions):
    router.include_router(part.router)
