"""Which sheets a pack's workbook has, which tables stand in each, and which column says what. Data, nothing else.

A column is named in both languages and has a line of help. Must never decide what a pack may say: a column only gives a
key of the language a place that officials know.
"""

from rules.language.sheet.forms import AMOUNT, CODES, KEY, NODE, TEXT, WORTH, YES, key
from rules.language.sheet.item_page import ITEMS
from rules.language.sheet.pages import (
    CODE,
    CODE_COLUMN,
    KIND,
    MORE_COLUMN,
    SCALE,
    TITLE_COLUMNS,
    WHEN_COLUMN,
    Column,
    Page,
    Table,
    slot,
    title,
)
from rules.language.sheet.phrases import CONDITION
from rules.language.sheet.words import (
    COMBINE,
    EFFECT,
    LIMIT_PER,
    SILENCE,
    TIES,
)
from rules.language.sheet.worths import ORDER, ORDER_EXAMPLE

PARAMETERS = Page(
    "参数",
    "Parameters",
    (
        CODE_COLUMN,
        *TITLE_COLUMNS,
        Column("value", "数值", "Value", 12, "可在分值等处写代码代替数字", "its code may stand in place of a number"),
        Column("min", "最小", "Min", 12, "法定下限", "the smallest lawful value"),
        Column("max", "最大", "Max", 12, "法定上限", "the largest lawful value"),
        Column("unit", "单位", "Unit", 10),
        Column("basis", "依据", "Legal basis", 26, "一个依据代码", "one code of a legal basis"),
        MORE_COLUMN,
    ),
    (
        Table(
            "parameters",
            "map",
            (
                *title(),
                slot("value", AMOUNT),
                slot("min", AMOUNT),
                slot("max", AMOUNT),
                slot("unit", TEXT),
                slot("basis", key("bases")),
            ),
        ),
    ),
)

ELIGIBILITY = Page(
    "资格",
    "Eligibility",
    (
        Column(KIND, "类别", "Kind", 18, "从列表选", "choose from the list"),
        CODE_COLUMN,
        Column("title_zh", "说明(中文)", "Words in Chinese", 30, "不符合时给居民看", "shown to whoever does not pass"),
        Column("title_en", "说明(英文)", "Words in English", 30),
        WHEN_COLUMN,
        Column("effect", "后果", "Effect", 18, "一票否决:从列表选", "of a veto", True),
        Column("level", "等级", "Level", 14, rare=True),
        Column("after", "事件", "After", 18, "限期:哪种事件之后", "of a bar: the kind of event", True),
        Column("months", "月数", "Months", 9, "限期多少个月", "how long a bar lasts", True),
        Column("forever", "永久", "Forever", 9, "是", "是", True),
        MORE_COLUMN,
    ),
    (
        Table("requires", "list", (slot(CODE, KEY), *title("otherwise"), slot("when", CONDITION)), "条件", "require"),
        Table(
            "vetoes",
            "list",
            (slot(CODE, KEY), *title(), slot("when", CONDITION), slot("effect", EFFECT), slot("level", KEY)),
            "一票否决",
            "veto",
        ),
        Table(
            "bars",
            "list",
            (
                slot(CODE, KEY),
                *title(),
                slot("after", key("event_kinds")),
                slot("when", CONDITION, "where"),
                slot("months", AMOUNT),
                slot("forever", YES),
            ),
            "限期",
            "bar",
        ),
    ),
)

LEVELS = Page(
    "等级",
    "Levels",
    (
        Column(KIND, "类别", "Kind", 16, "先写等级序列,再写各级", "a scale, then its steps"),
        Column(SCALE, "序列", "Scale", 16, "级所属的序列", "the scale of a step"),
        CODE_COLUMN,
        Column("of", "依据积分", "Points of", 18, "序列:哪种积分", "of a scale: the kind of points", True),
        Column("at_least", "至少", "At least", 12, "级:从多少起", "of a step: where it begins"),
        *TITLE_COLUMNS,
        Column("beside", "同时至少", "Beside", 24, "service-hours=600", "what other kinds must have", True),
        Column("tenure", "任期(月)", "Tenure (months)", 10, rare=True),
        Column("gives", "权益", "Gives", 40, "YAML 列表", "a YAML list", True),
        Column("moves", "升降", "Moves", 40, "YAML", "YAML", True),
        MORE_COLUMN,
    ),
    (
        Table("levels", "map", (slot("of", key("point_kinds")), slot("moves", NODE)), "等级序列", "scale"),
        Table(
            "steps",
            "steps",
            (
                slot(CODE, KEY),
                slot("at_least", AMOUNT),
                *title(),
                slot("beside", WORTH),
                slot("tenure", AMOUNT, "tenure_months"),
                slot("gives", NODE),
            ),
            "级",
            "step",
        ),
    ),
)

_RESULT = (
    *title(),
    slot("of", CODES),
    slot("requires", NODE),
    slot("threshold", AMOUNT),
    slot("decided", KEY),
    slot("multiply", NODE),
    slot("cap", AMOUNT),
    slot("floor", AMOUNT),
    slot("order", ORDER),
    slot("ties", TIES),
    slot("levels", KEY),
    slot("shares", NODE),
    slot("valid_months", AMOUNT),
)
RESULTS = Page(
    "结果",
    "Results",
    (
        Column(KIND, "类别", "Kind", 16, "从列表选", "choose from the list"),
        CODE_COLUMN,
        *TITLE_COLUMNS,
        Column(
            "of", "包括", "Of", 30, "计分项或分组的代码;分组可留空", "codes; a group's may stand with the items", True
        ),
        Column("combine", "合并方式", "Combine", 16, "分组:从列表选", "of a group", True),
        Column("percent", "百分比", "Percent", 9, rare=True),
        Column("multiply", "加成", "Extra shares", 40, "YAML 列表", "a YAML list", True),
        Column("cap", "封顶", "Cap", 9),
        Column("floor", "保底", "Floor", 9, rare=True),
        Column("threshold", "合格分", "Threshold", 10, "达到多少分", "the points needed"),
        Column("requires", "另需条件", "Requires", 40, "YAML 列表", "a YAML list", True),
        Column("decided", "由谁决定", "Decided", 14, rare=True),
        Column("order", "排序", "Order", 30, ORDER_EXAMPLE, "total, points, quantity or fact; asc or desc", True),
        Column("ties", "同分", "Ties", 16, rare=True),
        Column("levels", "等级序列", "Levels", 14, rare=True),
        Column("shares", "各级比例", "Shares", 30, "YAML 列表", "a YAML list", True),
        Column("valid_months", "有效(月)", "Valid (months)", 10, rare=True),
        MORE_COLUMN,
    ),
    (
        Table(
            "groups",
            "map",
            (
                *title(),
                slot("of", CODES),
                slot("combine", COMBINE),
                slot("percent", AMOUNT),
                slot("multiply", NODE),
                slot("cap", AMOUNT),
                slot("floor", AMOUNT),
            ),
            "分组",
            "group",
        ),
        Table("result", "one", _RESULT, "结果", "result"),
        Table("results", "map", _RESULT, "用途", "use"),
    ),
)

LIMITS = Page(
    "额度",
    "Limits",
    (
        CODE_COLUMN,
        *TITLE_COLUMNS,
        Column("per", "期间", "Per", 14, "从列表选", "choose from the list"),
        Column("by", "按", "By", 20, "每个取值各有一份额度", "each value has a ceiling of its own"),
        Column("most", "最多", "Most", 16),
        MORE_COLUMN,
    ),
    (Table("limits", "map", (*title(), slot("per", LIMIT_PER), slot("by", KEY), slot("most", AMOUNT))),),
)

PROCEDURE = Page(
    "程序",
    "Procedure",
    (
        CODE_COLUMN,
        *TITLE_COLUMNS,
        Column("working_days", "工作日", "Working days", 10),
        Column("days", "天", "Days", 10),
        Column("months", "月", "Months", 10),
        Column("after", "之后", "After", 16, "在哪一步之后", "the stage before it"),
        Column("silence", "逾期视为", "Silence", 18, "从列表选", "what silence means"),
        MORE_COLUMN,
    ),
    (
        Table(
            "procedure",
            "list",
            (
                slot(CODE, KEY),
                *title(),
                slot("working_days", AMOUNT),
                slot("days", AMOUNT),
                slot("months", AMOUNT),
                slot("after", KEY),
                slot("silence", SILENCE),
            ),
        ),
    ),
)

PAGES = (ITEMS, PARAMETERS, ELIGIBILITY, LEVELS, RESULTS, LIMITS, PROCEDURE)
