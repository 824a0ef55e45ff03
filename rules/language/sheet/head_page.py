"""The sheet of the pack's head: one key a row. Data, nothing else."""

from rules.language.sheet.forms import AMOUNT, DAY, KEY, NODE, TEXT, YES, codes
from rules.language.sheet.pages import Column, slot, title
from rules.language.sheet.rows import MORE
from rules.language.sheet.words import ACCESS, HOLDER, MODE, PURPOSE, STATUS
from rules.language.sheet.worths import EXPIRES

HEAD = "方案"
HEAD_EN = "Scheme"
FIELD, VALUE, HELP = "field", "value", "help"
HEAD_COLUMNS = (
    Column(FIELD, "项目", "Field", 34),
    Column(VALUE, "内容", "Content", 56),
    Column(HELP, "说明", "Help", 60),
)
HEAD_ROWS = (
    Column(
        "programme", "方案代码", "Programme", help_zh="小写字母、数字、连字符", help_en="small letters, digits, hyphens"
    ),
    Column("version", "版本", "Version", help_zh="每次修改用新的版本号", help_en="each change is a new version"),
    Column("status", "状态", "Status", help_zh="从列表选", help_en="choose from the list"),
    Column("effective_from", "施行日期", "In force from", help_zh="如 2026-01-01", help_en="such as 2026-01-01"),
    Column("sunset_on", "失效日期", "Ends on", help_zh="施行的方案必须填写", help_en="a live pack needs it"),
    Column(
        "reaches_back_to",
        "溯及至",
        "Reaches back to",
        help_zh="从宽的新版才填写",
        help_en="only a milder version says it",
    ),
    Column("title_zh", "名称(中文)", "Title in Chinese"),
    Column("title_en", "名称(英文)", "Title in English"),
    Column("holder", "积分对象", "Holder", help_zh="从列表选", help_en="choose from the list"),
    Column(
        "mode", "方式", "Mode", help_zh="逐次积分,或按日评估", help_en="events as they happen, or facts as of a day"
    ),
    Column("purpose", "用途", "Purpose", help_zh="从列表选", help_en="choose from the list"),
    Column("decimals", "小数位数", "Decimals", help_zh="空:0", help_en="empty: 0"),
    Column("catalogue", "目录版本", "Catalogue", help_zh="事实和事件的目录", help_en="of facts and events"),
    Column("basis", "依据", "Legal basis", help_zh="依据代码,以分号分开", help_en="codes, with semicolons"),
    Column("expires", "有效期", "Expires", help_zh="36个月 · 永久", help_en="or YAML in braces"),
    Column("choosing", "择优", "Choosing", help_zh="YAML", help_en="YAML"),
    Column("domain", "领域", "Domain"),
    Column("impact_assessment", "影响评估", "Impact assessment"),
    Column("consultation", "公开征求意见", "Consultation"),
    Column("access", "查阅范围", "Access", help_zh="从列表选", help_en="choose from the list"),
    Column("trial", "试行", "Trial", help_zh="是 · 否", help_en="是 · 否"),
    Column("publication", "公示", "Publication", help_zh="YAML", help_en="YAML"),
    Column("guarantee", "保障", "Guarantee", help_zh="YAML", help_en="YAML"),
    Column("cross_domain", "跨领域", "Cross domain", help_zh="YAML 列表", help_en="a YAML list"),
    Column(MORE, "其他(YAML)", "More (YAML)", help_zh="其余内容", help_en="anything else"),
)
HEAD_SLOTS = (
    slot("programme", KEY),
    slot("version", TEXT),
    slot("status", STATUS),
    slot("effective_from", DAY),
    slot("sunset_on", DAY),
    slot("reaches_back_to", DAY),
    *title(),
    slot("holder", HOLDER),
    slot("mode", MODE),
    slot("purpose", PURPOSE),
    slot("decimals", AMOUNT),
    slot("catalogue", TEXT),
    slot("basis", codes("bases")),
    slot("expires", EXPIRES),
    slot("choosing", NODE),
    slot("domain", KEY, "lawful", "domain"),
    slot("impact_assessment", TEXT, "lawful", "impact_assessment"),
    slot("consultation", TEXT, "lawful", "consultation"),
    slot("access", ACCESS, "lawful", "access"),
    slot("trial", YES, "lawful", "trial"),
    slot("publication", NODE, "lawful", "publication"),
    slot("guarantee", NODE, "lawful", "guarantee"),
    slot("cross_domain", NODE, "lawful", "cross_domain"),
)
ORDER_OF_KEYS = (
    *("programme", "version", "status", "effective_from", "sunset_on", "reaches_back_to", "title", "holder", "mode"),
    *(
        "purpose",
        "decimals",
        "catalogue",
        "basis",
        "lawful",
        "parameters",
        "expires",
        "limits",
        "requires",
        "vetoes",
        "bars",
    ),
    *("choosing", "items", "groups", "result", "results", "levels", "procedure"),
)
"""In which order a pack's text has its keys."""
