"""What one server process has in hand, built once by `api.app` and reached as `app.state.runtime`.

Must never be a global: tests build their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from kernel.clock import Clock
from kernel.db import Database
from kernel.locale import Language
from kernel.sealed import KeyFile
from kernel.settings import Settings
from points.intake import Intake
from points.what_if.looks import Looks


class Renderer(Protocol):
    """What turns a template into a page; `api.web.templates`, which knows the door, is one."""

    def render(self, language: Language, name: str, context: Mapping[str, Any]) -> str: ...


@dataclass(slots=True)
class Runtime:
    """Settings, database, clock, keys, the group commit, the templates and the looks at the past of this process."""

    settings: Settings
    database: Database
    clock: Clock
    keys: KeyFile
    intake: Intake
    templates: Renderer
    looks: Looks = field(default_factory=Looks)

    @property
    def secure(self) -> bool:
        """Whether people reach us over https; cookies then carry `Secure` and the `__Host-` prefix."""
        return self.settings.base_url.startswith("https://")

    @property
    def session_cookie(self) -> str:
        return "__Host-sid" if self.secure else "sid"
