"""What Schemathesis takes for a violation, and is none on the wire."""

import schemathesis


@schemathesis.hook
def filter_case(context, case):
    return is_text_as_declared(case) and is_form_that_can_be_sent(case) and is_told_apart(case.body)


def is_text_as_declared(case):
    """Everything that is sent as a text is a text, also the number 5 and the object {}."""
    is_text = (case.media_type or "").startswith("text/")
    return not is_text or isinstance(case.body, str)


def is_form_that_can_be_sent(case):
    """A parameter of OAuth has one value, and one without a value counts as not sent (RFC 6749, section
    3.2); names of parts stand in headers, which hold no control characters."""
    media_type = case.media_type or ""
    if not isinstance(case.body, dict):
        return True
    if media_type == "application/x-www-form-urlencoded":
        return all(value != "" and not isinstance(value, (list, dict)) for value in case.body.values())
    if media_type == "multipart/form-data":
        return all(name.isascii() and name.isprintable() for name in case.body)
    return True


def is_told_apart(value):
    """A reader of doubles takes what is a little less than the least 64-bit integer for it (RFC 8259,
    section 6)."""
    if isinstance(value, dict):
        return all(map(is_told_apart, value.values()))
    if isinstance(value, list):
        return all(map(is_told_apart, value))
    least = -(2**63)
    return not isinstance(value, int) or value >= least or float(value) < least
