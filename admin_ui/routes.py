"""Every desk's routes, in one router."""

from fastapi import APIRouter

from admin_ui import desk
from admin_ui.auditors import routes as auditors
from admin_ui.merchants import routes as merchants
from admin_ui.officials import routes as officials
from admin_ui.organisers import routes as organisers

router = APIRouter()
for part in (desk, officials, organisers, merchants, auditors):
    router.include_router(part.router)
