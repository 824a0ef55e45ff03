"""The organiser's desk, in one router."""

from fastapi import APIRouter

from admin_ui.organisers import activities, offline, screen, workbooks

router = APIRouter()
for part in (activities, screen, workbooks, offline):
    router.include_router(part.router)
