"""A person's name as others may see it: one mask for everyone, everywhere, for ever. Pure.

Two different masks of one name on two lists could be laid over each other; so there is only this one.
Works on code points, so that rare characters outside the basic plane do not break.
"""

COMPOUND_SURNAMES = frozenset(
    ("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "独孤", "南宫", "夏侯", "皇甫", "尉迟", "公孙")
)


def mask(name: str) -> str:
    """张三 -> 张*, 陈晓明 -> 陈*明, 欧阳小三 -> 欧阳**, 阿依·古丽 -> 阿*, Anna Bell -> A. B."""
    name = name.strip()
    if name.isascii():
        return " ".join(f"{part[0].upper()}." for part in name.split())
    if "·" in name:
        return f"{name[0]}*"
    if name[:2] in COMPOUND_SURNAMES:
        return name[:2] + "*" * max(len(name) - 2, 1)
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * max(len(name) - 2, 1)}{name[-1] if len(name) > 2 else ''}"
