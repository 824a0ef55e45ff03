"""What a workbook's sheets are made of: columns, tables and their slots. Data, nothing else."""

from dataclasses import dataclass
from typing import Literal

from rules.language.sheet.forms import TEXT, Form
from rules.language.sheet.phrases import CONDITION_EXAMPLE
from rules.language.sheet.rows import MORE, Slot

KIND, CODE, SCALE, GROUP = "kind", "code", "scale", "group"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its names, its width in letters, and its help. A rare one is hidden where no row uses it."""

    name: str
    zh: str
    en: str
    width: int = 14
    help_zh: str = ""
    help_en: str = ""
    rare: bool = False

    @property
    def heading(self) -> str:
        """Both names, as they stand in the header."""
        return f"{self.zh}\n{self.en}"

    @property
    def help(self) -> str:
        """The help in both languages; once where it is the same."""
        return "\n".join(dict.fromkeys(filter(None, (self.help_zh, self.help_en))))


@dataclass(frozen=True, slots=True)
class Table:
    """A part of a pack that is a table: a list, a mapping by code, one mapping, or the steps within each scale."""

    key: str
    shape: Literal["list", "map", "one", "steps"]
    slots: tuple[Slot, ...]
    zh: str = ""
    en: str = ""

    @property
    def label(self) -> str:
        """What stands in the first column of its rows, where a sheet has several tables."""
        return f"{self.zh} {self.en}"


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet: its names, its columns, and the tables in it; several are told apart by their first column."""

    zh: str
    en: str
    columns: tuple[Column, ...]
    tables: tuple[Table, ...]

    @property
    def several(self) -> bool:
        """Whether the first column says which table a row belongs to."""
        return len(self.tables) > 1

    def slot_of(self, name: str) -> Slot | None:
        """The first slot that a column has, for its list of choices."""
        return next((slot for table in self.tables for slot in table.slots if slot.name == name), None)


def slot(name: str, form: Form, *path: str, with_main: bool = False) -> Slot:
    """A column's slot; its path is its name where none is given."""
    return Slot(name, path or (name,), form, with_main)


def title(at: str = "title") -> tuple[Slot, Slot]:
    """The slots of a title in both languages."""
    return Slot("title_zh", (at, "zh"), TEXT), Slot("title_en", (at, "en"), TEXT)


CODE_COLUMN = Column(CODE, "代码", "Code", 18, "※ 小写字母、数字、连字符", "small letters, digits, hyphens")
TITLE_COLUMNS = (
    Column("title_zh", "名称(中文)", "Title in Chinese", 24, "居民看到的名称", "what residents read"),
    Column("title_en", "名称(英文)", "Title in English", 24),
)
MORE_COLUMN = Column(
    MORE, "其他(YAML)", "More (YAML)", 24, "其余内容,如 domain: tax", "anything else, such as domain: tax", True
)
WHEN_COLUMN = Column("when", "条件", "Condition", 34, CONDITION_EXAMPLE, "several: ; for all, 或 for any; deeper: YAML")
BASIS_COLUMN = Column(
    "basis", "依据", "Legal basis", 26, "依据代码,以分号分开", "codes of legal bases, with semicolons"
)
