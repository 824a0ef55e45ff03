"""What stops a whole file, before anything of it is recorded; a fault of one row is a finding instead."""

from kernel.errors import DomainError, Kind


class EventFileColumns(DomainError):
    """The first row of the file does not fit. Not known: {unknown}. Missing: {missing}. Nothing was recorded.

    Name the columns as docs/operations.md lists them, and import the file again.
    """

    kind, code = Kind.INVALID, "EVENT_FILE_COLUMNS"


class EventFileBusy(DomainError):
    """This very file is being imported at this moment. Nothing was started.

    Wait until that run ends; whatever it leaves is taken up by the next one.
    """

    kind, code = Kind.CONFLICT, "EVENT_FILE_BUSY"


class EventFileMissing(DomainError):
    """There is no readable file at {path}. Nothing was recorded.

    Check the path and that you may read it.
    """

    kind, code = Kind.MISSING, "EVENT_FILE_MISSING"


class EventFileEmpty(DomainError):
    """This file has no rows below its first one. Nothing was recorded.

    Check that it is the right file.
    """

    kind, code = Kind.INVALID, "EVENT_FILE_EMPTY"


class EventFileBroken(DomainError):
    """Line {line} of the file can't be read as CSV: a quotation mark is out of place. Nothing was recorded.

    Correct that line, or save the file as CSV once more, and import it again.
    """

    kind, code = Kind.INVALID, "EVENT_FILE_BROKEN"


class EventFileSource(DomainError):
    """The name of a source is 1 to 40 small letters, digits and hyphens. Nothing was recorded.

    Use the same name for every file of this department, such as civil-affairs.
    """

    kind, code = Kind.INVALID, "EVENT_FILE_SOURCE"


class BatchTaken(DomainError):
    """Another run has just recorded this part of the file. Nothing was recorded twice.

    Nothing needs to be done; the run goes on behind it.
    """

    kind, code = Kind.CONFLICT, "EVENT_FILE_BATCH_TAKEN"
