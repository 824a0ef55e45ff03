"""What lasts, as sentences: levels and what they open, the steps of a procedure, what is promised to everybody.

Pure. Must never say what the engine does not do.
"""

from fractions import Fraction

from kernel.locale import Language, translate
from rules.catalogue.register import catalogue
from rules.engine.clocks import Due, Silence, Stage, Unit
from rules.engine.explain_score import opened_words
from rules.engine.model import Level, Pack, Scale
from rules.engine.sentences import listed
from rules.engine.words import measured, titled

LAST = {
    Unit.WORKING_DAYS: "{title}: {count} working days",
    Unit.DAYS: "{title}: {count} days",
    Unit.MONTHS: "{title}: {count} months",
}
SILENCES = {
    Silence.AGREES: "silence is a yes",
    Silence.WAIVES: "silence gives it up",
    Silence.ESCALATES: "after that it goes to whoever stands above",
}


def scale_words(pack: Pack, scale: Scale, language: Language) -> str:
    """`By hours of service: No star yet from 0; One star from 100 h`."""
    said = [_level(pack, scale, level, language) for level in scale.levels]
    if scale.moves is not None:
        if scale.moves.rise_after_months:
            said.append(translate(language, "it rises after {months} months", months=scale.moves.rise_after_months))
        if scale.moves.clean_months:
            said.append(
                translate(language, "{months} months without a fault lead back", months=scale.moves.clean_months)
            )
        if scale.moves.falls_by is not None:
            said.append(translate(language, "it falls by at most {count} steps at once", count=scale.moves.falls_by))
        if scale.moves.valid_months is not None:
            said.append(translate(language, "a level holds for {months} months", months=scale.moves.valid_months))
    kinds = catalogue(pack.catalogue).point_kinds
    by = titled(kinds[scale.of].title, language) if scale.of in kinds else translate(language, "the total")
    return translate(language, "By {name}: {levels}", name=by, levels=listed(said, language, ";"))


def _level(pack: Pack, scale: Scale, level: Level, language: Language) -> str:
    kinds = catalogue(pack.catalogue).point_kinds
    if scale.of in kinds:
        least = measured(level.least, kinds[scale.of].unit, language)
    else:
        least = measured(Fraction(level.least, 10**pack.decimals), "point", language)
    said = translate(language, "{level} from {least}", level=titled(level.title, language), least=least)
    for code, beside in level.beside.items():
        name = titled(kinds[code].title, language) if code in kinds else code
        words = measured(beside, kinds[code].unit if code in kinds else "", language)
        said = translate(language, "{words} and {least} of {name}", words=said, least=words, name=name)
    if level.tenure_months:
        message = "{words}, after {months} months"
        said = translate(language, message, words=said, months=level.tenure_months)
    if level.gives:
        opens = listed([opened_words(one, language) for one in level.gives], language)
        said = translate(language, "{words}, which opens {opens}", words=said, opens=opens)
    return said


def procedure_words(pack: Pack, language: Language) -> list[str]:
    """Each step with the time it may take, and what silence means."""
    return [_stage(pack, stage, language) for stage in pack.procedure]


def _stage(pack: Pack, stage: Stage, language: Language) -> str:
    title = titled(pack.stage_titles.get(stage.code, {"zh": stage.code, "en": stage.code}), language)
    said = [translate(language, LAST[stage.unit], title=title, count=stage.count)]
    if stage.silence is not Silence.NOTHING:
        said.append(translate(language, SILENCES[stage.silence]))
    return listed(said, language, ";")


def due_words(pack: Pack, due: Due, language: Language) -> str:
    """`Public notice: from 2026-11-30 to 2026-12-07; silence is a yes`."""
    title = titled(pack.stage_titles[due.code], language)
    message = "{title}: from {begins} to {ends}"
    said = [translate(language, message, title=title, begins=due.begins_on.isoformat(), ends=due.due_on.isoformat())]
    if due.silence is not Silence.NOTHING:
        said.append(translate(language, SILENCES[due.silence]))
    if due.provisional:
        said.append(translate(language, "provisional: the holidays of that year are not published yet"))
    return listed(said, language, ";")


def promise_words(pack: Pack, language: Language) -> list[str]:
    """What everybody who is eligible receives whatever the points, and what is shown in public for how long."""
    said = []
    if (owed := pack.lawful.guarantee) is not None:
        message = "Whatever the points: {title}, from {provider}, within {days} days"
        title, provider = titled(owed.title, language), titled(owed.provider, language)
        said.append(translate(language, message, title=title, provider=provider, days=owed.within_days))
    if (shown := pack.lawful.publication) is not None:
        said.append(translate(language, "Results are shown in public for {days} days, names masked", days=shown.days))
    return said
