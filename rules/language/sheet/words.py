"""What the closed choices of the language are called in a workbook: the Chinese word stands before the code. Data."""

from rules.language.sheet.forms import choice

STATUS = choice(live="施行", record="历史存档", example="示例")
HOLDER = choice(resident="居民", household="家庭", organisation="组织", unit="单位")
MODE = choice(accrual="逐次积分", assessment="评估计分")
PURPOSE = choice(
    incentive="激励",
    benefit="福利",
    **{"basic-public-service": "基本公共服务", "risk-warning": "风险提示", "internal-management": "内部管理"},
)
READING = choice(step="取所在档", whole="全部按所在档", marginal="分段累加")
PART = choice(counts="按比例", ignored="不计")
COMBINE = choice(sum="相加", highest="取最高", lowest="取最低", first="取首个", only="只能有一个")
ROUNDING = choice(half_up="四舍五入", up="进一", down="舍去")
LIMIT_PER = choice(day="每日", month="每月", year="每年", total="总计")
EFFECT = choice(blocks="不予通过", zeroes="总分清零", level="定级")
TIES = choice(strict="严格名额", inclusive="同分全取", lottery="同分摇号")
SILENCE = choice(nothing="无", agrees="视为同意", waives="视为放弃", escalates="上报")
ACCESS = choice(open="公开", narrow="限定人员")
