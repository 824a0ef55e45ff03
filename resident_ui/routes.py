"""Every page of the resident's phone, in one router."""

from fastapi import APIRouter

from resident_ui import activities, home, household, points, privacy, rewards, rules, scan, trying

router = APIRouter()
for part in (home, points, household, scan, activities, rewards, rules, trying, privacy):
    router.include_router(part.router)
